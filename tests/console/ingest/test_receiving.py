"""What boxes send is stored once, in order and for good, whatever they repeat, tear or make up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from kit.boxes import PretendBox, contact_event, contact_record
from kit.console import console
from sqlalchemy import select

from appliance.cloud import batch, delivery
from appliance.cloud.chain import Position, genesis
from appliance.cloud.delivery import Conflict, Disagreement, Receipt
from appliance.cloud.errors import MalformedError, SignatureError
from appliance.console.context import Console
from appliance.console.database.tables import Chain, Contact, Event, SignedHead
from appliance.console.ingest.arriving import DEEPEST, depth_of, read_batch
from appliance.console.ingest.receiving import receive
from appliance.console.notices import Topic

Run = Callable[[Callable[[Console], Awaitable[None]]], None]


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Carries out a test on a console."""

    def carry_out(test: Callable[[Console], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with console(database_url, tmp_path) as one:
                await test(one)

        asyncio.run(whole())

    return carry_out


async def send(one: Console, box: PretendBox, *, after: int | None = None, until: int | None = None) -> Position:
    """The position that the console acknowledges."""
    answer = await _sent(one, box, *box.batch(after=after, until=until))
    assert isinstance(answer, Receipt)
    box.acknowledged = answer.acknowledged
    return answer.acknowledged


async def _sent(one: Console, box: PretendBox, body: bytes, headers: dict[str, str]) -> Receipt | Conflict:
    after, signature = headers[delivery.AFTER], headers[delivery.SIGNATURE]
    return await receive(one, box.sender, body, after=after, signature=signature)


async def stored(one: Console) -> list[bytes]:
    async with one.database.reading() as session:
        return list(await session.scalars(select(Event.body).order_by(Event.box, Event.seq)))


def a_box(events: int = 5) -> PretendBox:
    box = PretendBox("b1", "seoul")
    for number in range(events):
        box.add("queue", {"queue": f"q{number}"})
    return box


def test_batches_when_they_follow_on_then_every_byte_is_stored_and_the_head_is_the_boxes(run: Run) -> None:
    async def test(one: Console) -> None:
        box = a_box()
        assert await send(one, box, until=2) == box.position(2)
        assert await send(one, box) == box.position(5)
        assert await stored(one) == box.events
        async with one.database.reading() as session:
            evidence = (await session.scalars(select(SignedHead))).one()
            assert (evidence.seq, evidence.head.hex()) == (5, box.position(5).head)

    run(test)


def test_batch_when_it_comes_again_in_any_cut_then_nothing_is_stored_twice(run: Run) -> None:
    async def test(one: Console) -> None:
        box = a_box()
        await send(one, box, until=3)
        for after, until in ((0, 3), (0, 2), (1, 4), (2, 5), (0, 5), (5, 5)):
            await send(one, box, after=after, until=until)
        assert await stored(one) == box.events

    run(test)


def test_batches_when_many_come_at_once_then_each_event_is_stored_once(run: Run) -> None:
    async def test(one: Console) -> None:
        box = a_box(20)
        answers = await asyncio.gather(*(_sent(one, box, *box.batch(after=0)) for _ in range(6)))
        assert answers == [Receipt(acknowledged=box.position(20))] * 6
        assert await stored(one) == box.events

    run(test)


def test_batch_when_events_before_it_are_missing_then_a_gap_and_nothing_is_stored(run: Run) -> None:
    async def test(one: Console) -> None:
        box = a_box()
        await send(one, box, until=2)
        answer = await _sent(one, box, *box.batch(after=3))
        assert answer == Conflict(disagreement=Disagreement.GAP, acknowledged=box.position(2))
        assert await stored(one) == box.events[:2]

    run(test)


@pytest.mark.parametrize("same", [0, 1, 3])
def test_batch_when_another_event_has_the_number_then_a_fork_and_it_is_remembered(run: Run, same: int) -> None:
    async def test(one: Console) -> None:
        box = a_box()
        await send(one, box)
        other = PretendBox("b1", "seoul", key=box.key)
        other.events = [*box.events[:same]]
        for number in range(8 - same):
            other.add("queue", {"queue": f"other {number}"})
        for after in (same, min(4, same + 2), 5):
            answer = await _sent(one, other, *other.batch(after=after))
            assert answer == Conflict(disagreement=Disagreement.FORK, acknowledged=box.position(5))
        assert await stored(one) == box.events
        async with one.database.reading() as session:
            row = (await session.scalars(select(Chain))).one()
            assert row.forked_s is not None
            assert (row.seq, row.forked_at) == (5, 5)

    run(test)


def test_batch_when_anything_of_it_is_not_the_boxes_then_refused_and_nothing_is_stored(run: Run) -> None:
    async def test(one: Console) -> None:
        box, stranger = a_box(), PretendBox("b2", "busan")
        stranger.add("queue", {"queue": "theirs"})
        body, headers = box.batch()
        forged = PretendBox("b1", "seoul", key=ec.generate_private_key(ec.SECP256R1()))
        forged.events = box.events
        with pytest.raises(SignatureError, match="box b1"):
            await _sent(one, box, body, forged.batch()[1])
        swapped = [box.events[1], box.events[0]]
        cases = {
            "number 1 belongs": (batch.pack(swapped), box.headers(genesis("b1"), swapped)),
            "of 'urn:linekeeper:box:b2'": (
                batch.pack(stranger.events),
                box.headers(genesis("b1"), stranger.events),
            ),
            "can't be unpacked": (body[:-3], headers),
            "no chain position": (body, {**headers, delivery.AFTER: "0"}),
            "no base64": (body, {**headers, delivery.SIGNATURE: "§"}),
        }
        for words, (torn, told) in cases.items():
            with pytest.raises(MalformedError, match=words):
                await _sent(one, box, torn, told)
        assert await stored(one) == []

    run(test)


def test_events_when_their_data_is_anything_then_they_are_stored_and_the_next_is_taken(run: Run) -> None:
    async def test(one: Console) -> None:
        box = PretendBox("b1", "seoul")
        kinds = ("contact_record", "contact_event", "agent_state", "queue", "recording", "outage", "metrics", "health")
        odd = ('"text"', "[]", "{}", "7", '{"ContactId": 5, "agent": "\\u0000", "queue": {"x": 1}}', "null")
        for kind in (*kinds, "queue_removed", "never_heard_of", "x" * 300):
            for data in odd:
                box.add(kind, data, subject="s" * 300)
        record = contact_record()
        box.add("contact_record", record)
        await send(one, box)
        assert await stored(one) == box.events
        async with one.database.reading() as session:
            assert (await session.scalars(select(Contact.contact))).all() == [record["ContactId"]]

    run(test)


def test_events_when_they_are_of_a_contact_then_they_are_found_by_it(run: Run) -> None:
    async def test(one: Console) -> None:
        box, record = PretendBox("b1", "seoul"), contact_record()
        contact = record["ContactId"]
        box.add("contact_event", contact_event(contact, 1, {"type": "SystemConnected"}))
        box.add("contact_event", contact_event("another", 1, {"type": "SystemConnected"}))
        box.add("contact_record", record)
        with one.notices.listening(Topic.CONTACTS, Topic.INVENTORY) as listener:
            await send(one, box)
            assert await listener.changed() == {(Topic.CONTACTS, "seoul")}
        async with one.database.reading() as session:
            found = select(Event.seq).where(Event.branch == "seoul", Event.contact == contact).order_by(Event.seq)
            assert (await session.scalars(found)).all() == [1, 3]

    run(test)


def test_answer_when_encoded_then_the_box_can_read_it(run: Run) -> None:
    async def test(one: Console) -> None:
        box = a_box(1)
        answer = await _sent(one, box, *box.batch())
        assert msgspec.json.decode(msgspec.json.encode(answer), type=Receipt).acknowledged == box.position(1)

    run(test)


DEEP = "[" * 99_000 + "]" * 99_000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"data":{}', f'"data":{DEEP}'),
        ('"data":{}', '"data":' + '{"a":' * 300 + "1" + "}" * 300),
        ('"id":"1"', '"id":"' + "1" * 5000 + '"'),
        ('"sequence":"1"', '"sequence":"' + "1" * 5000 + '"'),
        ('"sequence":"1"', '"sequence":"01"'),
        ('"specversion":"1.0"', '"specversion":"2.0"'),
        ('"time":"', '"time":"never","was":"'),
        ('"subject":""', '"subject":"\\ud800"'),
    ],
)
def test_event_when_it_is_made_to_hurt_then_refused(old: str, new: str) -> None:
    box = PretendBox("b1", "seoul")
    event = box.add("health", {}).decode()
    assert old in event
    box.events = [event.replace(old, new).encode()]
    body, headers = box.batch()
    with pytest.raises(MalformedError):
        read_batch(box.sender, body, after=headers[delivery.AFTER], signature=headers[delivery.SIGNATURE])


def test_depth_when_brackets_stand_in_texts_then_they_are_none() -> None:
    texts = ['"[' * 200, "\\", "[[{{" * 100, '\\"{']
    assert depth_of(msgspec.json.encode({"a": texts})) == 2


@given(st.recursive(st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner, max_size=30), max_leaves=400))
def test_depth_when_counted_then_that_of_the_document(document: object) -> None:
    def depth(value: object) -> int:
        return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0

    text = msgspec.json.encode(document)
    found = depth_of(text)
    assert found == depth(document) or text.count(b"[") + text.count(b"{") <= DEEPEST
    assert depth(document) <= found
