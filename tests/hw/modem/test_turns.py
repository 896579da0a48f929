"""Voice one way at a time: who may speak, and that no word of ours is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hw.line.g711 import SILENCE
from hw.modem.turns import LONGEST_KEPT, PATIENCE, Turns

LOUD, QUIET = b"\x20" * 160, bytes([SILENCE]) * 160


def test_turns_when_we_begin_to_speak_then_ours_until_a_pause_is_long_enough() -> None:
    turns = Turns()
    turns.said(QUIET)
    assert (turns.speak, turns.take()) == (False, b"")
    turns.said(LOUD)
    assert turns.speak
    for _ in range(PATIENCE // 160 - 1):
        turns.said(QUIET)
    assert turns.speak
    turns.said(QUIET)
    assert not turns.speak
    assert turns.take() == LOUD + QUIET * (PATIENCE // 160 - 1)


@given(st.lists(st.booleans(), max_size=LONGEST_KEPT // 160))
def test_turns_when_anything_is_said_then_every_word_in_order(words: list[bool]) -> None:
    turns, said, taken = Turns(), 0, b""
    for number, is_loud in enumerate(words):
        turns.said(LOUD if is_loud else QUIET)
        said += is_loud
        taken += turns.take() if number % 7 == 0 else b""
    taken += turns.take()
    assert taken.count(b"\x20") == 160 * said
