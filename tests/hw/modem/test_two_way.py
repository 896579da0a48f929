"""What was heard and what was played meanwhile, in blocks, wherever the stream is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hw.line.g711 import to_samples
from hw.modem.two_way import BLOCK, Blocks

HEARD = bytes(n % 126 for n in range(1000))
PLAYED = bytes(128 + n % 126 for n in range(1000))


@given(st.lists(st.integers(1, 400), min_size=1))
def test_blocks_when_cut_anywhere_then_pairs_of_the_same_moment(cuts: list[int]) -> None:
    blocks, at, found = Blocks(), 0, []
    for cut in cuts:
        found += list(blocks.feed(HEARD[at : at + cut], PLAYED[at : at + cut]))
        at += cut
    assert len(found) == min(at, len(HEARD)) // BLOCK
    for number, (heard, played) in enumerate(found):
        part = slice(number * BLOCK, (number + 1) * BLOCK)
        assert (heard, played) == (to_samples(HEARD[part]), to_samples(PLAYED[part]))
