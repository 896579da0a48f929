"""Makes events of outbox rows, and counts what they are. Pure: what is rendered once is kept and never made again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from appliance.cloud import envelope
from appliance.cloud.recordings import RECORDING
from appliance.stamps import Stamp
from appliance.store.contact_records import CONTACT_RECORD
from appliance.store.outbox import OutboxRow

MOST_DATA_BYTES = 3_500_000  # leaves room for the envelope
_SUBJECTS = ("contact", "agent", "queue", "recording", "extension", "name", "flow", "outage")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch holds. counts: by outbox kind; contacts: with a contact record; recordings: those announced."""

    counts: Mapping[str, int] = {}
    contacts: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """Events in order, the last row they come from, and what they are."""

    events: tuple[bytes, ...]
    outbox: int
    facts: Facts


class _About(msgspec.Struct):
    """Those keys of a change that may say what it is about."""

    contact: str | msgspec.UnsetType = msgspec.UNSET
    agent: str | msgspec.UnsetType = msgspec.UNSET
    queue: str | msgspec.UnsetType = msgspec.UNSET
    recording: str | msgspec.UnsetType = msgspec.UNSET
    extension: str | msgspec.UnsetType = msgspec.UNSET
    name: str | msgspec.UnsetType = msgspec.UNSET
    flow: str | msgspec.UnsetType = msgspec.UNSET
    outage: str | msgspec.UnsetType = msgspec.UNSET
    ContactId: str | msgspec.UnsetType = msgspec.UNSET


_about = msgspec.json.Decoder(_About)


def render(rows: Sequence[OutboxRow], *, box: str, after: int, now: Stamp, most_bytes: int) -> Rendered:
    """The events of the first of these rows, numbered from `after + 1`: as many as fit into `most_bytes`, at least one.

    now: when a row was written whose version didn't note it.
    """
    events: list[bytes] = []
    size, taken = 0, 0
    for place, row in enumerate(rows, start=1):
        event = _event(row, box=box, seq=after + place, now=now)
        size += len(event) + 1
        if events and size > most_bytes:
            break
        events.append(event)
        taken = place
    return Rendered(events=tuple(events), outbox=rows[taken - 1].seq, facts=facts_of(rows[:taken]))


def facts_of(rows: Sequence[OutboxRow]) -> Facts:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.kind] = counts.get(row.kind, 0) + 1
    records = [_subject(row) for row in rows if row.kind == CONTACT_RECORD]
    recordings = [_announced(row) for row in rows if row.kind == RECORDING]
    return Facts(
        counts=counts,
        contacts=tuple(dict.fromkeys(records)),
        recordings=tuple(dict.fromkeys(filter(None, recordings))),
    )


def together(found: Sequence[Facts]) -> Facts:
    """Of several batches."""
    counts: dict[str, int] = {}
    for facts in found:
        for kind, count in facts.counts.items():
            counts[kind] = counts.get(kind, 0) + count
    return Facts(
        counts=counts,
        contacts=tuple(dict.fromkeys(contact for facts in found for contact in facts.contacts)),
        recordings=tuple(dict.fromkeys(recording for facts in found for recording in facts.recordings)),
    )


def _event(row: OutboxRow, *, box: str, seq: int, now: Stamp) -> bytes:
    data = row.json if len(row.json) <= MOST_DATA_BYTES // 4 or _fits(row.json) else _left_out(row.json)
    return envelope.encode(
        box=box,
        seq=seq,
        kind=row.kind,
        subject=_subject(row),
        wall_s=now.wall_s if row.wall_s is None else row.wall_s,
        synced=False if row.wall_s is None else row.synced,
        data=data,
    )


def _fits(text: str) -> bool:
    return len(text.encode()) <= MOST_DATA_BYTES


def _left_out(text: str) -> str:
    """What stands for a change that is too large to travel (a bundle of thousands of flows)."""
    data = text.encode()
    return msgspec.json.encode({"left_out": {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}}).decode()


def _subject(row: OutboxRow) -> str:
    if row.contact:
        return row.contact
    try:
        about = _about.decode(row.json)
    except msgspec.MsgspecError:  # a key of that name that holds something else
        return ""
    if isinstance(about.ContactId, str):
        return about.ContactId
    found = (getattr(about, name) for name in _SUBJECTS)
    return next((value for value in found if isinstance(value, str)), "")


def _announced(row: OutboxRow) -> str:
    try:
        found = _about.decode(row.json).recording
    except msgspec.MsgspecError:
        return ""
    return found if isinstance(found, str) else ""
