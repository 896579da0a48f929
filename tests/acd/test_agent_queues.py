"""Every agent's own queue: ten places, before all others, there for as long as the agent is."""

from __future__ import annotations

from appliance.acd.commands import AcceptContact, RefuseContact
from appliance.acd.events import AgentRemoved, ContactLeft
from appliance.ids import AgentId, ContactId, QueueId, agent_of_queue, agent_queue

ANN = AgentId("ann")
OWN = agent_queue(ANN)


def test_agent_queue_when_named_then_it_tells_whose_it_is() -> None:
    assert agent_of_queue(OWN) == ANN
    assert agent_of_queue(QueueId("sales")) is None


def test_agent_queue_when_the_agent_is_busy_then_the_contact_waits_for_that_one(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.at(1).agent("bob", "sales", status="Available")
    desk.at(2).arrive("c1")
    desk.answer("c1/1")
    assert read.of(AcceptContact, desk.at(3).arrive("own", OWN))
    assert desk.activity("bob") == "idle"
    assert read.offers(desk.at(9).release("ann", "c1")) == [("own/1", "ann")]


def test_agent_queue_when_others_wait_longer_then_it_still_comes_first(desk, read) -> None:
    desk.agent("ann", "sales")
    desk.arrive("c1", priority=1)
    desk.at(5).arrive("own", OWN)
    assert read.offers(desk.at(6).status("ann")) == [("own/1", "ann")]


def test_agent_queue_when_eleven_come_then_the_last_is_refused(desk, read) -> None:
    desk.agent("ann", "sales")
    for number in range(10):
        assert read.of(AcceptContact, desk.arrive(f"c{number}", OWN))
    assert [c.error for c in read.of(RefuseContact, desk.arrive("c10", OWN))] == ["QueueAtCapacity"]


def test_agent_queue_when_the_agent_is_unknown_or_removed_then_refused(desk, read) -> None:
    assert [c.error for c in read.of(RefuseContact, desk.arrive("c1", OWN))] == ["NoMatchingError"]
    desk.agent("ann", "sales")
    desk.tell(AgentRemoved(agent=ANN))
    assert [c.error for c in read.of(RefuseContact, desk.arrive("c1", OWN))] == ["NoMatchingError"]


def test_agent_queue_when_the_agent_is_removed_then_those_waiting_stay_and_may_leave(desk, read) -> None:
    desk.agent("ann", "sales")
    desk.arrive("c1", OWN)
    desk.tell(AgentRemoved(agent=ANN))
    assert desk.waiting(OWN) == ("c1",)
    assert read.offers(desk.agent("ann", "sales", status="Available")) == [("c1/1", "ann")]
    desk.tell(AgentRemoved(agent=ANN))
    desk.tell(ContactLeft(contact=ContactId("c1")))
    assert desk.acd.queue_snapshot(OWN, desk.now) is None


def test_queues_when_listed_then_agents_own_ones_are_not_among_them(desk) -> None:
    desk.agent("ann", "sales")
    assert desk.acd.queues() == ("sales",)
    assert desk.acd.agent_snapshot(ANN).queues == ("sales",)
    assert desk.acd.queue_snapshot(OWN, 0.0).agents_online == 0


def test_agent_queue_when_its_contact_is_wrapped_up_then_by_the_usual_limit(desk, read) -> None:
    desk.agent("ann", status="Available")
    desk.arrive("c1", OWN)
    desk.answer("c1/1")
    desk.at(10).release("ann", "c1", wrap_up=True)
    assert desk.acd.next_timer() == 40.0
