"""The ACD at work: what is told at once, what waits, what a long queue costs."""

from __future__ import annotations

import asyncio

from appliance import events as said
from appliance.acd import events as acd
from appliance.acd.machine import Acd
from appliance.acd.model import QueuePlan
from appliance.acd.snapshots import QueueSnapshot
from appliance.contact import protocol
from appliance.ids import ContactId, QueueId
from appliance.stamps import Stamp
from appliance.store.agent_states import AgentState
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.routing.routing import Routing

SALES = QueueId("sales")


class CountingAcd(Acd):
    """Counts how often a whole queue is looked through."""

    snapshots = 0

    def queue_snapshot(self, queue: QueueId, now: float) -> QueueSnapshot | None:
        self.snapshots += 1
        return super().queue_snapshot(queue, now)


class Hands:
    """Keeps what it is given; knows no contact."""

    def __init__(self) -> None:
        self.commands: list[protocol.Command] = []

    def state(self, contact: ContactId) -> ContactState | None:
        return None

    def command(self, command: protocol.Command) -> None:
        self.commands.append(command)

    def write(self, contact: ContactId, body: said.AnyBody) -> None:
        raise AssertionError(f"nothing to write: {body}")

    def keep(self, state: AgentState) -> None:
        raise AssertionError(f"no agent: {state}")


def made() -> tuple[Routing, CountingAcd, Hands]:
    machine, hands = CountingAcd(), Hands()
    routing = Routing(machine, lambda: Stamp(boot="b", mono_s=100.0, wall_s=2e9, synced=True), lambda: 100.0)
    routing.hands = hands
    return routing, machine, hands


def arrived(number: int) -> acd.ContactArrived:
    return acd.ContactArrived(contact=ContactId(f"c{number:03}"), queue=SALES, enqueued_at=float(number))


def test_positions_when_the_first_of_a_long_queue_leaves_then_the_queue_is_looked_through_once() -> None:
    async def scene() -> None:
        routing, machine, hands = made()
        routing.tell([acd.QueueConfigured(queue=QueuePlan(queue=SALES)), *map(arrived, range(60))])
        machine.snapshots, hands.commands = 0, []
        routing.tell([acd.ContactLeft(contact=ContactId("c000"))])
        told = [command for command in hands.commands if isinstance(command, protocol.UpdateQueuePosition)]
        assert [(command.contact, command.position) for command in told] == [(f"c{n:03}", n) for n in range(1, 60)]
        assert [command.metrics["Contact.PositionInQueue"] for command in told] == [str(n) for n in range(1, 60)]
        assert {command.metrics["Queue.Size"] for command in told} == {"59"}
        assert machine.snapshots == 1
        routing.tell([acd.ContactLeft(contact=ContactId("c001"))])
        last = hands.commands[-1]
        assert isinstance(last, protocol.UpdateQueuePosition)
        assert last.metrics["Queue.Size"] == "58", "the next batch counts anew"

    asyncio.run(scene())


def test_hold_when_told_meanwhile_then_nothing_is_decided_before_all_is_known() -> None:
    async def scene() -> None:
        routing, machine, _ = made()
        done: list[str] = []
        routing.once_told(lambda: done.append("at once"))
        routing.tell([acd.QueueConfigured(queue=QueuePlan(queue=SALES))])
        routing.hold()
        routing.tell([acd.ContactLeft(contact=ContactId("c001"))])
        routing.once_told(lambda: done.append("later"))
        assert (done, routing.deciding.is_set()) == (["at once"], False)
        routing.resume([arrived(1), arrived(2)])
        assert machine.waiting(SALES) == ("c002",)
        assert (done, routing.deciding.is_set()) == (["at once", "later"], True)

    asyncio.run(scene())
