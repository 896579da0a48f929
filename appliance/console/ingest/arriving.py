"""A batch as it arrived, checked as far as that goes without the database: shape, sender, numbers, signature. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

import msgspec

from appliance.cloud import batch, chain, delivery, envelope, signing
from appliance.cloud.envelope import CloudEvent
from appliance.cloud.errors import MalformedError, SignatureError

DEEPEST = 100  # what is deeper can't be shown again
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """The box that talks, as its certificate says; key: what it signs with, None for events checked before."""

    box: str
    branch: str
    key: signing.PublicKey | None = None


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """raw: the event's own bytes, digest: their SHA-256, head: of the chain after it; time_s: by the box's clock."""

    seq: int
    raw: bytes
    event: CloudEvent
    digest: bytes
    head: bytes
    time_s: float


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """events follow on `after` and lead to `until`, for which `signature` (of the box's `key`) vouches."""

    after: chain.Position
    until: chain.Position
    events: tuple[Arrived, ...]
    signature: bytes


def read_batch(sender: Sender, body: bytes, *, after: str, signature: str) -> Batch:
    """`after` and `signature` as they stand in the headers. Raises MalformedError, SignatureError."""
    start = chain.parse_position(after)
    events = _followed(sender.box, start, batch.unpack(body))
    until = chain.Position(seq=events[-1].seq, head=events[-1].head.hex()) if events else start
    signed = signing.from_header(signature)
    assert sender.key is not None, "only a box that is there sends batches"
    try:
        signing.verify(sender.key, delivery.signed_text(sender.box, until), signed)
    except SignatureError as error:
        raise SignatureError(f"the batch of box {sender.box} up to {until.seq}: {error}") from error
    return Batch(after=start, until=until, events=events, signature=signed)


def _followed(box: str, start: chain.Position, raws: list[bytes]) -> tuple[Arrived, ...]:
    arrived: list[Arrived] = []
    seq, head = start.seq, bytes.fromhex(start.head)
    for raw in raws:
        seq, event = seq + 1, _event(box, seq + 1, raw)
        digest = hashlib.sha256(raw).digest()
        head = hashlib.sha256(head + digest).digest()
        arrived.append(Arrived(seq=seq, raw=raw, event=event, digest=digest, head=head, time_s=_seconds(event.time)))
    return tuple(arrived)


def _event(box: str, seq: int, raw: bytes) -> CloudEvent:
    if len(raw) > envelope.MOST_BYTES:
        raise MalformedError(f"an event of {len(raw)} bytes; at most {envelope.MOST_BYTES} are taken")
    if depth_of(raw) > DEEPEST:
        raise MalformedError(f"event {seq} is nested more than {DEEPEST} deep")
    event = envelope.decode(raw)
    if event.source != envelope.source_of(box):
        raise MalformedError(f"event {event.id[:20]} is of {event.source[:100]!r}, and box {box} sends it")
    if event.number != seq:
        raise MalformedError(f"event {event.id[:20]} stands where number {seq} belongs")
    return event


def depth_of(json: bytes) -> int:
    """How deep arrays and objects are nested, at most; cheap for what has few of them."""
    openings = json.count(b"[") + json.count(b"{")
    if openings <= DEEPEST:
        return openings
    depth = deepest = 0
    for token in _TOKEN.findall(json):
        depth += _STEP.get(token, 0)
        deepest = max(deepest, depth)
    return deepest


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedError(f"{text[:50]!r} is no time") from error
