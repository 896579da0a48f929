"""Every activity of an agent × every event, and events that name nobody."""

from __future__ import annotations

import itertools

import pytest

from appliance.acd.events import (
    AcdEvent,
    AgentConfigured,
    AgentEngaged,
    AgentReleased,
    AgentRemoved,
    AgentSeated,
    AgentStateRestored,
    AgentStatusSet,
    ContactArrived,
    ContactLeft,
    OfferAnswered,
    OfferMissed,
    QueueConfigured,
    QueueRemoved,
    WrapUpCleared,
    WrapUpExtended,
)
from appliance.acd.machine import HANDLERS
from appliance.acd.model import Activity, AgentPlan, QueuePlan
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId

IDLE, RINGING, ON, ACW, MISSED, ERROR = Activity
ANN, SALES = AgentId("ann"), QueueId("sales")
C1, C2 = ContactId("c1"), ContactId("c2")


def bring_to(desk, activity: Activity) -> None:
    """Ann, Available, by way of contact c1 and its offer c1/1; nobody else is there and nothing waits but in MISSED."""
    desk.agent("ann", "sales", status="Available")
    if activity is IDLE:
        return
    desk.arrive("c1")
    if activity in (MISSED, ERROR):
        desk.miss("c1/1", "no_answer" if activity is MISSED else "unreachable")
    if activity in (ON, ACW):
        desk.answer("c1/1")
    if activity is ACW:
        desk.release("ann", "c1", wrap_up=True)
    assert desk.activity("ann") is activity


# What becomes of Ann: columns as in Activity (idle, ringing, on contact, wrap-up, missed); error is as missed.
WALK: dict[str, tuple[AcdEvent, tuple[Activity | None, ...]]] = {
    "queue configured": (QueueConfigured(queue=QueuePlan(queue=SALES)), (IDLE, RINGING, ON, ACW, MISSED)),
    "queue removed": (QueueRemoved(queue=SALES), (IDLE, RINGING, ON, ACW, MISSED)),
    "configured": (
        AgentConfigured(agent=AgentPlan(agent=ANN, extension=Extension("13"))),
        (IDLE, RINGING, ON, ACW, MISSED),
    ),
    "configured elsewhere": (
        AgentConfigured(agent=AgentPlan(agent=ANN, extension=Extension("9"))),
        (IDLE, IDLE, ON, ACW, MISSED),
    ),
    "seated": (AgentSeated(agent=ANN, extension=Extension("13")), (IDLE, RINGING, ON, ACW, MISSED)),
    "seated elsewhere": (AgentSeated(agent=ANN, extension=Extension("9")), (IDLE, IDLE, ON, ACW, MISSED)),
    "seated nowhere": (AgentSeated(agent=ANN, extension=None), (IDLE, IDLE, ON, ACW, MISSED)),
    "removed": (AgentRemoved(agent=ANN), (None, None, None, None, None)),
    "its contact arrives": (
        ContactArrived(contact=C1, queue=SALES, enqueued_at=0.0),
        (RINGING, RINGING, ON, ACW, MISSED),
    ),
    "another arrives": (ContactArrived(contact=C2, queue=SALES, enqueued_at=0.0), (RINGING, RINGING, ON, ACW, MISSED)),
    "its contact left": (ContactLeft(contact=C1), (IDLE, IDLE, ON, ACW, MISSED)),
    "answered": (OfferAnswered(offer=OfferId("c1/1")), (IDLE, ON, ON, ACW, ON)),  # missed: a late answer
    "no answer": (OfferMissed(offer=OfferId("c1/1"), cause="no_answer"), (IDLE, MISSED, ON, ACW, MISSED)),
    "busy": (OfferMissed(offer=OfferId("c1/1"), cause="busy"), (IDLE, MISSED, ON, ACW, MISSED)),
    "rejected": (OfferMissed(offer=OfferId("c1/1"), cause="rejected"), (IDLE, MISSED, ON, ACW, MISSED)),
    "unreachable": (OfferMissed(offer=OfferId("c1/1"), cause="unreachable"), (IDLE, ERROR, ON, ACW, MISSED)),
    "failed": (OfferMissed(offer=OfferId("c1/1"), cause="failed"), (IDLE, ERROR, ON, ACW, MISSED)),
    "abandoned": (OfferMissed(offer=OfferId("c1/1"), cause="abandoned"), (IDLE, IDLE, ON, ACW, MISSED)),
    "withdrawn": (OfferMissed(offer=OfferId("c1/1"), cause="withdrawn"), (IDLE, IDLE, ON, ACW, MISSED)),
    "engaged with it": (AgentEngaged(agent=ANN, contact=C1), (ON, ON, ON, ON, ON)),
    "engaged elsewhere": (AgentEngaged(agent=ANN, contact=C2), (ON, ON, ON, ON, ON)),
    "released": (AgentReleased(agent=ANN, contact=C1, wrap_up=False), (IDLE, RINGING, IDLE, ACW, MISSED)),
    "released to wrap up": (AgentReleased(agent=ANN, contact=C1, wrap_up=True), (IDLE, RINGING, ACW, ACW, MISSED)),
    "available": (AgentStatusSet(agent=ANN, status="Available"), (IDLE, RINGING, ON, ACW, RINGING)),  # c1 again
    "offline": (AgentStatusSet(agent=ANN, status="Offline"), (IDLE, RINGING, ON, ACW, MISSED)),
    "lunch": (AgentStatusSet(agent=ANN, status="Lunch"), (IDLE, RINGING, ON, ACW, MISSED)),
    "wrap-up extended": (WrapUpExtended(agent=ANN, seconds=60.0), (IDLE, RINGING, ON, ACW, MISSED)),
    "wrap-up cleared": (WrapUpCleared(agent=ANN), (IDLE, RINGING, ON, IDLE, MISSED)),
    "restored": (
        AgentStateRestored(agent=ANN, status="Available", activity="missed", since=0.0, idle_since=0.0),
        (MISSED, RINGING, ON, ACW, MISSED),
    ),
}


@pytest.mark.parametrize(("name", "activity"), list(itertools.product(WALK, Activity)))
def test_handle_when_in_a_state_then_the_agent_goes_where_the_table_says(desk, name: str, activity: Activity) -> None:
    event, expected = WALK[name]
    bring_to(desk, activity)
    desk.at(10).tell(event)
    snapshot = desk.acd.agent_snapshot(ANN)
    assert (snapshot.activity if snapshot else None) is in_table(expected, activity)


def in_table(expected: tuple[Activity | None, ...], activity: Activity) -> Activity | None:
    if activity is not ERROR:
        return expected[list(Activity).index(activity)]
    return ERROR if expected[-1] is MISSED else expected[-1]


def test_walk_when_listed_then_every_event_is_in_it() -> None:
    assert {type(event) for event, _ in WALK.values()} == set(HANDLERS)
    assert set(HANDLERS) == set(AcdEvent.__subclasses__())


NOBODY: list[AcdEvent] = [
    QueueRemoved(queue=QueueId("x")),
    AgentRemoved(agent=AgentId("x")),
    AgentSeated(agent=AgentId("x"), extension=None),
    WrapUpExtended(agent=AgentId("x"), seconds=1.0),
    ContactLeft(contact=ContactId("x")),
    OfferAnswered(offer=OfferId("x/1")),
    OfferAnswered(offer=OfferId("c1/99")),
    OfferAnswered(offer=OfferId("no slash")),
    OfferAnswered(offer=OfferId("")),
    OfferMissed(offer=OfferId("x/1"), cause="no_answer"),
    OfferMissed(offer=OfferId("c1/99"), cause="abandoned"),
    AgentEngaged(agent=AgentId("x"), contact=C1),
    AgentReleased(agent=AgentId("x"), contact=C1, wrap_up=True),
    AgentReleased(agent=ANN, contact=ContactId("x"), wrap_up=True),
    AgentStatusSet(agent=AgentId("x"), status="Available"),
    WrapUpCleared(agent=AgentId("x")),
    AgentStateRestored(
        agent=AgentId("x"), status="Available", activity="ringing", since=0.0, idle_since=0.0, contact=C1
    ),
]


@pytest.mark.parametrize("event", NOBODY, ids=repr)
@pytest.mark.parametrize("activity", Activity)
def test_handle_when_an_id_is_unknown_then_no_effect(desk, event: AcdEvent, activity: Activity) -> None:
    bring_to(desk, activity)
    before = (desk.acd.agent_snapshot(ANN), desk.acd.queue_snapshot(SALES, 10.0), desk.acd.next_timer())
    assert desk.at(10).tell(event) == []
    assert (desk.acd.agent_snapshot(ANN), desk.acd.queue_snapshot(SALES, 10.0), desk.acd.next_timer()) == before


def test_handle_together_when_told_several_then_decided_once_over_all(desk, read) -> None:
    desk.agent("ann", "sales")
    events = [
        AgentStatusSet(agent=ANN, status="Available"),
        ContactArrived(contact=C2, queue=SALES, enqueued_at=5.0),
        ContactArrived(contact=C1, queue=SALES, enqueued_at=0.0),
    ]
    assert read.offers(desk.acd.handle_together(events, 9.0)) == [("c1/1", "ann")]


def test_handle_timer_when_called_early_then_nothing(desk) -> None:
    bring_to(desk, RINGING)
    assert desk.acd.handle_timer(24.9) == []
    assert desk.acd.next_timer() == 25.0


def test_handle_when_the_same_story_is_told_twice_then_the_same_commands(desk) -> None:
    other = type(desk)()
    other.queue("sales")
    for box in (desk, other):
        for number in range(6):
            box.at(number).agent(f"agent{number % 3}", "sales", status="Available")
            box.arrive(f"c{number}")
        box.wait_until(100)
    assert desk.log == other.log
    assert len(desk.log) > 12
