"""Errands in the store: the callback's row comes with the wish for it, once; the row is the lease."""

from __future__ import annotations

from pathlib import Path

import msgspec
from store.conftest import MakeEvent, MakeStamp

from appliance.acd.errands import ErrandState
from appliance.events import CallbackRequested, ContactInitiated, ErrandKind
from appliance.ids import ContactId, ErrandId, OfferId, QueueId
from appliance.store import Store


def wish(callback: str = "back-1", **fields: object) -> CallbackRequested:
    values = {"number": "+12065550100", "queue": QueueId("sales"), "max_attempts": 2, "retry_delay_s": 30}
    return CallbackRequested(callback=ContactId(callback), **{**values, **fields})


def test_callback_when_asked_for_then_its_row_is_there_in_the_old_place(
    store: Store, event: MakeEvent, stamp: MakeStamp, initiated: ContactInitiated
) -> None:
    asked = event(2, wish(waiting_since=stamp(0.5), initial_delay_s=10), mono_s=4.0)
    store.events.append([event(1, initiated), asked])
    (errand,) = store.errands.under_way()
    assert (errand.errand, errand.contact, errand.previous) == ("back-1", "back-1", "contact-1")
    assert (errand.state, errand.due, errand.waiting_since) == (ErrandState.SCHEDULED, stamp(14.0), stamp(0.5))
    assert (errand.max_attempts, errand.retry_delay_s) == (2, 30.0)
    row = store.contacts.get(ContactId("contact-1"))
    assert row is not None
    assert row.next == "back-1"


def test_callback_when_the_wish_comes_twice_then_what_became_of_it_stays(
    store: Store, event: MakeEvent, initiated: ContactInitiated
) -> None:
    events = [event(1, initiated), event(2, wish())]
    store.events.append(events)
    (errand,) = store.errands.under_way()
    offered = msgspec.structs.replace(errand, state=ErrandState.OFFERED, lease=OfferId("back-1/1"))
    store.errands.put(offered)
    store.events.append(events)
    store.events.repair(events)
    assert store.errands.get(errand.errand) == offered


def test_callback_when_the_transaction_fails_then_neither_event_nor_errand(
    store: Store, event: MakeEvent, initiated: ContactInitiated
) -> None:
    try:
        with store.transaction():
            store.events.append([event(1, initiated), event(2, wish())])
            raise KeyError
    except KeyError:
        pass
    assert store.errands.under_way() == []
    assert store.events.of_contact(ContactId("contact-1")) == []


def test_errands_when_over_then_listed_but_not_under_way(
    store: Store, event: MakeEvent, initiated: ContactInitiated
) -> None:
    store.events.append([event(1, initiated), event(2, wish("a")), event(3, wish("b"))])
    first = store.errands.get(ErrandId("a"))
    assert first is not None
    store.errands.put(msgspec.structs.replace(first, state=ErrandState.CANCELLED))
    assert [errand.errand for errand in store.errands.under_way()] == ["b"]
    assert [errand.errand for errand in store.errands.latest(ErrandKind.CALLBACK)] == ["b", "a"]
    assert [errand.errand for errand in store.errands.latest(ErrandKind.CALLBACK, only_open=True)] == ["b"]


def test_lease_when_written_then_it_outlives_the_writer(
    tmp_path: Path, event: MakeEvent, initiated: ContactInitiated
) -> None:
    with Store.open(tmp_path / "own.db") as store:
        store.events.append([event(1, initiated), event(2, wish())])
        (errand,) = store.errands.under_way()
        store.errands.put(msgspec.structs.replace(errand, state=ErrandState.OFFERED, lease=OfferId("back-1/3")))
    with Store.open(tmp_path / "own.db") as store:
        (again,) = store.errands.under_way()
        assert (again.state, again.lease) == (ErrandState.OFFERED, "back-1/3")
