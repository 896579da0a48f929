"""Keys out of sound: a DTMF receiver. Pure.

Source: ITU-T Q.23 (frequencies), Q.24 (what a receiver must take). A block counts only while nearly all of its power
lies on one low and one high frequency, so that speech is seldom taken for a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hw.daa.goertzel import Goertzel
from hw.line.dtmf import KEYS

BLOCK = 160  # samples: 20 ms at 8 kHz
LEAST_POWER = (32768 * 10 ** (-40 / 20)) ** 2  # -40 dBFS
PURITY = 0.85  # of a block's power on the two frequencies
WEAKER = 0.08  # of the power on the weaker of them: about 10 dB of twist


class KeyReceiver:
    """Samples at 8 kHz in, keys out; `feed` pieces of any length. A key counts once, when two blocks agree on it."""

    def __init__(self) -> None:
        low = sorted({pair[0] for pair in KEYS.values()})
        high = sorted({pair[1] for pair in KEYS.values()})
        self._frequencies = (*low, *high)
        self._goertzel = Goertzel(self._frequencies)
        self._of = {pair: key for key, pair in KEYS.items()}
        self._rest: list[int] = []
        self._before = self._held = ""

    def feed(self, samples: Iterable[int]) -> list[str]:
        """The keys that are certain by now, in order."""
        self._rest.extend(samples)
        whole = len(self._rest) // BLOCK * BLOCK
        found = [self._next(self._rest[at : at + BLOCK]) for at in range(0, whole, BLOCK)]
        del self._rest[:whole]
        return [key for key in found if key]

    def _next(self, block: Sequence[int]) -> str:
        key = self._key(block)
        before, self._before = self._before, key
        if key != before or key == self._held:
            return ""
        self._held = key
        return key

    def _key(self, block: Sequence[int]) -> str:
        """Of one block, "" for none."""
        shares, power = self._goertzel.powers(block)
        low, high = max(range(4), key=shares.__getitem__), max(range(4, 8), key=shares.__getitem__)
        weaker = min(shares[low], shares[high])
        if power < LEAST_POWER or shares[low] + shares[high] < PURITY or weaker < WEAKER:
            return ""
        return self._of[self._frequencies[low], self._frequencies[high]]
