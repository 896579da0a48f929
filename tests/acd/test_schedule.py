"""Contacts that are to wait later: scheduled, due, put off again, gone."""

from __future__ import annotations

from appliance.acd.commands import AcceptContact, RefuseContact, Withdraw
from appliance.acd.events import ContactLeft, QueueRemoved
from appliance.ids import ContactId, QueueId

SALES = QueueId("sales")


def scheduled(desk) -> tuple[int, int]:
    """Scheduled and waiting."""
    snapshot = desk.acd.queue_snapshot(SALES, desk.now)
    return snapshot.contacts_scheduled, snapshot.contacts_in_queue


def test_schedule_when_not_due_then_offered_to_nobody_and_counted_apart(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    commands = desk.arrive("c1", not_before=60.0)
    assert read.of(AcceptContact, commands)
    assert read.offers(commands) == []
    assert (scheduled(desk), desk.waiting()) == ((1, 0), ())
    assert desk.acd.next_timer() == 60.0


def test_schedule_when_due_then_it_takes_the_place_that_its_time_gives_it(desk, read) -> None:
    desk.arrive("c1", not_before=60.0)
    desk.at(10).arrive("c2")
    commands = desk.wait_until(60.0)
    assert read.positions(commands) == {"c1": 1, "c2": 2}
    assert (scheduled(desk), desk.waiting()) == ((0, 2), ("c1", "c2"))
    desk.agent("ann", "sales")
    assert read.offers(desk.status("ann")) == [("c1/1", "ann")]


def test_schedule_when_the_time_is_past_then_it_waits_at_once(desk) -> None:
    desk.at(10).arrive("c1", not_before=5.0)
    assert (scheduled(desk), desk.acd.next_timer()) == ((0, 1), None)


def test_schedule_when_put_off_while_waiting_or_ringing_then_out_of_the_queue_until_then(desk, read) -> None:
    desk.arrive("c1")
    desk.arrive("c1", not_before=60.0, forced=True)
    assert (scheduled(desk), desk.waiting()) == ((1, 0), ())
    desk.wait_until(60.0)
    assert read.offers(desk.agent("ann", "sales", status="Available")) == [("c1/1", "ann")]
    commands = desk.arrive("c1", enqueued_at=0.0, not_before=90.0, forced=True)
    assert read.of(Withdraw, commands)
    assert (scheduled(desk), desk.activity("ann")) == ((1, 0), "idle")
    assert read.offers(desk.wait_until(90.0)) == [("c1/2", "ann")]


def test_schedule_when_routing_changes_meanwhile_then_it_stays_scheduled(desk) -> None:
    desk.arrive("c1", not_before=60.0)
    desk.arrive("c1", priority=1)
    assert scheduled(desk) == (1, 0)
    desk.at(1).arrive("c2")
    desk.wait_until(60.0)
    assert desk.waiting() == ("c1", "c2")


def test_schedule_when_brought_forward_then_it_waits_now(desk) -> None:
    desk.arrive("c1", not_before=60.0)
    desk.at(5).arrive("c1", enqueued_at=0.0, not_before=5.0)
    assert (scheduled(desk), desk.waiting(), desk.acd.next_timer()) == ((0, 1), ("c1",), None)


def test_schedule_when_cancelled_or_in_another_queue_then_nothing_is_left(desk) -> None:
    desk.arrive("c1", not_before=60.0)
    desk.tell(ContactLeft(contact=ContactId("c1")))
    assert (scheduled(desk), desk.acd.next_timer()) == ((0, 0), None)
    desk.queue("help")
    desk.arrive("c2", not_before=60.0)
    desk.arrive("c2", "help")
    assert (scheduled(desk), desk.waiting("help"), desk.acd.next_timer()) == ((0, 0), ("c2",), None)


def test_schedule_when_the_queue_is_full_of_scheduled_ones_then_no_more_are_taken(desk, read) -> None:
    desk.queue("sales", max_contacts=2)
    desk.arrive("c1", not_before=60.0)
    desk.arrive("c2")
    assert read.of(RefuseContact, desk.arrive("c3", not_before=60.0))
    assert read.of(RefuseContact, desk.arrive("c4"))


def test_schedule_when_the_queue_is_removed_then_it_still_comes_due(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1", not_before=60.0)
    desk.tell(QueueRemoved(queue=SALES))
    assert desk.acd.queues() == (SALES,)
    assert read.offers(desk.wait_until(60.0)) == [("c1/1", "ann")]


def test_schedule_when_another_attempt_is_due_after_an_answer_then_ids_go_on(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.answer("c1/1")
    desk.at(30).release("ann", "c1")
    desk.arrive("c1", enqueued_at=0.0, not_before=90.0, forced=True)
    assert read.offers(desk.wait_until(90.0)) == [("c1/2", "ann")]
