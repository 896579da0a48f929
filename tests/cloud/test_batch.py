"""Batches and their events: byte for byte what was packed, and nothing that would fill the memory."""

from __future__ import annotations

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from appliance.cloud import batch, envelope
from appliance.cloud.errors import MalformedError


def event(seq: int, data: str = "{}") -> bytes:
    return envelope.encode(box="b", seq=seq, kind="agent_state", subject="kim", wall_s=0.0, synced=True, data=data)


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9)), max_size=6))
def test_batch_when_packed_and_unpacked_then_the_same_bytes(contents: list[dict[str, object]]) -> None:
    events = [event(n + 1, msgspec.json.encode(content).decode()) for n, content in enumerate(contents)]
    assert batch.unpack(batch.pack(events)) == events


@pytest.mark.parametrize(
    "body",
    [b"", b"nothing", batch.pack([b"{}"])[:-1], batch.pack([b"{}"]) + b"more", zstandard.compress(b"{}"),
     zstandard.compress(b"[1"), zstandard.compress(b"[" + b" " * batch.MOST_BYTES + b"]")],
)  # fmt: skip
def test_batch_when_broken_or_too_large_then_refused(body: bytes) -> None:
    with pytest.raises(MalformedError, match="a batch"):
        batch.unpack(body)


def test_batch_when_of_too_many_events_then_refused() -> None:
    with pytest.raises(MalformedError, match="1001 events"):
        batch.unpack(batch.pack([b"1"] * (batch.MOST_EVENTS + 1)))


def test_event_when_decoded_then_number_and_kind() -> None:
    decoded = envelope.decode(event(17, '{"a":1}'))
    assert (decoded.number, decoded.kind, bytes(decoded.data)) == (17, "agent_state", b'{"a":1}')
    assert (decoded.source, decoded.time) == ("urn:linekeeper:box:b", "1970-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"1.0"', b'"0.3"'), (b'"sequence":"1"', b'"sequence":"x"'), (b'"id":"1"', b'"id":"2"'),
     (b"org.linekeeper.", b"com.example."), (b'"data":{}', b'"data":{'), (b'"data":{}', b'"other":{}')],
)  # fmt: skip
def test_event_when_it_is_none_of_a_box_then_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(MalformedError):
        envelope.decode(event(1).replace(old, new))
