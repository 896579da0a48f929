"""A mark must survive the codec and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.marks import PAYLOAD, filler, linear, mark, read_marks, ulaw

STREAMS = st.integers(0, 0xFFFF)
FRAMES = st.integers(0, 0xFFFFFF)


@pytest.mark.parametrize("byte", [byte for byte in range(256) if byte != 0x7F])
def test_ulaw_when_byte_goes_through_linear_then_it_is_the_same(byte: int) -> None:
    assert ulaw(linear(byte)) == byte


def test_ulaw_when_negative_zero_then_becomes_positive_zero() -> None:
    assert linear(0x7F) == linear(0xFF) == 0


@given(STREAMS, FRAMES)
def test_read_marks_when_payload_went_through_linear_then_mark_is_found(stream: int, frame: int) -> None:
    payload = mark(stream, frame) + filler(400)
    assert len(payload) == PAYLOAD
    heard = bytes(ulaw(linear(byte)) for byte in payload)
    assert read_marks(heard) == [(stream, frame)]


@given(STREAMS, FRAMES)
def test_read_marks_when_level_changes_a_little_then_mark_is_found(stream: int, frame: int) -> None:
    heard = bytes(ulaw(linear(byte) * 15 // 16) for byte in mark(stream, frame))
    assert read_marks(heard) == [(stream, frame)]


@given(STREAMS, FRAMES, STREAMS, FRAMES)
def test_read_marks_when_two_marks_are_mixed_then_neither_is_believed(
    stream: int, frame: int, other: int, other_frame: int
) -> None:
    pairs = zip(mark(stream, frame), mark(other, other_frame), strict=True)
    mixed = bytes(ulaw(max(-32768, min(32767, linear(one) + linear(two)))) for one, two in pairs)
    found = read_marks(mixed)
    if (stream, frame) == (other, other_frame):
        return
    assert not {(stream, frame), (other, other_frame)} & set(found)


def test_read_marks_when_frame_is_faded_or_silent_or_short_then_none() -> None:
    faded = bytes(ulaw(linear(byte) // 4) for byte in mark(3, 5))
    assert read_marks(faded) == []
    assert read_marks(b"\xff" * PAYLOAD) == []
    assert read_marks(mark(3, 5)[:12]) == []


@given(STREAMS, FRAMES, st.integers(0, PAYLOAD - 1))
def test_read_marks_when_sound_begins_anywhere_then_whole_marks_are_found_in_order(
    stream: int, frame: int, cut: int
) -> None:
    frames = [(frame + step) & 0xFFFFFF for step in range(3)]
    sound = b"".join(mark(stream, each) + filler(400) for each in frames)[cut:]
    assert read_marks(sound) == [(stream, each) for each in (frames if cut == 0 else frames[1:])]
