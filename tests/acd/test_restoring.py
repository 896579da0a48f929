"""After a restart: order, idle times, offers under way, wrap-up limits; in whatever order the parts come back."""

from appliance.acd.commands import Withdraw, WrapUpEnded
from appliance.acd.events import AgentEngaged, AgentStateRestored, ContactArrived, ContactLeft
from appliance.acd.model import Activity
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId

ANN = AgentId("ann")


def restore(desk, agent: str = "ann", activity: str = "idle", **fields: object):
    known = {"status": "Available", "since": 50.0, "idle_since": 50.0, "extension": Extension("13")}
    known["inbound_since"] = fields.get("idle_since", 50.0)
    return desk.tell(AgentStateRestored(agent=AgentId(agent), activity=activity, **(known | fields)))


def test_restore_when_idle_then_the_idle_order_is_kept(desk, read) -> None:
    desk.at(100)
    desk.agent("ann", "sales")
    desk.agent("bob", "sales")
    assert restore(desk, "ann", idle_since=60.0) == []
    assert restore(desk, "bob", idle_since=50.0) == []
    assert read.offers(desk.arrive("c1")) == [("c1/1", "bob")]


def test_restore_when_contacts_wait_then_the_first_in_order_is_offered(desk, read) -> None:
    desk.at(100)
    desk.agent("ann", "sales")
    desk.arrive("late", enqueued_at=20.0, forced=True)
    desk.arrive("early", enqueued_at=10.0, forced=True)
    assert read.offers(restore(desk)) == [("early/1", "ann")]


def test_restore_when_offers_were_made_before_then_the_numbers_go_on(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    assert read.offers(desk.arrive("c1", forced=True, offers_made=3)) == [("c1/4", "ann")]


def test_restore_when_times_lie_ahead_then_they_become_now(desk) -> None:
    desk.at(10).agent("ann", "sales")
    restore(desk, since=5000.0, idle_since=5000.0)
    assert (desk.acd.agent_snapshot(ANN).since, desk.acd.agent_snapshot(ANN).idle_since) == (10, 10)


def test_restore_when_on_a_contact_then_released_with_the_wrap_up_of_its_queue(desk) -> None:
    desk.queue("sales", wrap_up_s=5.0)
    desk.at(100).agent("ann", "sales")
    assert restore(desk, activity="on_contact", contact=ContactId("c1"), queue=QueueId("sales"), next_status="X") == []
    assert desk.acd.agent_snapshot(ANN).since == 50
    desk.release("ann", "c1", wrap_up=True)
    assert desk.acd.next_timer() == 105
    desk.wait_until(105)
    assert desk.chosen_status("ann") == ("X", None)


def test_restore_when_in_wrap_up_then_the_limit_counts_from_its_beginning(desk, read) -> None:
    desk.queue("sales", wrap_up_s=60.0)
    desk.at(100).agent("ann", "sales")
    restore(desk, activity="after_contact_work", contact=ContactId("c1"), queue=QueueId("sales"))
    assert desk.acd.next_timer() == 110
    assert read.of(WrapUpEnded, desk.wait_until(110)) == [WrapUpEnded(agent=ANN, contact=ContactId("c1"))]


def test_restore_when_the_queue_of_the_wrap_up_is_not_known_then_the_default_limit(desk) -> None:
    desk.at(60).agent("ann", "sales")
    restore(desk, activity="after_contact_work", contact=ContactId("c1"))
    assert desk.acd.next_timer() == 80


def test_restore_when_missed_then_no_offer_until_available_is_set(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    restore(desk, activity="missed")
    assert read.offers(desk.arrive("c1")) == []
    assert read.offers(desk.status("ann")) == [("c1/1", "ann")]


def test_restore_when_ringing_and_the_contact_waits_then_the_offer_goes_on(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    desk.arrive("c1", enqueued_at=10.0, forced=True, offers_made=2)
    assert read.offers(restore(desk, activity="ringing", contact=ContactId("c1"))) == []
    assert desk.acd.next_timer() == 125
    assert desk.acd.agent_snapshot(ANN).since == 50
    assert read.states(desk.answer("c1/2")) == {"ann": ("Available", "on_contact")}
    assert desk.waiting() == ()


def test_restore_when_ringing_and_the_contact_comes_later_then_the_offer_goes_on(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    restore(desk, activity="ringing", contact=ContactId("c1"))
    assert read.offers(desk.at(101).arrive("c1", enqueued_at=10.0, forced=True, offers_made=2)) == []
    assert desk.acd.agent_snapshot(ANN).offer == "c1/2"
    assert read.states(desk.miss("c1/2")) == {"ann": ("Available", "missed")}
    assert desk.waiting() == ("c1",)


def test_restore_when_all_is_told_together_then_no_free_agent_takes_what_another_rings_for(desk, read) -> None:
    desk.at(100)
    for agent in ("ann", "bob"):
        desk.agent(agent, "sales")
    known = {"status": "Available", "since": 50.0}
    events = [
        ContactArrived(contact=ContactId("c1"), queue=QueueId("sales"), enqueued_at=10.0, forced=True, offers_made=1),
        AgentStateRestored(agent=AgentId("bob"), activity="idle", idle_since=1.0, **known),
        AgentStateRestored(agent=ANN, activity="ringing", contact=ContactId("c1"), idle_since=2.0, **known),
    ]
    for order in (events, events[::-1]):
        again = type(desk)()
        for agent in ("ann", "bob"):
            again.agent(agent, "sales")
        again.queue("sales")
        assert read.offers(again.acd.handle_together(order, 100.0)) == []
        assert again.acd.agent_snapshot(ANN).offer == "c1/1"


def test_restore_when_the_ringing_contact_never_comes_then_the_agent_is_idle(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    restore(desk, activity="ringing", contact=ContactId("c1"))
    assert read.states(desk.wait_until(125)) == {"ann": ("Available", "idle")}


def test_restore_when_the_ringing_contact_is_answered_before_it_comes_then_connected(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    restore(desk, activity="ringing", contact=ContactId("c1"))
    assert read.states(desk.answer("c1/7")) == {"ann": ("Available", "on_contact")}
    assert desk.acd.next_timer() is None


def test_restore_when_the_ringing_contact_is_missed_before_it_comes_then_missed(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    restore(desk, activity="ringing", contact=ContactId("c1"))
    assert read.states(desk.miss("c1/7")) == {"ann": ("Available", "missed")}


def test_restore_when_the_ringing_contact_left_then_the_agent_is_free(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    restore(desk, activity="ringing", contact=ContactId("c1"))
    assert read.states(desk.tell(ContactLeft(contact=ContactId("c1")))) == {"ann": ("Available", "idle")}


def test_restore_when_two_claim_the_same_contact_then_one_rings(desk, read) -> None:
    desk.at(100)
    for agent in ("ann", "bob"):
        desk.agent(agent, "sales")
    restore(desk, "ann", "ringing", contact=ContactId("c1"))
    assert read.states(restore(desk, "bob", "ringing", contact=ContactId("c1"))) == {"bob": ("Available", "idle")}
    desk.arrive("c1", forced=True, offers_made=1)
    commands = desk.wait_until(125)
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c1/1"), contact=ContactId("c1"))]
    assert read.offers(desk.wait_until(126)) == [("c1/2", "bob")]


def test_restore_when_two_ring_for_the_same_waiting_contact_then_the_first_counts(desk, read) -> None:
    desk.at(100)
    for agent in ("ann", "bob"):
        desk.agent(agent, "sales")
    desk.arrive("c1", forced=True, offers_made=1)
    restore(desk, "ann", "ringing", contact=ContactId("c1"))
    assert read.states(restore(desk, "bob", "ringing", contact=ContactId("c1"))) == {"bob": ("Available", "idle")}
    assert desk.acd.agent_snapshot(ANN).offer == "c1/1"


def test_restore_when_ringing_and_the_offers_were_not_counted_then_the_first_offer(desk) -> None:
    desk.at(100).agent("ann", "sales")
    desk.arrive("c1", forced=True)
    restore(desk, activity="ringing", contact=ContactId("c1"))
    assert desk.acd.agent_snapshot(ANN).offer == "c1/1"


def test_restore_when_a_next_status_was_left_over_then_it_takes_effect(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    assert read.states(restore(desk, next_status="Lunch")) == {"ann": ("Lunch", "idle")}


def test_restore_when_the_agent_is_on_a_contact_already_then_that_counts(desk) -> None:
    desk.at(100).agent("ann", "sales")
    desk.tell(AgentEngaged(agent=ANN, contact=ContactId("c1")))
    restore(desk, activity="missed", next_status="Lunch")
    assert desk.activity("ann") is Activity.ON_CONTACT
    desk.release("ann", "c1")
    assert desk.chosen_status("ann") == ("Lunch", None)


def test_restore_when_the_activity_is_of_a_later_version_then_idle(desk, read) -> None:
    desk.at(100).agent("ann", "sales")
    assert read.states(restore(desk, activity="levitating")) == {"ann": ("Available", "idle")}


def test_restore_when_the_agent_waits_in_the_queue_as_a_caller_then_not_taken_out(desk) -> None:
    desk.at(100).agent("ann", "sales")
    desk.arrive("c1", forced=True)
    restore(desk, activity="on_contact", contact=ContactId("c1"))
    assert desk.waiting() == ("c1",)
