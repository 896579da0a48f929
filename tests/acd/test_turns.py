"""Queues that go round their agents, and what ends an agent's idle time."""

from __future__ import annotations

import pytest

from appliance.acd.events import AgentEngaged, AgentStatusSet
from appliance.acd.model import AgentOrder, AvailabilityTimer
from appliance.ids import AgentId, ContactId


@pytest.fixture
def round_desk(desk):
    desk.queue("sales", agent_order=AgentOrder.ROUND_ROBIN)
    return desk


def serve(desk, read, contact: str, *, at: float) -> str:
    """One contact comes, is answered by whom the ACD chooses, and is over: the agent."""
    ((offer, agent),) = read.offers(desk.at(at).arrive(contact))
    desk.answer(offer)
    desk.at(at + 1).release(agent, contact)
    return agent


def test_round_robin_when_contacts_come_one_by_one_then_everybody_in_turn(round_desk, read) -> None:
    for agent in ("ann", "bob", "cid"):
        round_desk.agent(agent, "sales", status="Available")
    assert [serve(round_desk, read, f"c{n}", at=10.0 * n) for n in range(1, 7)] == ["ann", "bob", "cid"] * 2


def test_round_robin_when_an_agent_was_away_then_the_turn_is_not_lost(round_desk, read) -> None:
    for agent in ("ann", "bob", "cid"):
        round_desk.agent(agent, "sales", status="Available")
    serve(round_desk, read, "c1", at=10.0)
    round_desk.at(15).status("bob", "Lunch")
    assert serve(round_desk, read, "c2", at=20.0) == "cid"
    round_desk.at(25).status("bob")
    assert serve(round_desk, read, "c3", at=30.0) == "bob"


def test_round_robin_when_served_by_another_queue_then_the_turn_here_stays(round_desk, read) -> None:
    round_desk.queue("help")
    round_desk.agent("ann", "sales", "help", status="Available")
    round_desk.at(1).agent("bob", "sales", status="Available")
    serve(round_desk, read, "c1", at=10.0)
    serve(round_desk, read, "c2", at=20.0)
    ((offer, agent),) = read.offers(round_desk.at(30).arrive("h1", "help"))
    round_desk.answer(offer)
    round_desk.at(40).release(agent, "h1")
    assert serve(round_desk, read, "c3", at=50.0) == "ann", "bob is idle longer, but had the last turn"


def test_round_robin_when_several_become_free_at_once_then_the_turn_decides(round_desk, read) -> None:
    round_desk.agent("ann", "sales", status="Available")
    round_desk.at(1).agent("bob", "sales", status="Available")
    serve(round_desk, read, "c1", at=10.0)
    serve(round_desk, read, "c2", at=20.0)
    round_desk.at(22).status("ann", "Lunch")
    round_desk.status("bob", "Lunch")
    round_desk.at(30).arrive("c3")
    together = [
        AgentStatusSet(agent=AgentId("bob"), status="Available"),
        AgentStatusSet(agent=AgentId("ann"), status="Available"),
    ]
    assert read.offers(round_desk.acd.handle_together(together, 31.0)) == [("c3/1", "ann")]


def test_order_when_the_queue_changes_it_then_the_available_are_listed_anew(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.at(1).agent("bob", "sales", status="Available")
    assert serve(desk, read, "c1", at=10.0) == "ann"
    assert serve(desk, read, "c2", at=20.0) == "bob"
    desk.at(25).status("ann", "Lunch")
    desk.status("ann")
    desk.queue("sales", agent_order=AgentOrder.ROUND_ROBIN)
    assert serve(desk, read, "c3", at=30.0) == "ann"
    desk.queue("sales", agent_order=AgentOrder.LONGEST_IDLE)
    assert serve(desk, read, "c4", at=40.0) == "bob"


def test_timer_when_last_inbound_then_other_contacts_and_statuses_leave_the_idle_time(desk, read) -> None:
    desk.agent("ann", "sales", status="Available", timer=AvailabilityTimer.LAST_INBOUND)
    desk.at(1).agent("bob", "sales", status="Available", timer=AvailabilityTimer.LAST_INBOUND)
    desk.at(10).tell(AgentEngaged(agent=AgentId("ann"), contact=ContactId("x1")))
    desk.at(20).release("ann", "x1")
    desk.at(30).status("ann", "Lunch")
    desk.at(31).status("ann")
    assert serve(desk, read, "c1", at=40.0) == "ann"
    assert serve(desk, read, "c2", at=50.0) == "bob"


def test_timer_when_last_activity_then_every_contact_ends_the_idle_time(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.at(1).agent("bob", "sales", status="Available")
    desk.at(10).tell(AgentEngaged(agent=AgentId("ann"), contact=ContactId("x1")))
    desk.at(20).release("ann", "x1")
    assert serve(desk, read, "c1", at=40.0) == "bob"


def test_timer_when_wrap_up_ends_then_the_idle_time_begins(desk, read) -> None:
    desk.queue("sales", wrap_up_s=30.0)
    for agent in ("ann", "bob"):
        desk.agent(agent, "sales", status="Available", timer=AvailabilityTimer.LAST_INBOUND)
    ((offer, _),) = read.offers(desk.at(10).arrive("c1"))
    desk.answer(offer)
    desk.at(20).release("ann", "c1", wrap_up=True)
    assert serve(desk, read, "c2", at=30.0) == "bob"
    desk.wait_until(60.0)
    assert serve(desk, read, "c3", at=70.0) == "bob", "ann's inbound work ended at 50, bob's at 31"
