"""Arriving and leaving: capacity, order, positions."""

from appliance.acd.commands import AcceptContact, RefuseContact
from appliance.acd.events import ContactLeft, QueueRemoved
from appliance.ids import ContactId, QueueId


def test_arrival_when_nobody_is_free_then_accepted_with_its_position(desk, read) -> None:
    assert desk.arrive("c1") == [AcceptContact(contact=ContactId("c1"), queue=QueueId("sales"), position=1)]
    assert read.accepted(desk.at(1).arrive("c2")) == {"c2": 2}


def test_arrival_when_the_queue_is_unknown_then_refused(desk) -> None:
    refusal = RefuseContact(contact=ContactId("c1"), queue=QueueId("nowhere"), error="NoMatchingError")
    assert desk.arrive("c1", "nowhere") == [refusal]


def test_arrival_when_the_queue_is_disabled_then_refused_and_those_inside_stay(desk, read) -> None:
    desk.arrive("c1")
    desk.queue("sales", enabled=False)
    assert desk.arrive("c2")[0].error == "NoMatchingError"
    assert read.offers(desk.agent("ann", "sales", status="Available")) == [("c1/1", "ann")]


def test_arrival_when_the_queue_is_full_then_refused(desk) -> None:
    desk.queue("sales", max_contacts=1)
    desk.arrive("c1")
    assert desk.arrive("c2")[0].error == "QueueAtCapacity"
    assert desk.waiting() == ("c1",)


def test_arrival_when_the_one_inside_is_being_offered_then_it_does_not_count(desk, read) -> None:
    desk.queue("sales", max_contacts=1)
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    assert read.accepted(desk.at(1).arrive("c2")) == {"c2": 2}
    desk.miss("c1/1")
    assert desk.waiting() == ("c1", "c2")


def test_arrival_when_forced_then_capacity_is_not_asked(desk, read) -> None:
    desk.queue("sales", max_contacts=1)
    desk.arrive("c1")
    assert read.accepted(desk.arrive("c0", enqueued_at=-5.0, forced=True)) == {"c0": 1}


def test_arrival_when_forced_into_a_queue_that_is_gone_then_kept_until_it_leaves(desk) -> None:
    desk.arrive("c1", "gone", forced=True)
    assert desk.waiting("gone") == ("c1",)
    assert desk.arrive("c2", "gone")[0].error == "NoMatchingError"
    desk.tell(ContactLeft(contact=ContactId("c1")))
    assert desk.acd.queues() == ("sales",)


def test_arrival_when_restored_out_of_order_then_by_original_time(desk, read) -> None:
    desk.at(100)
    desk.arrive("late", enqueued_at=20.0, forced=True)
    commands = desk.arrive("early", enqueued_at=10.0, forced=True)
    assert read.accepted(commands) == {"early": 1}
    assert read.positions(commands) == {"late": 2}


def test_arrival_when_priority_is_higher_then_before_those_who_came_earlier(desk, read) -> None:
    desk.arrive("c1")
    desk.at(1).arrive("c2", priority=1)
    desk.at(2).arrive("c3", priority=1)
    assert desk.waiting() == ("c2", "c3", "c1")


def test_arrival_when_time_is_adjusted_then_the_wait_counts_as_longer_or_shorter(desk) -> None:
    desk.at(100).arrive("c1")
    desk.at(101).arrive("older", time_adjustment_s=60)
    desk.at(102).arrive("c2")
    desk.at(102.5).arrive("younger", time_adjustment_s=-60)
    desk.at(103).arrive("c3")
    assert desk.waiting() == ("older", "c1", "c2", "c3", "younger")


def test_arrival_when_at_the_same_instant_then_by_id(desk) -> None:
    desk.arrive("b")
    desk.arrive("a")
    assert desk.waiting() == ("a", "b")


def test_arrival_when_repeated_then_the_place_is_kept(desk, read) -> None:
    desk.arrive("c1")
    desk.at(1).arrive("c2")
    assert read.accepted(desk.at(9).arrive("c1")) == {"c1": 1}
    assert desk.waiting() == ("c1", "c2")


def test_arrival_when_repeated_with_another_priority_then_the_others_are_told(desk, read) -> None:
    desk.arrive("c1")
    desk.at(1).arrive("c2")
    commands = desk.at(2).arrive("c2", priority=1)
    assert read.accepted(commands) == {"c2": 1}
    assert read.positions(commands) == {"c1": 2}


def test_arrival_when_in_another_queue_already_then_it_moves(desk, read) -> None:
    desk.queue("help")
    desk.arrive("c1")
    desk.at(1).arrive("c2")
    commands = desk.at(2).arrive("c1", "help")
    assert read.positions(commands) == {"c2": 1}
    assert (desk.waiting(), desk.waiting("help")) == (("c2",), ("c1",))


def test_arrival_when_the_other_queue_refuses_then_it_stays_where_it_was(desk) -> None:
    desk.queue("help", max_contacts=0)
    desk.arrive("c1")
    assert desk.arrive("c1", "help")[0].error == "QueueAtCapacity"
    assert desk.waiting() == ("c1",)


def test_arrival_when_it_moved_while_ringing_then_a_late_answer_still_counts(desk, read) -> None:
    desk.queue("help")
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.arrive("c1", "help")
    assert read.states(desk.answer("c1/1")) == {"ann": ("Available", "on_contact")}
    assert desk.waiting("help") == ()


def test_arrival_when_repeated_with_more_offers_made_then_the_numbers_go_on(desk, read) -> None:
    desk.arrive("c1")
    desk.arrive("c1", offers_made=4)
    assert read.offers(desk.agent("ann", "sales", status="Available")) == [("c1/5", "ann")]


def test_arrival_when_it_comes_back_then_offer_numbers_go_on(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    assert read.offers(desk.arrive("c1")) == [("c1/1", "ann")]
    desk.tell(ContactLeft(contact=ContactId("c1")))
    assert read.offers(desk.arrive("c1")) == [("c1/2", "ann")]


def test_leaving_when_waiting_then_those_behind_move_up(desk, read) -> None:
    for at, contact in enumerate(("c1", "c2", "c3", "c4")):
        desk.at(at).arrive(contact)
    assert read.positions(desk.tell(ContactLeft(contact=ContactId("c2")))) == {"c3": 2, "c4": 3}


def test_leaving_when_ringing_then_the_agent_is_free_for_the_next(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.at(1).arrive("c2")
    commands = desk.at(2).tell(ContactLeft(contact=ContactId("c1")))
    assert read.offers(commands) == [("c2/1", "ann")]
    assert read.positions(commands) == {"c2": 1}


def test_queue_removed_when_contacts_wait_then_they_are_still_served(desk, read) -> None:
    desk.agent("ann", "sales")
    desk.arrive("c1")
    desk.tell(QueueRemoved(queue=QueueId("sales")))
    assert desk.arrive("c2")[0].error == "NoMatchingError"
    assert read.offers(desk.status("ann")) == [("c1/1", "ann")]
    desk.answer("c1/1")
    assert desk.acd.queues() == ()


def test_queue_removed_when_configured_again_then_it_takes_contacts(desk, read) -> None:
    desk.arrive("c1")
    desk.tell(QueueRemoved(queue=QueueId("sales")))
    desk.queue("sales")
    assert read.accepted(desk.at(1).arrive("c2")) == {"c2": 2}
