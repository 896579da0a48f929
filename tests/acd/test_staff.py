"""Statuses, next status, contacts of other kinds, wrap-up; configuring and removing agents."""

from appliance.acd.commands import Withdraw, WrapUpEnded, WrapUpStarted
from appliance.acd.events import AgentEngaged, AgentRemoved, WrapUpCleared
from appliance.acd.model import Activity
from appliance.ids import AgentId, ContactId, OfferId, QueueId

ANN = AgentId("ann")
C1 = ContactId("c1")


def on_contact(desk, *, wrap_up_s: float = 30.0) -> None:
    """Ann is on c1 of a queue with this wrap-up time, at 0."""
    desk.queue("sales", wrap_up_s=wrap_up_s)
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.answer("c1/1")


def engage(desk, contact: str, queue: str | None = None):
    return desk.tell(
        AgentEngaged(agent=ANN, contact=ContactId(contact), queue=None if queue is None else QueueId(queue))
    )


def test_status_when_new_then_offline_and_nothing_to_store(desk) -> None:
    assert desk.agent("ann", "sales") == []
    assert desk.chosen_status("ann") == ("Offline", None)


def test_status_when_set_to_available_then_idle_from_now(desk, read) -> None:
    desk.agent("ann", "sales")
    assert read.states(desk.at(5).status("ann")) == {"ann": ("Available", "idle")}
    assert desk.acd.agent_snapshot(ANN).idle_since == 5


def test_status_when_set_again_then_nothing_and_the_idle_time_goes_on(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    assert desk.at(9).status("ann") == []
    assert desk.acd.agent_snapshot(ANN).idle_since == 0


def test_status_when_custom_then_no_offers(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.status("ann", "Lunch")
    assert read.offers(desk.arrive("c1")) == []


def test_next_status_when_on_a_contact_then_applied_afterwards(desk, read) -> None:
    on_contact(desk)
    assert read.states(desk.status("ann", "Lunch")) == {"ann": ("Available", "on_contact")}
    assert desk.chosen_status("ann") == ("Available", "Lunch")
    assert read.states(desk.release("ann", "c1")) == {"ann": ("Lunch", "idle")}
    assert desk.chosen_status("ann") == ("Lunch", None)


def test_next_status_when_in_wrap_up_then_applied_after_it(desk, read) -> None:
    on_contact(desk)
    desk.release("ann", "c1", wrap_up=True)
    desk.status("ann", "Lunch")
    assert read.states(desk.wait_until(30)) == {"ann": ("Lunch", "idle")}


def test_next_status_when_the_present_one_is_chosen_then_dropped(desk) -> None:
    on_contact(desk)
    desk.status("ann", "Lunch")
    desk.status("ann", "Available")
    assert desk.chosen_status("ann") == ("Available", None)


def test_next_status_when_ringing_then_the_offer_goes_on(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    assert read.of(Withdraw, desk.status("ann", "Lunch")) == []
    desk.answer("c1/1")
    assert desk.chosen_status("ann") == ("Available", "Lunch")


def test_next_status_when_the_ring_is_missed_then_applied_and_missed(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.status("ann", "Lunch")
    assert read.states(desk.miss("c1/1")) == {"ann": ("Lunch", "missed")}


def test_wrap_up_when_released_then_with_the_time_of_the_queue(desk, read) -> None:
    on_contact(desk, wrap_up_s=45.0)
    commands = desk.at(100).release("ann", "c1", wrap_up=True)
    assert read.of(WrapUpStarted, commands) == [WrapUpStarted(agent=ANN, contact=C1)]
    assert read.states(commands) == {"ann": ("Available", "after_contact_work")}
    assert read.offers(desk.arrive("c2")) == []
    commands = desk.wait_until(145)
    assert read.of(WrapUpEnded, commands) == [WrapUpEnded(agent=ANN, contact=C1)]
    assert read.offers(commands) == [("c2/1", "ann")]


def test_wrap_up_when_the_queue_sets_no_limit_then_until_cleared(desk, read) -> None:
    on_contact(desk, wrap_up_s=0.0)
    desk.release("ann", "c1", wrap_up=True)
    assert desk.acd.next_timer() is None
    commands = desk.at(9999).tell(WrapUpCleared(agent=ANN))
    assert read.of(WrapUpEnded, commands) == [WrapUpEnded(agent=ANN, contact=C1)]
    assert desk.activity("ann") is Activity.IDLE


def test_wrap_up_when_cleared_early_then_the_limit_is_off(desk) -> None:
    on_contact(desk)
    desk.release("ann", "c1", wrap_up=True)
    desk.tell(WrapUpCleared(agent=ANN))
    assert desk.acd.next_timer() is None
    assert desk.tell(WrapUpCleared(agent=ANN)) == []


def test_wrap_up_when_the_contact_was_engaged_with_its_queue_then_with_its_time(desk) -> None:
    desk.queue("help", wrap_up_s=7.0)
    desk.agent("ann", "sales", status="Available")
    engage(desk, "c9", "help")
    desk.release("ann", "c9", wrap_up=True)
    assert desk.acd.next_timer() == 7.0


def test_release_when_without_wrap_up_then_idle_again(desk, read) -> None:
    on_contact(desk)
    assert read.states(desk.at(50).release("ann", "c1")) == {"ann": ("Available", "idle")}
    assert desk.acd.agent_snapshot(ANN).idle_since == 50
    assert desk.release("ann", "c1", wrap_up=True) == []


def test_engaged_when_on_another_contact_then_free_after_the_last(desk) -> None:
    on_contact(desk)
    engage(desk, "colleague")
    desk.release("ann", "c1")
    assert desk.activity("ann") is Activity.ON_CONTACT
    desk.release("ann", "colleague")
    assert desk.activity("ann") is Activity.IDLE


def test_engaged_when_in_wrap_up_then_wrap_up_goes_on_behind(desk, read) -> None:
    on_contact(desk)
    desk.release("ann", "c1", wrap_up=True)
    engage(desk, "colleague")
    assert desk.activity("ann") is Activity.ON_CONTACT
    desk.at(10).release("ann", "colleague")
    assert desk.activity("ann") is Activity.AFTER_CONTACT_WORK
    assert read.of(WrapUpEnded, desk.wait_until(30)) == [WrapUpEnded(agent=ANN, contact=C1)]


def test_engaged_when_wrap_up_ends_meanwhile_then_still_on_the_contact(desk, read) -> None:
    on_contact(desk)
    desk.release("ann", "c1", wrap_up=True)
    engage(desk, "colleague")
    assert read.of(WrapUpEnded, desk.wait_until(30)) == [WrapUpEnded(agent=ANN, contact=C1)]
    assert desk.activity("ann") is Activity.ON_CONTACT
    desk.release("ann", "colleague")
    assert desk.activity("ann") is Activity.IDLE


def test_engaged_when_in_the_missed_state_then_missed_again_afterwards(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.miss("c1/1")
    engage(desk, "colleague")
    desk.release("ann", "colleague")
    assert desk.activity("ann") is Activity.MISSED


def test_engaged_when_missed_and_available_is_set_meanwhile_then_free_afterwards(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.miss("c1/1")
    engage(desk, "colleague")
    desk.status("ann")
    assert read.offers(desk.release("ann", "colleague")) == [("c1/2", "ann")]


def test_missed_when_the_agent_becomes_available_then_at_the_end_of_the_idle_order(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.miss("c1/1", "busy")
    desk.at(10).agent("bob", "sales")
    desk.at(20).status("ann")
    assert desk.acd.agent_snapshot(ANN).idle_since == 20


def test_configured_when_changed_then_the_state_stays(desk, read) -> None:
    on_contact(desk)
    assert desk.agent("ann", "sales", "help") == []
    assert desk.activity("ann") is Activity.ON_CONTACT


def test_configured_when_a_queue_is_given_twice_then_the_first_share_counts(desk, read) -> None:
    desk.agent("ann", ("sales", 1, 60.0), ("sales", 1, 0.0), status="Available")
    assert read.offers(desk.arrive("c1")) == []
    assert desk.acd.agent_snapshot(ANN).queues == ("sales",)


def test_configured_when_a_queue_is_taken_away_while_ringing_then_the_offer_goes_on(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    assert desk.agent("ann") == []
    assert read.states(desk.answer("c1/1")) == {"ann": ("Available", "on_contact")}


def test_removed_when_ringing_then_withdrawn_and_offered_to_the_next(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales", status="Available")
    desk.arrive("c1")
    commands = desk.tell(AgentRemoved(agent=ANN))
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c1/1"), contact=C1)]
    assert "ann" not in read.states(commands)
    assert read.offers(desk.miss("c1/1", "withdrawn")) == [("c1/2", "bob")]
    assert desk.acd.agents() == ("bob",)


def test_removed_when_in_wrap_up_then_it_is_over(desk, read) -> None:
    on_contact(desk)
    desk.release("ann", "c1", wrap_up=True)
    assert read.of(WrapUpEnded, desk.tell(AgentRemoved(agent=ANN))) == [WrapUpEnded(agent=ANN, contact=C1)]
    assert desk.acd.next_timer() is None


def test_removed_when_idle_then_gets_no_offers(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.tell(AgentRemoved(agent=ANN))
    assert read.offers(desk.arrive("c1")) == []
    assert desk.acd.agent_snapshot(ANN) is None
