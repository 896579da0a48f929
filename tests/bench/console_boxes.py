"""A thousand enrolled boxes for the bench of the console: their keys and certificates, and what they have to tell.

What they tell are contacts of the demonstration data (the box's own events and records), each box its own copies.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from kit.boxes import PretendBox

from appliance.cloud import batch
from appliance.console.authority import boxes, certificates
from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.context import Console
from appliance.console.database.tables import Branch
from appliance.console.demo_data.annals import Annals, Row
from appliance.console.demo_data.organisation import PRACTICES
from appliance.sync.identity.key import as_pem, new_key

CONTACT_KINDS = ("contact_event", "contact_record")


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """credentials: PEM file of key and certificate."""

    box: str
    branch: str
    credentials: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A request, and how many contact records and events are in it."""

    body: bytes
    headers: dict[str, str]
    records: int
    events: int


async def enrol(console: Console, count: int, folder: Path) -> list[Credentials]:
    """`count` branches with a box each, as the authority would have let them in."""
    keys, now_s = console_keys(authority_folder(console.settings.data_dir)), console.now_s()
    made = []
    async with console.database.writing() as session:
        for number in range(count):
            box, branch, key = str(uuid.uuid4()), f"branch-{number:04}", new_key()
            session.add(Branch(branch=branch, name=branch, created_s=now_s))
            await session.flush()
            told = {"name": branch, "machine": branch, "version": "bench"}
            await boxes.enrolled(session, box=box, branch=branch, now_s=now_s, **told)
            issued = await boxes.certify(session, keys, box=box, key=key.public_key(), now_s=now_s)
            file = folder / f"{branch}.pem"
            file.write_text(as_pem(key) + certificates.pem(issued))
            made.append(Credentials(box=box, branch=branch, credentials=str(file)))
    return made


def contacts(now_s: float) -> list[list[Row]]:
    """Rows of one contact each, events first, as a box has written them."""
    by_contact: dict[str, list[Row]] = {}
    for row in Annals(PRACTICES[0], now=now_s, days=5, seed="bench").rows():
        if row.kind in CONTACT_KINDS:
            by_contact.setdefault(row.subject, []).append(row)
    return [rows for rows in by_contact.values() if rows[-1].kind == CONTACT_KINDS[1]]


def batches(box: PretendBox, models: Sequence[Sequence[Row]], *, count: int, size: int, offset: int) -> list[Ready]:
    """`count` requests of `size` contacts, following on each other."""
    ready = []
    for number in range(count):
        start = len(box.events)
        for place in range(size):
            _tell(box, models[(offset + number * size + place) % len(models)])
        body, headers = box.batch(after=start)
        ready.append(Ready(body=body, headers=headers, records=size, events=len(box.events) - start))
    assert all(len(one.body) <= batch.MOST_BYTES for one in ready)
    return ready


def _tell(box: PretendBox, rows: Sequence[Row]) -> None:
    old, new = rows[0].subject, str(uuid.uuid4())
    for row in rows:
        box.add(row.kind, row.data.decode().replace(old, new), subject=new, at_s=row.at)
