"""Both sides count the same, or the verdict says what is missing."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kit.boxes import NOON_S, PretendBox, contact_record
from kit.console import console
from sqlalchemy import select, update

from appliance.cloud import delivery
from appliance.cloud.chain import Position
from appliance.cloud.errors import MalformedError
from appliance.cloud.reconciling import Outage, Statement, Verdict, sentence
from appliance.cloud.recordings import RecordingFacts
from appliance.console.context import Console
from appliance.console.database.tables import OutageNote, Recording
from appliance.console.ingest.receiving import receive
from appliance.console.reconciling.noting import read_statement, reconcile


def facts(recording: str, contact: str) -> RecordingFacts:
    return RecordingFacts(
        recording=recording, contact=contact, kind="call", media_type="audio/flac", started_s=NOON_S, duration_s=70.0,
        sealed=True, recipients=("age1…",), bytes=100, sha256="00", plain_sha256="11", signature="",
    )  # fmt: skip


def a_day(box: PretendBox, contacts: int) -> tuple[str, ...]:
    """Contacts with a recording each, and a later version of the first record; returns the recordings."""
    ids = tuple(str(uuid.uuid4()) for _ in range(contacts))
    records: list[dict[str, Any]] = [contact_record() for _ in ids]
    for recording, record in zip(ids, records, strict=True):
        box.add("contact_record", record)
        box.add("recording", facts(recording, record["ContactId"]))
    box.add("contact_record", {**records[0], "LastUpdateTimestamp": "2026-11-22T13:00:00Z"})
    return ids


async def send(one: Console, box: PretendBox) -> None:
    body, headers = box.batch(after=0)
    answer = await receive(one, box.sender, body, after=headers[delivery.AFTER], signature=headers[delivery.SIGNATURE])
    assert isinstance(answer, delivery.Receipt)


async def stored(one: Console, recordings: tuple[str, ...]) -> None:
    async with one.database.writing() as session:
        await session.execute(update(Recording).where(Recording.recording.in_(recordings)).values(state="stored"))


async def ask(one: Console, box: PretendBox, stated: Statement) -> Verdict:
    async with one.database.writing() as session:
        return await reconcile(session, box=box.box, branch=box.branch, stated=stated, now_s=NOON_S)


def test_count_when_everything_came_then_both_agree_and_a_person_reads_it(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            box = PretendBox("b1", "seoul")
            recordings = a_day(box, 4)
            end = box.position(len(box.events))
            outage = Outage(outage="o1", began_s=NOON_S - 60, ended_s=NOON_S, lasted_s=60.0, why="no route")
            stated = Statement(
                outage="o1", after=box.position(0), until=end, counts={}, contacts=4, recordings=recordings
            )
            await send(one, box)
            early = await ask(one, box, stated)
            assert (early.agrees, early.missing_recordings) == (False, recordings)
            await stored_and_told(one, box, recordings, outage)
            found = await ask(one, box, stated)
            assert found.agrees
            assert sentence(found) == "4 contact records, 4 recordings, none missing, none twice"
            async with one.database.reading() as session:
                note = (await session.scalars(select(OutageNote))).one()
                assert (note.why, note.agrees, note.lasted_s) == ("no route", True, 60.0)
                assert msgspec.json.decode(note.verdict, type=Verdict) == found

    asyncio.run(run())


async def stored_and_told(one: Console, box: PretendBox, recordings: tuple[str, ...], outage: Outage) -> None:
    await stored(one, recordings)
    box.add("outage", outage)
    await send(one, box)


def test_count_when_something_is_missing_or_another_then_the_verdict_says_what(
    database_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            box = PretendBox("b1", "seoul")
            recordings = a_day(box, 3)
            await send(one, box)
            await stored(one, recordings[:1])
            end, start = box.position(len(box.events)), box.position(0)
            beyond = Position(seq=end.seq + 1, head=end.head)
            first = Statement(outage="o", after=start, until=beyond, counts={}, contacts=5, recordings=recordings)
            found = await ask(one, box, first)
            assert not found.same_head
            assert (found.contact_records, found.missing_records) == (3, 2)
            assert found.missing_recordings == recordings[1:]
            later = msgspec.structs.replace(first, after=box.position(2), until=end, contacts=3, recordings=())
            assert (await ask(one, box, later)).agrees

    asyncio.run(run())


def test_count_when_another_branch_has_the_contact_too_then_it_is_there_twice(
    database_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            boxes = [PretendBox("b1", "seoul"), PretendBox("b2", "busan")]
            record = contact_record()
            for box in boxes:
                box.add("contact_record", record)
                await send(one, box)
            stated = Statement(
                outage="o", after=boxes[0].position(0), until=boxes[0].position(1), counts={}, contacts=1
            )
            found = await ask(one, boxes[0], stated)
            assert (found.twice, found.agrees) == (1, False)

    asyncio.run(run())


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"outage": 1}'])
def test_statement_when_it_is_none_then_refused(body: bytes) -> None:
    with pytest.raises(MalformedError, match="no statement"):
        read_statement(body)
