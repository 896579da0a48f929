"""A box of queues and agents driven by hand: every call is one event at the desk's own clock."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec import structs

from appliance.acd.commands import AcceptContact, AcdCommand, AgentStateChanged, Offer, TellPosition
from appliance.acd.events import (
    AcdEvent,
    AgentConfigured,
    AgentReleased,
    AgentStatusSet,
    ContactArrived,
    OfferAnswered,
    OfferMissed,
    QueueConfigured,
)
from appliance.acd.machine import Acd
from appliance.acd.model import AVAILABLE, Activity, AgentPlan, QueuePlan, QueueShare
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId


class Desk:
    """`now` is moved by hand or by `at`; `log` keeps every command."""

    def __init__(self) -> None:
        self.acd = Acd()
        self.now = 0.0
        self.log: list[AcdCommand] = []

    def at(self, now: float) -> Desk:
        self.now = now
        return self

    def tell(self, event: AcdEvent) -> list[AcdCommand]:
        commands = self.acd.handle(event, self.now)
        self.log += commands
        return commands

    def wait_until(self, now: float) -> list[AcdCommand]:
        """Let time pass, firing each timer when it is due."""
        commands: list[AcdCommand] = []
        while (due := self.acd.next_timer()) is not None and due <= now:
            self.now = max(self.now, due)
            commands += self.acd.handle_timer(self.now)
        self.now = now
        self.log += commands
        return commands

    def queue(self, queue: str, **plan: object) -> list[AcdCommand]:
        return self.tell(QueueConfigured(queue=QueuePlan(queue=QueueId(queue), **plan)))

    def agent(
        self, agent: str, *shares: str | tuple[str, int, float], status: str | None = None, **plan: object
    ) -> list[AcdCommand]:
        """Shares are queue names, or (queue, priority, delay); `plan`: further fields of the plan."""
        commands = self.tell(AgentConfigured(agent=structs.replace(agent_plan(agent, shares), **plan)))
        return commands + (self.status(agent, status) if status else [])

    def status(self, agent: str, status: str = AVAILABLE) -> list[AcdCommand]:
        return self.tell(AgentStatusSet(agent=AgentId(agent), status=status))

    def arrive(self, contact: str, queue: str = "sales", **fields: object) -> list[AcdCommand]:
        fields.setdefault("enqueued_at", self.now)
        return self.tell(ContactArrived(contact=ContactId(contact), queue=QueueId(queue), **fields))

    def answer(self, offer: str) -> list[AcdCommand]:
        return self.tell(OfferAnswered(offer=OfferId(offer)))

    def miss(self, offer: str, cause: str = "no_answer") -> list[AcdCommand]:
        return self.tell(OfferMissed(offer=OfferId(offer), cause=cause))

    def release(self, agent: str, contact: str, *, wrap_up: bool = False) -> list[AcdCommand]:
        return self.tell(AgentReleased(agent=AgentId(agent), contact=ContactId(contact), wrap_up=wrap_up))

    def activity(self, agent: str) -> Activity:
        snapshot = self.acd.agent_snapshot(AgentId(agent))
        assert snapshot is not None
        return snapshot.activity

    def chosen_status(self, agent: str) -> tuple[str, str | None]:
        """Status and next status."""
        snapshot = self.acd.agent_snapshot(AgentId(agent))
        assert snapshot is not None
        return snapshot.status, snapshot.next_status

    def waiting(self, queue: str = "sales") -> tuple[ContactId, ...]:
        return self.acd.waiting(QueueId(queue))


def agent_plan(agent: str, shares: Iterable[str | tuple[str, int, float]]) -> AgentPlan:
    triples = [(share, 1, 0.0) if isinstance(share, str) else share for share in shares]
    return AgentPlan(
        agent=AgentId(agent),
        extension=Extension("1" + str(len(agent))),
        queues=tuple(QueueShare(queue=QueueId(q), priority=p, delay_s=d) for q, p, d in triples),
    )


class Read:
    """Picks what a test looks at out of a list of commands."""

    @staticmethod
    def offers(commands: Iterable[AcdCommand]) -> list[tuple[str, str]]:
        """(offer id, agent) of each offer."""
        return [(command.offer, command.agent) for command in commands if isinstance(command, Offer)]

    @staticmethod
    def positions(commands: Iterable[AcdCommand]) -> dict[str, int]:
        """What contacts already waiting are told."""
        return {command.contact: command.position for command in commands if isinstance(command, TellPosition)}

    @staticmethod
    def accepted(commands: Iterable[AcdCommand]) -> dict[str, int]:
        return {command.contact: command.position for command in commands if isinstance(command, AcceptContact)}

    @staticmethod
    def states(commands: Iterable[AcdCommand]) -> dict[str, tuple[str, str]]:
        """(status, activity) of each agent whose state is to be stored."""
        return {c.agent: (c.status, c.activity) for c in commands if isinstance(c, AgentStateChanged)}

    @staticmethod
    def of(kind: type[AcdCommand], commands: Iterable[AcdCommand]) -> list[AcdCommand]:
        return [command for command in commands if type(command) is kind]


@pytest.fixture
def desk() -> Desk:
    """A box with the queue "sales" and no agents."""
    desk = Desk()
    desk.queue("sales")
    return desk


@pytest.fixture
def read() -> Read:
    return Read()
