"""The chain: any change of any event is seen in every later head."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.cloud.chain import Position, follow, genesis, parse_position
from appliance.cloud.errors import MalformedError

EVENTS = st.lists(st.binary(max_size=40), min_size=1, max_size=8)


def test_head_when_followed_then_as_the_definition_says() -> None:
    start = hashlib.sha256(b"linekeeper-chain-1\0box-1").digest()
    head = hashlib.sha256(start + hashlib.sha256(b"{}").digest()).hexdigest()
    assert follow(genesis("box-1"), [b"{}"]) == Position(seq=1, head=head)


@given(EVENTS, st.integers(min_value=0))
def test_head_when_followed_in_pieces_then_the_same(events: list[bytes], cut: int) -> None:
    at = cut % (len(events) + 1)
    assert follow(follow(genesis("b"), events[:at]), events[at:]) == follow(genesis("b"), events)


@given(EVENTS, st.integers(min_value=0), st.binary(max_size=40))
def test_head_when_one_event_differs_then_another(events: list[bytes], place: int, other: bytes) -> None:
    at = place % len(events)
    changed = [*events[:at], other, *events[at + 1 :]]
    assert (follow(genesis("b"), changed).head == follow(genesis("b"), events).head) == (other == events[at])


def test_genesis_when_of_two_boxes_then_two() -> None:
    assert genesis("a") != genesis("b")


@given(EVENTS)
def test_position_when_written_and_read_then_the_same(events: list[bytes]) -> None:
    position = follow(genesis("b"), events)
    assert parse_position(str(position)) == position


@pytest.mark.parametrize(
    "text", ["", "1", "01:" + "0" * 64, "-1:" + "0" * 64, "1:" + "0" * 63, "1:" + "G" * 64, "١:" + "0" * 64]
)
def test_position_when_malformed_then_said(text: str) -> None:
    with pytest.raises(MalformedError, match="no chain position"):
        parse_position(text)
