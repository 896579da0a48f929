"""Two pieces of sound joined so that nobody hears where: at a place where they are alike, and by a cross-fade. Pure."""

from __future__ import annotations

import array
import math
from collections.abc import Sequence
from operator import mul


def best_offset(pattern: Sequence[int], sound: Sequence[int], *, thin: int = 1) -> int:
    """Where in `sound` the next samples are most like `pattern`, whatever their loudness; the first such place, 0 where
    none is like it at all. thin: every so many samples are looked at; 2 is twice as fast, and right for speech."""
    best, at = 0.0, 0
    wanted = pattern[::thin]
    for offset in range(len(sound) - len(pattern) + 1):
        part = sound[offset : offset + len(pattern) : thin]
        alike = sum(map(mul, wanted, part))
        if alike > 0 and (match := alike / math.sqrt(sum(map(mul, part, part)))) > best:
            best, at = match, offset
    return at


def cross_fade(before: Sequence[int], after: Sequence[int], *, done: int = 0, length: int = 0) -> array.array[int]:
    """As long as both are: from `before` to `after`. length: samples that the whole fade takes, of which `done` are
    behind us; default: it is all here."""
    whole = (length or len(before)) + 1
    pairs = zip(before, after, strict=True)
    return array.array(
        "h", (round(a + (b - a) * min(1.0, n / whole)) for n, (a, b) in enumerate(pairs, start=done + 1))
    )
