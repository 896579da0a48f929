"""Which call-progress tone is heard, from samples: Goertzel for the frequencies, a rhythm for the kind. Pure.

Talk is not a tone: a block counts only while nearly all of its power lies on the tone's frequencies, so that nobody's
voice is taken for busy. A tone is told once it has lasted (dial tone) or once per cycle of its rhythm.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hw.daa.goertzel import Goertzel
from hw.line.signals import ToneHeard
from hw.line.tones import ToneSpec

BLOCK_S = 0.025  # 40 Hz apart
LEAST_DBFS = -45.0
PURITY = 0.75  # of a block's power on the tone's frequencies
BALANCE = 0.08  # of the weaker of two frequencies
CONTINUOUS_S = 1.0  # of an unbroken tone
TOLERANCE = 0.2  # of each on and off
SLACK_S = 0.06  # two blocks


@dataclass(slots=True)
class _Rhythm:
    """Runs of sound and silence of one set of frequencies: True for sound, and blocks."""

    runs: list[tuple[bool, int]]
    told: bool = False
    odd: bool = False  # the last block was neither, and was forgiven
    cycles: int = 0


class CallProgress:
    """Samples at `rate_hz` in, tones out; `feed` pieces of any length."""

    def __init__(self, tones: Sequence[ToneSpec], rate_hz: int = 8000) -> None:
        self._block = round(BLOCK_S * rate_hz)
        self._rest: list[int] = []
        self._least = (32768 * 10 ** (LEAST_DBFS / 20)) ** 2
        frequencies = sorted({hz for tone in tones for hz in tone.frequencies_hz})
        self._goertzel = Goertzel(frequencies, rate_hz)
        self._of = {hz: place for place, hz in enumerate(frequencies)}
        self._sets: dict[tuple[float, ...], tuple[list[ToneSpec], _Rhythm]] = {}
        for tone in tones:
            self._sets.setdefault(tone.frequencies_hz, ([], _Rhythm(runs=[])))[0].append(tone)

    def feed(self, samples: Iterable[int]) -> list[ToneHeard]:
        """The tones that are certain by now."""
        self._rest.extend(samples)
        found: list[ToneHeard] = []
        whole = len(self._rest) // self._block * self._block
        for at in range(0, whole, self._block):
            found += self._take(self._rest[at : at + self._block])
        del self._rest[:whole]
        return found

    def _take(self, block: Sequence[int]) -> list[ToneHeard]:
        shares, power = self._goertzel.powers(block)
        found: list[ToneHeard] = []
        for frequencies, (tones, rhythm) in self._sets.items():
            own = [shares[self._of[hz]] for hz in frequencies]
            heard = power >= self._least and sum(own) >= PURITY and min(own) >= BALANCE
            quiet = power < self._least
            found += _follow(rhythm, tones, heard=heard, quiet=quiet)
        return found


def _follow(rhythm: _Rhythm, tones: Sequence[ToneSpec], *, heard: bool, quiet: bool) -> list[ToneHeard]:
    """A block of this tone, of silence, or of something else, which breaks the rhythm."""
    if not heard and not quiet:
        return _broken(rhythm)
    rhythm.odd = False
    runs = rhythm.runs
    if runs and runs[-1][0] is heard:
        runs[-1] = (heard, runs[-1][1] + 1)
        return _lasting(rhythm, tones) if heard else []
    if not runs and not heard:
        return []
    runs.append((heard, 1))
    del runs[:-9]
    return _cycle(rhythm, tones) if heard else []


def _broken(rhythm: _Rhythm) -> list[ToneHeard]:
    """A voice, or another tone; one odd block at an edge is forgiven, because an edge seldom falls between blocks."""
    if not rhythm.runs or rhythm.odd:
        rhythm.runs, rhythm.told, rhythm.cycles, rhythm.odd = [], False, 0, False
        return []
    rhythm.odd = True
    sounds, blocks = rhythm.runs[-1]
    if sounds:
        rhythm.runs.append((False, 1))
    else:
        rhythm.runs[-1] = (False, blocks + 1)
    return []


def _lasting(rhythm: _Rhythm, tones: Sequence[ToneSpec]) -> list[ToneHeard]:
    if rhythm.told or rhythm.runs[-1][1] * BLOCK_S < CONTINUOUS_S or rhythm.cycles:
        return []
    found = [ToneHeard(tone=tone.tone) for tone in tones if not tone.cadence_s]
    longest = max((tone.cadence_s[0] for tone in tones if tone.cadence_s), default=0.0)
    if not found or rhythm.runs[-1][1] * BLOCK_S < longest * (1 + TOLERANCE) + SLACK_S:
        return []
    rhythm.told = True
    return found


def _cycle(rhythm: _Rhythm, tones: Sequence[ToneSpec]) -> list[ToneHeard]:
    """A new sound begins: do the runs before it make whole cycles of a tone? The longest rhythm is waited for, because
    its beginning may look like a shorter one."""
    rhythm.told = False
    pending = rhythm.runs[:-1]
    while pending:
        for tone in sorted(tones, key=lambda tone: -len(tone.cadence_s)):
            length = len(tone.cadence_s)
            if 0 < len(pending) < length and _fits(pending, tone.cadence_s):
                return []
            if length and len(pending) % length == 0 and _fits(pending, tone.cadence_s):
                return _told(rhythm, tone, len(pending) // length)
        pending = pending[2:]
        rhythm.cycles = 0
        del rhythm.runs[:2]
    return []


def _told(rhythm: _Rhythm, tone: ToneSpec, cycles: int) -> list[ToneHeard]:
    del rhythm.runs[:-1]
    first = rhythm.cycles + 1
    rhythm.cycles += cycles
    return [ToneHeard(tone=tone.tone, cycles=number) for number in range(first, first + cycles)]


def _fits(runs: Sequence[tuple[bool, int]], cadence_s: Sequence[float]) -> bool:
    """Whether the runs, which begin with a sound, follow the rhythm as far as they go."""
    pairs = zip(runs, itertools.cycle(cadence_s), strict=False)
    return all(
        math.isclose(blocks * BLOCK_S, wanted, rel_tol=TOLERANCE, abs_tol=SLACK_S) for (_, blocks), wanted in pairs
    )
