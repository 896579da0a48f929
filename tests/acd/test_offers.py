"""Routing and offers: who gets whom, and every way an offer ends."""

import pytest

from appliance.acd.commands import AcceptContact, AgentStateChanged, Offer, Withdraw
from appliance.acd.events import AgentEngaged, AgentRemoved, ContactLeft
from appliance.acd.model import Activity
from appliance.acd.offer_numbers import NUMBERS_KEPT
from appliance.ids import AgentId, ContactId, OfferId


def engage(desk, agent: str, contact: str):
    return desk.tell(AgentEngaged(agent=AgentId(agent), contact=ContactId(contact)))


def test_offer_when_several_are_available_then_the_longest_idle_rings(desk, read) -> None:
    desk.at(10).agent("ann", "sales", status="Available")
    desk.at(5).agent("bob", "sales", status="Available")
    assert read.offers(desk.at(20).arrive("c1")) == [("c1/1", "bob")]
    assert read.offers(desk.at(21).arrive("c2")) == [("c2/1", "ann")]


def test_offer_when_idle_equally_long_then_by_id(desk, read) -> None:
    for agent in ("bob", "ann", "cid"):
        desk.agent(agent, "sales", status="Available")
    assert read.offers(desk.arrive("c1")) == [("c1/1", "ann")]


def test_offer_when_made_then_it_carries_the_ring_timeout_of_the_queue(desk, read) -> None:
    desk.queue("sales", ring_timeout_s=12.0)
    desk.agent("ann", "sales", status="Available")
    offer = Offer(offer=OfferId("c1/1"), contact=ContactId("c1"), agent=AgentId("ann"), ring_timeout_s=12.0)
    assert read.of(Offer, desk.arrive("c1")) == [offer]


def test_offer_when_the_queue_is_not_served_then_nobody_rings(desk, read) -> None:
    desk.queue("help")
    desk.agent("ann", "help", status="Available")
    assert read.offers(desk.arrive("c1")) == []
    assert read.offers(desk.agent("ann", "help", "sales")) == [("c1/1", "ann")]


def test_offer_when_the_agent_serves_several_queues_then_priority_one_first(desk, read) -> None:
    desk.queue("help")
    desk.agent("ann", ("sales", 2, 0.0), ("help", 1, 0.0))
    desk.arrive("waits longer", "sales")
    desk.at(50).arrive("c2", "help")
    assert read.offers(desk.status("ann")) == [("c2/1", "ann")]


def test_offer_when_queues_are_equal_then_contact_priority_and_age_decide(desk, read) -> None:
    desk.queue("help")
    desk.agent("ann", "sales", "help")
    desk.arrive("older", "sales")
    desk.at(5).arrive("younger", "help")
    desk.at(9).arrive("urgent", "help", priority=1)
    assert read.offers(desk.status("ann")) == [("urgent/1", "ann")]
    desk.answer("urgent/1")
    assert read.offers(desk.release("ann", "urgent")) == [("older/1", "ann")]


def test_offer_when_the_share_is_delayed_then_after_that_wait(desk, read) -> None:
    desk.agent("reserve", ("sales", 1, 30.0), status="Available")
    assert read.offers(desk.at(100).arrive("c1")) == []
    assert desk.acd.next_timer() == 130.0
    assert read.offers(desk.wait_until(129.9)) == []
    assert read.offers(desk.wait_until(130.0)) == [("c1/1", "reserve")]


def test_offer_when_the_delay_passed_while_the_agent_was_busy_then_at_once(desk, read) -> None:
    desk.agent("reserve", ("sales", 1, 30.0))
    desk.arrive("c1")
    desk.at(20).arrive("c2")
    desk.wait_until(40)
    assert read.offers(desk.status("reserve")) == [("c1/1", "reserve")]
    desk.answer("c1/1")
    assert read.offers(desk.release("reserve", "c1")) == []
    assert read.offers(desk.wait_until(50)) == [("c2/1", "reserve")]


def test_offer_when_a_younger_contact_has_precedence_then_it_does_not_hide_a_ripe_one(desk, read) -> None:
    desk.agent("reserve", ("sales", 1, 30.0))
    desk.arrive("ripe")
    desk.at(35).arrive("urgent", priority=1)
    desk.wait_until(40)
    assert read.offers(desk.status("reserve")) == [("ripe/1", "reserve")]


def test_offer_when_a_time_adjustment_is_given_then_the_delay_is_still_waited_out(desk, read) -> None:
    desk.agent("reserve", ("sales", 1, 30.0), status="Available")
    assert read.offers(desk.arrive("c1", time_adjustment_s=600)) == []
    assert read.offers(desk.wait_until(30)) == [("c1/1", "reserve")]


def test_offer_when_a_new_delay_is_configured_then_waiting_contacts_are_seen(desk, read) -> None:
    desk.arrive("c1")
    desk.at(20).arrive("c2")
    desk.at(25)
    assert read.offers(desk.agent("ann", ("sales", 1, 10.0), status="Available")) == [("c1/1", "ann")]
    desk.agent("bob", ("sales", 1, 10.0), status="Available")
    assert read.offers(desk.wait_until(30)) == [("c2/1", "bob")]


def test_offer_when_the_contact_rings_already_then_a_newly_employed_agent_does_not_get_it(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.at(20)
    assert read.offers(desk.agent("bob", ("sales", 1, 10.0), status="Available")) == []


def test_offer_when_a_delay_is_configured_away_then_no_timer_is_kept_for_it(desk) -> None:
    desk.agent("ann", ("sales", 1, 30.0))
    desk.agent("ann", "sales")
    desk.arrive("c1")
    assert desk.acd.next_timer() is None


def test_commands_when_an_offer_is_made_then_the_state_to_store_comes_first(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    assert [type(command) for command in desk.arrive("c1")] == [AgentStateChanged, AcceptContact, Offer]


def test_answer_when_ringing_then_the_agent_is_on_the_contact_and_the_line_moves_up(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.at(1).arrive("c2")
    commands = desk.at(3).answer("c1/1")
    assert read.states(commands) == {"ann": ("Available", "on_contact")}
    assert read.positions(commands) == {"c2": 1}
    assert desk.waiting() == ("c2",)
    assert desk.acd.next_timer() is None


@pytest.mark.parametrize("cause", ["no_answer", "busy", "rejected"])
def test_miss_when_the_agent_did_not_take_it_then_missed_and_the_contact_at_its_old_place(desk, read, cause) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.at(1).arrive("c2")
    commands = desk.at(20).miss("c1/1", cause)
    assert read.states(commands) == {"ann": ("Available", "missed")}
    assert (read.offers(commands), read.positions(commands)) == ([], {})
    assert desk.waiting() == ("c1", "c2")


def test_miss_when_another_agent_is_available_then_that_one_rings(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales", status="Available")
    desk.arrive("c1")
    assert read.offers(desk.miss("c1/1")) == [("c1/2", "bob")]


def test_miss_when_in_the_missed_state_then_no_offer_until_available_is_set_again(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.miss("c1/1")
    assert read.offers(desk.at(30).arrive("c2")) == []
    assert read.offers(desk.status("ann", "Break")) == []
    assert desk.activity("ann") is Activity.MISSED
    assert read.offers(desk.at(40).status("ann")) == [("c1/2", "ann")]


def test_miss_when_the_customer_left_then_the_agent_is_idle_and_the_contact_gone(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales")
    desk.arrive("c1")
    commands = desk.at(7).miss("c1/1", "abandoned")
    assert read.states(commands) == {"ann": ("Available", "idle")}
    assert desk.waiting() == ()
    desk.status("bob")
    assert read.offers(desk.arrive("c2")) == [("c2/1", "ann")], "a ring that came to nothing leaves the idle time"


def test_miss_when_withdrawn_by_its_process_then_nobody_is_blamed_and_it_rings_again_later(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    commands = desk.miss("c1/1", "withdrawn")
    assert (read.offers(commands), read.states(commands)) == ([], {"ann": ("Available", "idle")})
    assert desk.waiting() == ("c1",)
    assert read.offers(desk.wait_until(1)) == [("c1/2", "ann")]


def test_miss_when_withdrawn_then_the_agent_is_free_for_others_at_once(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.arrive("c2")
    assert read.offers(desk.miss("c1/1", "withdrawn")) == [("c2/1", "ann")]


def test_miss_when_the_offer_is_over_then_nothing(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.miss("c1/1", "withdrawn")
    desk.wait_until(1)
    assert desk.miss("c1/1") == []
    assert desk.activity("ann") is Activity.RINGING


@pytest.mark.parametrize("cause", ["withdrawn", "no_answer", "abandoned"])
def test_pause_when_the_end_of_the_ringing_is_reported_then_the_next_rings_at_once(desk, read, cause) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales", status="Available")
    desk.arrive("c1")
    assert read.offers(desk.wait_until(25)) == []
    assert read.offers(desk.at(25.2).miss("c1/1", cause)) == [("c1/2", "bob")]
    assert desk.acd.next_timer() == 50.2


def test_pause_when_nothing_is_reported_then_it_lasts_a_second(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales", status="Available")
    desk.arrive("c1")
    assert read.offers(desk.wait_until(25.9)) == []
    assert read.offers(desk.wait_until(26)) == [("c1/2", "bob")]


def test_pause_when_the_contact_leaves_then_no_timer_is_left(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.miss("c1/1", "withdrawn")
    desk.tell(ContactLeft(contact=ContactId("c1")))
    assert desk.acd.next_timer() is None


def test_pause_when_the_contact_changes_its_queue_then_it_goes_on(desk, read) -> None:
    desk.queue("help")
    desk.agent("ann", "sales", "help", status="Available")
    desk.arrive("c1")
    commands = desk.at(3).arrive("c1", "help")
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c1/1"), contact=ContactId("c1"))]
    assert read.offers(commands) == []
    assert read.offers(desk.miss("c1/1", "withdrawn")) == [("c1/2", "ann")]


def test_pause_when_its_priority_changes_then_it_goes_on(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.miss("c1/1", "withdrawn")
    assert read.offers(desk.arrive("c1", priority=1)) == []
    assert read.offers(desk.wait_until(1)) == [("c1/2", "ann")]


def test_lease_when_nothing_is_heard_then_withdrawn_and_missed(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.at(100).arrive("c1")
    assert desk.acd.next_timer() == 125.0
    commands = desk.wait_until(125)
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c1/1"), contact=ContactId("c1"))]
    assert read.states(commands) == {"ann": ("Available", "missed")}
    assert desk.waiting() == ("c1",)


def test_answer_when_it_crossed_the_end_of_the_lease_then_it_counts_and_the_second_is_called_back(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales", status="Available")
    desk.arrive("c1")
    assert read.offers(desk.wait_until(26)) == [("c1/2", "bob")]
    commands = desk.answer("c1/1")
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c1/2"), contact=ContactId("c1"))]
    assert read.states(commands) == {"ann": ("Available", "on_contact"), "bob": ("Available", "idle")}
    assert desk.answer("c1/2") == []
    assert read.states(desk.release("ann", "c1")) == {"ann": ("Available", "idle")}


def test_answer_when_the_agent_rings_for_another_by_then_that_one_is_taken_back(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.wait_until(25)
    desk.tell(ContactLeft(contact=ContactId("c0")))
    desk.arrive("c0", enqueued_at=-9.0)
    assert read.offers(desk.status("ann")) == [("c0/1", "ann")]
    commands = desk.answer("c1/1")
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c0/1"), contact=ContactId("c0"))]
    assert (desk.activity("ann"), desk.waiting()) == (Activity.ON_CONTACT, ("c0",))


def test_answer_when_the_agent_was_removed_meanwhile_then_the_contact_waits_no_more(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales", status="Available")
    desk.arrive("c1")
    desk.tell(AgentRemoved(agent=AgentId("ann")))
    assert read.offers(desk.wait_until(1)) == [("c1/2", "bob")]
    commands = desk.answer("c1/1")
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c1/2"), contact=ContactId("c1"))]
    assert desk.waiting() == ()
    assert desk.activity("bob") is Activity.IDLE


def test_engaged_when_another_agent_is_ringing_for_it_then_picked_up(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales")
    desk.arrive("c1")
    commands = engage(desk, "bob", "c1")
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c1/1"), contact=ContactId("c1"))]
    assert read.states(commands) == {"bob": ("Offline", "on_contact"), "ann": ("Available", "idle")}
    assert desk.waiting() == ()


def test_engaged_when_ringing_for_that_contact_then_as_answered(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    commands = engage(desk, "ann", "c1")
    assert read.of(Withdraw, commands) == []
    assert (desk.activity("ann"), desk.waiting()) == (Activity.ON_CONTACT, ())
    assert engage(desk, "ann", "c1") == []


def test_engaged_when_ringing_for_another_then_that_one_is_offered_elsewhere(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.agent("bob", "sales", status="Available")
    desk.arrive("c1")
    commands = engage(desk, "ann", "call to a colleague")
    assert read.of(Withdraw, commands) == [Withdraw(offer=OfferId("c1/1"), contact=ContactId("c1"))]
    assert read.offers(desk.miss("c1/1", "withdrawn")) == [("c1/2", "bob")]


def test_offer_numbers_when_very_many_contacts_came_then_only_the_latest_are_kept(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    for number in range(NUMBERS_KEPT + 2):
        desk.arrive(f"c{number}")
        desk.tell(ContactLeft(contact=ContactId(f"c{number}")))
    kept = desk.acd._floor.offer_numbers
    assert len(kept) <= NUMBERS_KEPT
    assert kept.of(ContactId(f"c{NUMBERS_KEPT + 1}")) == 1
