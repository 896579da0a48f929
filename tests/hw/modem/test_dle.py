"""The DLE stream: shielding both ways, events, digits that are held, cut at any byte."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.modem.dle import DLE, SUB, Code, Told, Unshield, digits_of, order, shield

EVENTS = [code.value for code in Code] + list(b"0123456789*#ABCD")


def audio_of(found: list[bytes | Told]) -> bytes:
    return b"".join(one for one in found if isinstance(one, bytes))


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_audio_when_shielded_and_cut_anywhere_then_the_same(audio: bytes, cuts: list[int]) -> None:
    stream = shield(audio)
    unshield = Unshield()
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut <= len(stream))})
    found = [one for start, end in itertools.pairwise(edges) for one in unshield.feed(stream[start:end])]
    assert audio_of(found) == audio
    assert all(isinstance(one, bytes) for one in found)


@given(
    st.lists(st.one_of(st.binary(min_size=1, max_size=5), st.sampled_from([code.value for code in Code])), max_size=20)
)
def test_stream_when_events_stand_between_audio_then_all_in_order(parts: list[bytes | int]) -> None:
    stream = b"".join(order(part) if isinstance(part, int) else shield(part) for part in parts)
    one_by_one = Unshield()
    found = [item for byte in stream for item in one_by_one.feed(bytes([byte]))]
    assert audio_of(found) == b"".join(part for part in parts if isinstance(part, bytes))
    assert [one.raw for one in found if isinstance(one, Told)] == [part for part in parts if isinstance(part, int)]


def test_sub_when_it_comes_behind_a_dle_then_two_data_bytes() -> None:
    assert Unshield().feed(bytes([1, DLE, SUB, 2])) == [bytes([1, DLE, DLE, 2])]


def test_digit_when_shielded_and_repeated_then_it_counts_once() -> None:
    held = order(Code.DIGIT_BEGINS.value, *b"555", Code.DIGIT_ENDS.value)
    assert digits_of(Unshield().feed(held + held)) == "55"
    assert digits_of(Unshield().feed(order(*b"55#"))) == "55#"


def test_code_when_only_another_chip_knows_it_then_it_comes_raw() -> None:
    assert Unshield().feed(order(ord("Z"))) == [Told(raw=ord("Z"))]


@pytest.mark.parametrize("code", Code)
def test_code_when_sent_then_named(code: Code) -> None:
    assert Unshield().feed(order(code.value)) == [Told(raw=code.value, code=code)]


@given(st.binary(max_size=300))
def test_stream_when_any_bytes_then_taken_apart(data: bytes) -> None:
    found = Unshield().feed(data)
    assert len(audio_of(found)) <= len(data)
