"""What a box has gathered while it was offline: contacts with their events and records, recordings, in its store.

Every contact is made after one of a real switchboard, with ids, numbers and times of its own: bytes that are all alike
would be packed smaller than any real ones.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from switchboard.harness import Harness

from appliance import clock, events
from appliance.events import ContactEvent, Writer
from appliance.ids import ContactId, RecordingId
from appliance.stamps import iso_utc
from appliance.store import Store

CALLER = "+12125550199"
RECORDING_BYTES = 480_000  # a minute of two sides as FLAC


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A contact's events in order, and its record."""

    contact: ContactId
    events: tuple[ContactEvent, ...]
    record: dict[str, Any]


def template(folder: Path) -> Template:
    """A customer who waited for an agent and talked."""

    async def scene() -> Template:
        box = Harness(folder)
        async with box:
            await box.staff("kim", wrap_up_s=0.1)
            process = await box.process(0)
            contact = process.begin(caller=CALLER)
            await process.enter_queue()
            offer = await process.offered()
            process.answered(offer)
            process.hung_up(offer)
            shown = await box.closed(contact)
            with Store.open_read_only(box.paths.store) as store:
                return Template(contact=contact, events=tuple(store.events.of_contact(contact)), record=shown["record"])

    return asyncio.run(scene())


def fill(data: Path, made: Template, *, contacts: int, recordings: int = 0) -> None:
    """Into the store in `data`, which no switchboard has open."""
    data.mkdir(parents=True, exist_ok=True)
    with Store.open(data / "store.db") as store:
        for start in range(0, contacts, 500):
            with store.transaction():
                for _ in range(start, min(start + 500, contacts)):
                    _add(store, made)
        for _ in range(recordings):
            _add_recording(store, data, made)


def _add(store: Store, made: Template) -> ContactId:
    contact = ContactId(str(uuid.uuid4()))
    others = {made.contact: contact, CALLER: f"+1212555{random.randrange(10_000):04d}"}
    events = [msgspec.json.decode(_altered(event, others), type=ContactEvent) for event in made.events]
    ago_s = random.uniform(3600.0, 90_000.0)
    store.events.append([_moved(event, ago_s) for event in events])
    record = msgspec.json.decode(_altered(made.record, others))
    store.records.save(record | {"InitiationTimestamp": iso_utc(events[0].at.wall_s - ago_s)})
    return contact


def _altered(content: object, others: Mapping[str, str]) -> str:
    text = msgspec.json.encode(content).decode()
    for old, new in others.items():
        text = text.replace(old, new)
    return text


def _moved(event: ContactEvent, ago_s: float) -> ContactEvent:
    by_s = random.uniform(0.0, 0.01) - ago_s
    at = msgspec.structs.replace(event.at, mono_s=event.at.mono_s + by_s, wall_s=event.at.wall_s + by_s)
    return msgspec.structs.replace(event, at=at)


def _add_recording(store: Store, data: Path, made: Template) -> None:
    contact, recording, now = _add(store, made), RecordingId(str(uuid.uuid4())), clock.now()
    path, content = f"2026/11/22/{recording}.flac", os.urandom(RECORDING_BYTES)
    file = data / "recordings" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    bodies = (
        events.RecordingStarted(recording=recording, customer_path="a", agent_path="b", rate_hz=8000),
        events.RecordingStopped(recording=recording, reason="contact ended"),
        events.RecordingFinished(
            recording=recording,
            path=path,
            sha256=hashlib.sha256(content).hexdigest(),
            duration_s=60.0,
            bytes=len(content),
        ),
    )
    first = store.events.last_seq(contact, Writer.SWITCHBOARD) + 1
    store.events.append(
        [
            ContactEvent(contact=contact, writer=Writer.SWITCHBOARD, seq=seq, at=now, body=body)
            for seq, body in enumerate(bodies, start=first)
        ]
    )
