"""The row derived from a contact's events."""

from __future__ import annotations

from typing import Any

from appliance import events as ev
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId
from appliance.store import Stage, Store

CONTACT = ContactId("contact-1")
SALES = QueueId("sales")
KIM = AgentId("kim")
E101 = Extension("101")


def _queue(event: Any, initiated: Any) -> list[ev.ContactEvent]:
    return [
        event(1, initiated),
        event(2, ev.QueueRequested(queue=SALES, priority=2, time_adjustment_s=30)),
        event(3, ev.ContactQueued(queue=SALES)),
    ]


def test_row_when_queued_then_it_says_all_that_a_restart_needs(store: Store, event: Any, initiated: Any) -> None:
    store.events.append(_queue(event, initiated))
    (row,) = store.contacts.waiting()
    assert (row.queue, row.priority, row.time_adjustment_s, row.slot) == (SALES, 2, 30, 3)
    assert row.enqueued is not None and row.enqueued.mono_s == 3.0
    assert row.stage is Stage.IN_QUEUE and row.waiting
    assert row.customer is not None and row.customer.address == "+8225550100"


def test_row_when_offer_missed_then_still_waiting_at_the_original_time(
    store: Store, event: Any, initiated: Any
) -> None:
    offer = OfferId("contact-1/1")
    store.events.append([*_queue(event, initiated), event(4, ev.AgentOffered(offer=offer, agent=KIM, extension=E101))])
    ringing = store.contacts.get(CONTACT)
    assert ringing is not None and ringing.stage is Stage.RINGING and ringing.waiting
    store.events.append([event(5, ev.AgentMissed(offer=offer, agent=KIM, cause="no_answer"))])
    (row,) = store.contacts.waiting()
    assert row.stage is Stage.IN_QUEUE
    assert row.enqueued is not None and row.enqueued.mono_s == 3.0


def test_row_when_answered_then_connected_until_closed(store: Store, event: Any, initiated: Any) -> None:
    store.events.append(
        [
            *_queue(event, initiated),
            event(4, ev.AgentConnected(agent=KIM, extension=E101)),
            event(5, ev.ContactDequeued(queue=SALES, reason="connected")),
        ]
    )
    row = store.contacts.get(CONTACT)
    assert row is not None and row.stage is Stage.CONNECTED and row.agent == KIM
    assert store.contacts.waiting() == []
    end = ev.ContactDisconnected(reason=ev.DisconnectReason.CUSTOMER_DISCONNECT, pre_disconnect_state="CONNECTED")
    switchboard = ev.Writer.SWITCHBOARD
    store.events.append([event(6, end)])
    store.events.append([event(1, ev.AfterContactWorkStarted(agent=KIM), writer=switchboard, mono_s=7.0)])
    row = store.contacts.get(CONTACT)
    assert row is not None and row.stage is Stage.AFTER_CONTACT_WORK and row.open
    store.events.append(
        [
            event(2, ev.AfterContactWorkEnded(agent=KIM), writer=switchboard, mono_s=8.0),
            event(3, ev.ContactClosed(), writer=switchboard, mono_s=8.0),
        ]
    )
    row = store.contacts.get(CONTACT)
    assert row is not None and row.stage is Stage.CLOSED and not row.open
    assert store.contacts.under_way() == []


def test_row_when_event_comes_after_the_end_then_stage_stays(store: Store, event: Any, initiated: Any) -> None:
    end = ev.ContactDisconnected(reason=None, pre_disconnect_state="IN_QUEUE")
    store.events.append(
        [*_queue(event, initiated), event(4, end), event(5, ev.ContactDequeued(queue=SALES, reason="abandoned"))]
    )
    row = store.contacts.get(CONTACT)
    assert row is not None and row.stage is Stage.DISCONNECTED and not row.waiting


def test_latest_when_paged_then_newest_first_without_repeats(store: Store, event: Any, initiated: Any) -> None:
    for number in range(5):
        store.events.append([event(1, initiated, contact=f"c{number}", mono_s=float(number))])
    first = store.contacts.latest(2)
    second = store.contacts.latest(2, before_wall_s=first[-1].started.wall_s)
    assert [row.contact for row in [*first, *second]] == ["c4", "c3", "c2", "c1"]


def test_waiting_when_several_then_in_the_order_of_the_queue(store: Store, event: Any, initiated: Any) -> None:
    for contact, mono_s in (("late", 9.0), ("early", 2.0)):
        store.events.append(
            [
                event(1, initiated, contact=contact, mono_s=1.0),
                event(2, ev.ContactQueued(queue=SALES), contact=contact, mono_s=mono_s),
            ]
        )
    assert [row.contact for row in store.contacts.waiting()] == ["early", "late"]
