"""What the sync service changes in the outbox. Runs in the store's thread, inside a transaction; see `api.changes`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from appliance.clock import Clock
from appliance.cloud import noted, orders, reconciling, recordings
from appliance.errors import RequestError
from appliance.ids import ContactId
from appliance.store.contact_records import CONTACT_RECORD
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change

NOTABLE = frozenset(
    {
        noted.METRICS,
        noted.HEALTH,
        noted.DEVICE,
        reconciling.OUTAGE,
        reconciling.RECONCILED,
        recordings.RECORDING,
        recordings.RECORDING_ERASED,
        *orders.REPORTS,
    }
)  # everything else has a repository that writes it with its change

Operations = dict[str, tuple[type[ask.Arguments], Callable[[Store, Any], Change]]]


def operations(clock: Clock) -> Operations:
    """By name, for the local API."""
    return {
        "outbox.acknowledge": (ask.OutboxAcknowledge, acknowledge),
        "outbox.note": (ask.OutboxNote, note),
        "outbox.thin": (ask.OutboxThin, lambda store, given: thin(store, clock, given)),
        "outbox.resend": (ask.OutboxResend, resend),
    }


def acknowledge(store: Store, given: ask.OutboxAcknowledge) -> Change:
    """forgotten: how many rows."""
    return Change(result={"forgotten": store.outbox.acknowledge(given.seq)})


def note(store: Store, given: ask.OutboxNote) -> Change:
    """seq: the row's number."""
    if given.kind not in NOTABLE:
        raise RequestError(f"nothing of kind {given.kind!r} can be noted; only {', '.join(sorted(NOTABLE))}")
    return Change(result={"seq": store.outbox.add(given.kind, given.content)})


def thin(store: Store, clock: Clock, given: ask.OutboxThin) -> Change:
    """gone: how many rows."""
    if given.kind not in noted.THINNABLE:
        raise RequestError(f"{given.kind!r} is never thinned out; only {', '.join(noted.THINNABLE)}")
    before_s = clock().wall_s - given.older_than_s
    return Change(result={"gone": store.outbox.thin(given.kind, before_wall_s=before_s, every_s=given.every_s)})


def resend(store: Store, given: ask.OutboxResend) -> Change:
    """sent: contacts whose record goes out once more; unknown: those without one."""
    found = {contact: store.records.get(ContactId(contact)) for contact in dict.fromkeys(given.contacts)}
    for record in found.values():
        if record is not None:
            store.outbox.add(CONTACT_RECORD, record)
    sent = [contact for contact, record in found.items() if record is not None]
    return Change(result={"sent": sent, "unknown": [contact for contact in found if contact not in sent]})
