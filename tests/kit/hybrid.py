"""An analog line's hybrid: part of what is said into it comes back, spread over some milliseconds; and how much of that
is left behind an echo canceller."""

from __future__ import annotations

import math
import random
from array import array
from collections import deque
from collections.abc import Mapping, Sequence

PATH = {40: 0.25, 55: -0.12, 90: 0.05}  # after so many samples so much of it: about 11 dB
RATE = 8000


def voice(seconds: float, seed: int, level: float = 3000.0) -> array[int]:
    """Noise in syllables; 16 bit at 8 kHz."""
    chance = random.Random(seed)
    sounds = (chance.gauss(0, level) * abs(math.sin(n / 2500)) for n in range(round(RATE * seconds)))
    return array("h", (max(-32768, min(32767, round(sound))) for sound in sounds))


class Hybrid:
    """`echo` takes what is said piece by piece, and gives what comes back meanwhile."""

    def __init__(self, path: Mapping[int, float] = PATH) -> None:
        self._path = path
        longest = max(path) + 1
        self._said: deque[int] = deque([0] * longest, maxlen=longest)

    def echo(self, said: Sequence[int]) -> list[float]:
        back: list[float] = []
        for sample in said:
            self._said.append(sample)
            back.append(sum(part * self._said[-1 - delay] for delay, part in self._path.items()))
        return back


def reduction_db(heard: Sequence[int], left: Sequence[int]) -> float:
    """Echo return loss enhancement (ITU-T G.168): how much softer the echo is behind the canceller; nothing else may
    be heard meanwhile."""
    before, after = (math.fsum(sample * sample for sample in sound) for sound in (heard, left))
    return 10 * math.log10(before / max(after, 1.0)) if before else 0.0
