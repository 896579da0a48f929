"""The contact events repository: what went in comes out, once, in order, or not at all."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from appliance import events as ev
from appliance.ids import ContactId
from appliance.store import EventConflictError, EventGapError, Store

CONTACT = ContactId("contact-1")


def test_append_when_new_then_events_come_back_equal(store: Store, event: Any, initiated: Any) -> None:
    sent = [
        event(1, initiated),
        event(2, ev.SystemConnected()),
        event(3, ev.AttributesUpdated(attributes={"고객": "a'; --"})),
        event(4, ev.LegEnded(leg="customer", role=ev.LegRole.CUSTOMER, sip_status=200, remote=True)),
    ]
    assert store.events.append(sent) == 4
    assert store.events.of_contact(CONTACT) == sent
    assert store.events.last_seq(CONTACT, ev.Writer.CONTACT) == 4
    assert store.events.last_seq(CONTACT, ev.Writer.SWITCHBOARD) == 0


def test_append_when_repeated_then_only_new_ones_are_stored(store: Store, event: Any, initiated: Any) -> None:
    first = [event(1, initiated), event(2, ev.SystemConnected())]
    assert store.events.append(first) == 2
    assert (
        store.events.append([*first, event(3, ev.MediaFailed(detail="x")), event(3, ev.MediaFailed(detail="x"))]) == 1
    )
    assert store.events.append(first) == 0
    assert store.events.count() == 3
    assert store.outbox.depth() == 3


def test_append_when_number_missing_then_gap_names_expected_and_nothing_is_stored(
    store: Store, event: Any, initiated: Any
) -> None:
    with pytest.raises(EventGapError, match="came where 2 is next; send the events from 2 on") as caught:
        store.events.append([event(1, initiated), event(3, ev.SystemConnected())])
    assert caught.value.expected == 2
    assert store.events.count() == 0
    assert store.contacts.count() == 0
    assert store.outbox.depth() == 0


def test_append_when_number_taken_by_other_content_then_conflict(store: Store, event: Any, initiated: Any) -> None:
    store.events.append([event(1, initiated), event(2, ev.SystemConnected())])
    with pytest.raises(EventConflictError, match="event 2 of contact contact-1"):
        store.events.append([event(2, ev.MediaFailed(detail="other"))])
    with pytest.raises(EventConflictError):
        store.events.append([event(3, ev.SystemConnected()), event(3, ev.MediaFailed(detail="other"))])
    assert store.events.last_seq(CONTACT, ev.Writer.CONTACT) == 2


def test_append_when_two_writers_and_contacts_then_numbered_apart(store: Store, event: Any, initiated: Any) -> None:
    switchboard = ev.Writer.SWITCHBOARD
    store.events.append(
        [
            event(1, initiated),
            event(1, initiated, contact="contact-2"),
            event(1, ev.ContactClosed(), writer=switchboard, mono_s=9.0),
            event(2, ev.SystemConnected(), mono_s=2.0),
        ]
    )
    kinds = [type(found.body) for found in store.events.of_contact(CONTACT)]
    assert kinds == [ev.ContactInitiated, ev.SystemConnected, ev.ContactClosed]
    assert store.events.last_seq(CONTACT, switchboard) == 1


def test_transaction_when_it_raises_then_events_and_everything_else_are_gone(
    store: Store, event: Any, initiated: Any, stamp: Any
) -> None:
    with pytest.raises(RuntimeError, match="power cut"), store.transaction():
        store.events.append([event(1, initiated)])
        store.counters.add("RefusedContacts", stamp(1.0))
        raise RuntimeError("power cut")
    assert store.events.count() == 0
    assert store.counters.total("RefusedContacts") == 0
    store.events.append([event(1, initiated)])
    assert store.outbox.pending()[0].seq == 1


def test_outbox_when_events_appended_then_it_carries_them_in_order(store: Store, event: Any, initiated: Any) -> None:
    sent = [event(1, initiated), event(2, ev.AttributesUpdated(attributes={"k": "v"}))]
    store.events.append(sent)
    rows = store.outbox.pending()
    assert [row.seq for row in rows] == [1, 2]
    assert [ev.decode_event(row.json) for row in rows] == sent
    store.outbox.acknowledge(2)
    store.events.append([event(3, ev.ContactClosed())])
    assert [row.seq for row in store.outbox.pending(after=2)] == [3]
    assert msgspec.json.decode(store.outbox.pending()[0].json)["body"] == {"type": "ContactClosed"}


def test_repair_when_journal_has_gaps_then_they_are_kept_and_late_events_still_fit(
    store: Store, event: Any, initiated: Any
) -> None:
    store.events.append([event(1, initiated)])
    tail = [event(4, ev.QueueRequested(queue="sales")), event(5, ev.ContactQueued(queue="sales"))]
    assert store.events.repair([event(1, initiated), *tail]) == 2
    assert store.events.repair(tail) == 0
    assert store.events.repair([event(2, ev.SystemConnected()), *tail]) == 1
    assert [found.seq for found in store.events.of_contact(CONTACT)] == [1, 2, 4, 5]
    assert [row.contact for row in store.contacts.waiting()] == [CONTACT]
    assert store.outbox.depth() == 4


def test_repair_when_stored_event_differs_then_the_stored_one_stays(store: Store, event: Any, initiated: Any) -> None:
    store.events.append([event(1, initiated)])
    assert store.events.repair([event(1, ev.MediaFailed(detail="other"))]) == 0
    assert store.events.of_contact(CONTACT) == [event(1, initiated)]
