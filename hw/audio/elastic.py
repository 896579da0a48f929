"""A buffer between two clocks that differ: sound goes in by one clock and comes out by the other, for hours. Pure.

Two crystals are up to some hundred parts in a million apart: 200 ppm are 1.6 samples a second at 8 kHz. What the buffer
holds is measured whenever something is taken out, together with what must be on its way by the clock of who brings it;
the smoothed difference to the wanted depth decides how often one sample more or less is read (`bend`), never more than
one each time. The wanted depth is one delivery plus the worst lateness of the last minute. What can't be mended so is
a rupture: an underrun is faded out and in, a heap left behind by a stall is cut by a cross-fade.

The clock is passed in (`now`, seconds). Use it from one thread.
"""

from __future__ import annotations

import array
from collections import deque

from hw.audio.bend import AFTER, BEFORE, bend

LEAST_S = 0.004  # spare depth on the calmest machine
MOST_S = 0.120  # spare depth on the worst
HEAP_S = 0.060  # more than this above the wanted depth is cut at once
MEMORY_S = 60.0  # for which a lateness is remembered
_STEP_S = 1.0  # lateness is taken by the second
_FADE_S = 0.004
_SMOOTH_S = 2.0
_GAIN = 0.2  # samples a second corrected for each sample of error
_CALM = 4.0  # samples of error that are none
Samples = array.array  # of "h": signed 16 bit


class ElasticBuffer:
    """underruns, cuts: ruptures so far. faster, slower: single samples read more, or less, than were put out."""

    def __init__(self, *, rate_hz: int = 8000) -> None:
        self.rate_hz = rate_hz
        self.underruns = self.cuts = self.faster = self.slower = 0
        self._samples: array.array[int] = array.array("h", bytes(2 * BEFORE))
        self._delivery = 0  # samples of the largest of the last deliveries
        self._brought_at: float | None = None
        self._flowing = False
        self._fade_in = True
        self._error: float | None = None
        self._debt = 0.0
        self._pulled_at: float | None = None
        self._late: deque[float] = deque(maxlen=round(MEMORY_S / _STEP_S))  # the worst of each second
        self._worst = 0.0
        self._second_ends = 0.0

    @property
    def depth(self) -> int:
        """Samples held."""
        return len(self._samples) - BEFORE

    @property
    def wanted(self) -> float:
        """Samples that it aims at holding, or having on their way, after something was taken out."""
        late = max((*self._late, self._worst), default=0.0)
        spare = min(MOST_S * self.rate_hz, LEAST_S * self.rate_hz + late)
        return self._delivery + spare + AFTER + 1

    def push(self, sound: bytes, now: float) -> None:
        """`sound`: signed 16 bit in the machine's byte order, brought at `now`."""
        self._samples.frombytes(sound[: len(sound) // 2 * 2])
        self._delivery = max(len(sound) // 2, self._delivery - 1)
        self._brought_at = now

    def pull(self, count: int, now: float) -> bytes:
        """`count` samples, as many as the other clock needs at `now`; silence until there is enough to begin with."""
        if not self._flowing and not self._may_begin(count, now):
            self._pulled_at = now
            return bytes(2 * count)
        change = self._steer(count, now)
        if self.depth < count + change + (AFTER if change else 0):
            return self._run_dry(count)
        out = self._take(count, change)
        if self._fade_in:
            self._fade_in = False
            _fade(out, _FADE_S * self.rate_hz, rising=True)
        return out.tobytes()

    # ── depth ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _may_begin(self, count: int, now: float) -> bool:
        """Whether there is enough. What is too much is left out: nobody has heard any of it yet."""
        if self._delivery and self.depth >= count + self.wanted:
            self._flowing, self._fade_in, self._error, self._debt = True, True, None, 0.0
            surplus = min(int(self._surplus(count, now)), self.depth - count - AFTER)
            del self._samples[: max(0, surplus)]
        return self._flowing

    def _coming(self, now: float) -> float:
        """Samples that must have been made since the last delivery."""
        return 0.0 if self._brought_at is None else max(0.0, now - self._brought_at) * self.rate_hz

    def _surplus(self, count: int, now: float) -> float:
        """Samples more than wanted, once `count` are taken out."""
        return self.depth - count + min(self._coming(now), self._delivery) - self.wanted

    def _steer(self, count: int, now: float) -> int:
        """-1, 0 or 1: how many samples more than `count` are to be read now."""
        passed = 0.0 if self._pulled_at is None else max(0.0, min(1.0, now - self._pulled_at))
        self._pulled_at = now
        self._notice_lateness(self._coming(now), now)
        error = self._surplus(count, now)
        if error > HEAP_S * self.rate_hz:
            self._cut(round(error))
            error = 0.0
        share = passed / (_SMOOTH_S + passed)
        self._error = error if self._error is None else self._error + share * (error - self._error)
        beyond = self._error - _CALM if self._error > 0 else self._error + _CALM
        if abs(self._error) > _CALM:
            self._debt += _GAIN * beyond * passed
        return self._due()

    def _notice_lateness(self, coming: float, now: float) -> None:
        """What should have been here for longer than one delivery takes is late."""
        self._worst = max(self._worst, coming - self._delivery)
        if now >= self._second_ends:
            self._second_ends = now + _STEP_S
            self._late.append(max(0.0, self._worst))
            self._worst = 0.0

    def _due(self) -> int:
        if abs(self._debt) < 1:
            return 0
        change = 1 if self._debt > 0 else -1
        self._debt = max(-1.0, min(1.0, self._debt - change))
        return change

    # ── samples ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, count: int, change: int) -> array.array[int]:
        if not change:
            out = self._samples[BEFORE : BEFORE + count]
        else:
            out = bend(self._samples, count, change)
            self.faster += change > 0
            self.slower += change < 0
        del self._samples[: count + change]
        return out

    def _run_dry(self, count: int) -> bytes:
        """What is left fades out; then it waits until there is enough again."""
        self.underruns += 1
        self._flowing = False
        self._worst = max(self._worst, 2.0 * self._delivery)
        out = self._samples[BEFORE : BEFORE + count]
        del self._samples[: len(out)]
        _fade(out, min(len(out), _FADE_S * self.rate_hz), rising=False)
        out.extend([0] * (count - len(out)))
        return out.tobytes()

    def _cut(self, count: int) -> None:
        """Leave out `count` samples; before and after the gap are cross-faded."""
        length = min(round(_FADE_S * self.rate_hz), self.depth - count)
        if length <= 0:
            return
        self.cuts += 1
        first = self._samples[BEFORE : BEFORE + length]
        second = self._samples[BEFORE + count : BEFORE + count + length]
        mixed = (round((a * (length - n) + b * n) / length) for n, (a, b) in enumerate(zip(first, second, strict=True)))
        self._samples[BEFORE + count : BEFORE + count + length] = array.array("h", mixed)
        del self._samples[BEFORE : BEFORE + count]


def _fade(samples: array.array[int], length: float, *, rising: bool) -> None:
    """Over `length` samples at the beginning (rising), or at the end."""
    count = min(len(samples), round(length))
    for n in range(count):
        at = n if rising else len(samples) - 1 - n
        samples[at] = round(samples[at] * n / count)
