"""The working copy of a flow's state during one step, and what a handler can answer.

Lives for one call of `start` or `step` only; handlers read and change it, the machine freezes it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.flow.commands import FlowCommand
from appliance.flow.facts import ContactFacts
from appliance.flow.model import CATCH_ALL, Choice, Flow
from appliance.flow.references import as_text, lookup, path_of, resolve
from appliance.flow.state import FlowState, Frame, Pending, WaitingFor

SUCCESS = "Success"


class Left(msgspec.Struct, frozen=True):
    """The action is over by NextAction, or by `choice`, or (error) by an error branch. `label` names the branch.

    rest: NextAction is a copy of this branch and stands in where the branch itself is not wired; detail: for people;
    lacking: as in `Trace`.
    """

    label: str = SUCCESS
    choice: Choice | None = None
    error: bool = False
    rest: bool = False
    detail: str = ""
    lacking: str = ""


class Ended(msgspec.Struct, frozen=True):
    """The whole flow is over."""

    outcome: str
    label: str = SUCCESS
    detail: str = ""


class Entered(msgspec.Struct, frozen=True):
    """Another flow takes over (`module`: and comes back)."""

    flow: Flow
    module: bool = False


class Returned(msgspec.Struct, frozen=True):
    """The module is over; its caller goes on by the branch `label` of its own transitions."""

    label: str = SUCCESS


class Waits(msgspec.Struct, frozen=True):
    """An event is needed first."""

    waiting_for: WaitingFor
    pending: Pending
    deadline: float | None = None


Result = Left | Ended | Entered | Returned | Waits
DONE = Left()


def failed(error: str = CATCH_ALL, detail: str = "", *, rest: bool = False) -> Left:
    """The action failed: leave by the branch of `error`."""
    return Left(error, None, True, rest, detail)


def chosen(choice: Choice, label: str = "") -> Left:
    """A condition holds: leave by it."""
    return Left(label or choice.condition.label, choice)


class Run:
    """Everything a handler may read and change. Mapping fields are replaced, never changed in place."""

    __slots__ = ("commands", "facts", "frames", "keys", "library", "now", "swallow", "swallow_until")

    def __init__(self, state: FlowState, now: float) -> None:
        self.library = state.library
        self.facts: ContactFacts = state.facts
        self.frames = state.frames
        self.keys = state.keys
        self.swallow = state.swallow
        self.swallow_until = state.swallow_until
        self.now = now
        self.commands: list[FlowCommand] = []

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    @property
    def flow(self) -> Flow:
        return self.frames[-1].flow

    def say(self, command: FlowCommand) -> None:
        """Ask something of the world."""
        self.commands.append(command)

    def learn(self, **changes: Any) -> None:
        """Change the contact's facts."""
        self.facts = msgspec.structs.replace(self.facts, **changes)

    def set_flow_attributes(self, attributes: Mapping[str, str]) -> None:
        """Replace `$.FlowAttributes` of the flow that runs."""
        changed = msgspec.structs.replace(self.frames[-1], flow_attributes=attributes)
        self.frames = (*self.frames[:-1], changed)

    def text(self, value: Any, *, markup: bool = False) -> str:
        """A parameter as text, references put in; JSON scalars in a flow's spelling ("True", "5")."""
        if isinstance(value, str):
            return resolve(self.facts, self.frames[-1].flow_attributes, value, markup=markup)
        return str(value) if isinstance(value, bool) else as_text(value)

    def value(self, reference: str) -> Any:
        """The value of a whole reference, not made into text; the text itself where it is no reference."""
        path = path_of(reference)
        return reference if path is None else lookup(self.facts, self.frames[-1].flow_attributes, path)
