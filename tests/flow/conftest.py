"""Builders for flow documents and a driver that plays events into the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import pytest

from appliance.flow.commands import FlowCommand, Play, Trace
from appliance.flow.document import parse
from appliance.flow.events import DigitPressed, FlowEvent
from appliance.flow.facts import ContactFacts, Library, QueueFacts
from appliance.flow.machine import start, step
from appliance.flow.model import Flow
from appliance.flow.state import FlowState
from appliance.ids import AgentId, FlowId, QueueId

C = TypeVar("C", bound=FlowCommand)


def action(
    name: str,
    kind: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    then: str | None = None,
    errors: Mapping[str, str] | None = None,
    when: Iterable[tuple[str, str] | tuple[str, str, str]] = (),
) -> dict[str, Any]:
    """An action; `when` holds (operand, target) for Equals or (operator, operand, target)."""
    ways: dict[str, Any] = {} if then is None else {"NextAction": then}
    ways["Errors"] = [{"ErrorType": error, "NextAction": target} for error, target in (errors or {}).items()]
    full = [("Equals", *choice) if len(choice) == 2 else choice for choice in when]
    ways["Conditions"] = [
        {"NextAction": target, "Condition": {"Operator": operator, "Operands": [operand]}}
        for operator, operand, target in full
    ]
    return {"Identifier": name, "Type": kind, "Parameters": dict(parameters or {}), "Transitions": ways}


def document(*actions: dict[str, Any], kind: str = "contactFlow") -> dict[str, Any]:
    """A document that starts with its first action."""
    return {
        "Version": "2019-10-30",
        "StartAction": actions[0]["Identifier"],
        "Metadata": {"type": kind},
        "Actions": list(actions),
    }


def flow(*actions: dict[str, Any], kind: str = "contactFlow", name: str = "test") -> Flow:
    """A parsed flow with the ends every test needs: `end`, `bad`, `other`."""
    ends = [action(end, "DisconnectParticipant") for end in ("end", "bad", "other")]
    return parse(document(*actions, *ends, kind=kind), name=FlowId(name))


LIBRARY = Library(
    queues={
        "sales": QueueFacts(queue=QueueId("sales"), arn="arn:aws:connect:r:1:instance/i/queue/q1", hours="office"),
        "support": QueueFacts(queue=QueueId("support")),
    },
    agents={"kim": AgentId("kim")},
    names={"arn:aws:connect:r:1:instance/i/queue/q1": "sales", "q1": "sales"},
)


class Caller:
    """Drives one flow: sends events, moves the clock, remembers every command."""

    def __init__(self, running: Flow, *, facts: ContactFacts | None = None, library: Library = LIBRARY) -> None:
        self.now = 1000.0
        self.commands: list[FlowCommand] = []
        self.state: FlowState
        self.state, fresh = start(running, facts or ContactFacts(), library=library, now=self.now)
        self.fresh = fresh
        self.commands += fresh

    def tell(self, event: FlowEvent, *, after_s: float = 0.0) -> tuple[FlowCommand, ...]:
        self.now += after_s
        self.state, self.fresh = step(self.state, event, self.now)
        self.commands += self.fresh
        return self.fresh

    def press(self, keys: str) -> None:
        for key in keys:
            self.tell(DigitPressed(digit=key))

    def all(self, kind: type[C]) -> list[C]:
        return [command for command in self.commands if isinstance(command, kind)]

    def last(self, kind: type[C]) -> C:
        return self.all(kind)[-1]

    @property
    def path(self) -> list[tuple[str, str]]:
        return [(trace.action, trace.result) for trace in self.all(Trace)]

    @property
    def heard(self) -> list[str]:
        said = [message for play in self.all(Play) for message in play.messages]
        return [message.text or message.ssml or message.prompt or message.uri or "" for message in said]


@pytest.fixture(name="action")
def _action():
    return action


@pytest.fixture(name="document")
def _document():
    return document


@pytest.fixture(name="flow")
def _flow():
    return flow


@pytest.fixture(name="caller")
def _caller():
    return Caller


@pytest.fixture(name="library")
def _library():
    return LIBRARY
