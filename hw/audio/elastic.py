"""A buffer between two clocks that differ: sound goes in by one clock and comes out by the other, for hours. Pure.

Two crystals are up to some hundred parts in a million apart: 200 ppm are 1.6 samples a second at 8 kHz. What the buffer
holds is measured whenever something is taken out, together with what must be on its way by the clock of who brings it:
its level. The smoothed level's difference to the wanted one decides how often one sample more or less is read (`bend`),
never more than one each time. The wanted level is one delivery plus what has to be reckoned with (`lateness`). What
can't be mended so is a rupture: an underrun is concealed until the sound is there (`conceal`), a heap left behind by a
stall is cut where the sound before and after is alike.

The clock is passed in (`now`, seconds). Use it from one thread.
"""

from __future__ import annotations

import array
from collections import deque
from dataclasses import dataclass

from hw.audio.bend import AFTER, BEFORE, bend
from hw.audio.conceal import PAST_S, Concealment
from hw.audio.lateness import Lateness
from hw.audio.splice import best_offset, cross_fade

LEAST_S = 0.004  # spare depth on the calmest machine
MOST_S = 0.120  # spare depth on the worst
HASTE_S = 2.0  # an underrun so long after the last one is bridged with the least; else it fills up first
HEAP_S = 0.060  # more than this above the wanted depth is cut at once
MOST_RUPTURES = 100  # that are remembered
_FADE_S = 0.004
_ALIKE_S = 0.015  # within which a place for a cut is looked for
_SMOOTH_S = 2.0
_GAIN = 0.2  # samples a second corrected for each sample of error
_CALM = 4.0  # samples of error that are none
Samples = array.array  # of "h": signed 16 bit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rupture:
    """at: when it was felt. since_s: since the last delivery by then. spare_s: lateness that it could have borne: more
    than that has happened. cut: a heap was cut; else nothing was there."""

    at: float
    since_s: float
    spare_s: float
    cut: bool


class ElasticBuffer:
    """underruns, cuts: ruptures so far; `ruptures` the latest. faster, slower: single samples read more, or less, than
    were put out. concealed: samples put out that nobody brought, silence before the beginning not counted."""

    def __init__(self, *, rate_hz: int = 8000) -> None:
        self.rate_hz = rate_hz
        self.underruns = self.cuts = self.faster = self.slower = self.concealed = 0
        self.ruptures: deque[Rupture] = deque(maxlen=MOST_RUPTURES)
        self._samples: array.array[int] = array.array("h", bytes(2 * BEFORE))
        self._past: array.array[int] = array.array("h")
        self._delivery = 0  # samples of the largest of the last deliveries
        self._brought_at: float | None = None
        self._flowing = False
        self._fade_in = True
        self._gap: Concealment | None = None
        self._dry_at = -HASTE_S
        self._in_haste = True
        self._joins_in: int | None = None  # samples until what is there goes on in place of the concealment
        self._level: float | None = None
        self._debt = 0.0
        self._pulled_at: float | None = None
        self._lateness = Lateness()

    @property
    def depth(self) -> int:
        """Samples held."""
        return len(self._samples) - BEFORE

    @property
    def wanted(self) -> float:
        """Samples that it aims at holding, or having on their way, after something was taken out."""
        spare = min(MOST_S, LEAST_S + self._lateness.worst)
        return self._delivery + spare * self.rate_hz + AFTER + 1

    def push(self, sound: bytes, now: float) -> None:
        """`sound`: signed 16 bit in the machine's byte order, brought at `now`."""
        self._samples.frombytes(sound[: len(sound) // 2 * 2])
        self._delivery = max(len(sound) // 2, self._delivery - 1)
        self._brought_at = now

    def pull(self, count: int, now: float) -> bytes:
        """`count` samples, as many as the other clock needs at `now`; silence until there is enough to begin with."""
        out = self._flow(count, now) if self._flowing else self._wait(count, now)
        self._pulled_at = now
        self._past.extend(out)
        del self._past[: -round(PAST_S * self.rate_hz)]
        return out.tobytes()

    # ── flowing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _flow(self, count: int, now: float) -> array.array[int]:
        change = self._steer(count, now)
        if self.depth < count:
            return self._run_dry(count, now)
        out = self._take(count, change)
        if self._fade_in:
            self._fade_in = False
            _fade_in(out, round(_FADE_S * self.rate_hz))
        if self._gap is not None:
            out = self._blended(out, self._gap)
        return out

    def _steer(self, count: int, now: float) -> int:
        """-1, 0 or 1: how many samples more than `count` are to be read now."""
        passed = 0.0 if self._pulled_at is None else max(0.0, min(1.0, now - self._pulled_at))
        level = self._level_after(count, now)
        smooth = level if self._level is None else self._level
        self._notice_lateness(smooth - self._delivery - (self.depth - count), now)
        if (heap := level - self.wanted) > HEAP_S * self.rate_hz:
            level = smooth = level - self._cut(round(heap), now)
        self._level = smooth + passed / (_SMOOTH_S + passed) * (level - smooth)
        error = self._level - self.wanted
        if abs(error) > _CALM:
            self._debt += _GAIN * (error - _CALM if error > 0 else error + _CALM) * passed
        return self._due(count)

    def _level_after(self, count: int, now: float) -> float:
        """Samples held once `count` are taken out, and those that must have been made since the last delivery."""
        coming = 0.0 if self._brought_at is None else max(0.0, now - self._brought_at) * self.rate_hz
        return self.depth - count + min(coming, self._delivery)

    def _notice_lateness(self, late: float, now: float) -> None:
        """late: samples by which less was held than there is just before a delivery. (The time since the last delivery
        says less: that one may have been late itself.)"""
        self._lateness.notice(late / self.rate_hz, now)

    def _due(self, count: int) -> int:
        if abs(self._debt) < 1:
            return 0
        change = 1 if self._debt > 0 else -1
        self._debt = max(-1.0, min(1.0, self._debt))
        if self.depth < count + change + AFTER:
            return 0
        self._debt -= change
        return change

    def _take(self, count: int, change: int) -> array.array[int]:
        if not change:
            out = self._samples[BEFORE : BEFORE + count]
        else:
            out = bend(self._samples, count, change)
            self.faster += change > 0
            self.slower += change < 0
        del self._samples[: count + change]
        return out

    # ── ruptures ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _run_dry(self, count: int, now: float) -> array.array[int]:
        """What is left, and its concealment; the level stays what it was, so that lateness can be told by it."""
        self.underruns += 1
        self._in_haste, self._dry_at = now - self._dry_at >= HASTE_S, now
        level = self._level or 0.0
        self._note(level - self._delivery, now, cut=False)
        out = self._take(self.depth, 0)
        self._gap = gap = Concealment(self._past + out, rate_hz=self.rate_hz)
        self._flowing = self._fade_in = False
        return out + self._conceal(count - len(out), gap)

    def _cut(self, count: int, now: float) -> int:
        """Leave out about `count` samples, where the sound goes on alike; how many it were."""
        length, choice = round(_FADE_S * self.rate_hz), round(_ALIKE_S * self.rate_hz)
        first = self._samples[BEFORE : BEFORE + length]
        nearest = BEFORE + count - choice
        count = count - choice + best_offset(first, self._samples[nearest : nearest + choice + length])
        self.cuts += 1
        self._note(HEAP_S * self.rate_hz, now, cut=True)
        second = self._samples[BEFORE + count : BEFORE + count + length]
        self._samples[BEFORE + count : BEFORE + count + length] = cross_fade(first, second)
        del self._samples[BEFORE : BEFORE + count]
        return count

    def _note(self, spare: float, now: float, *, cut: bool) -> None:
        since_s = 0.0 if self._brought_at is None else now - self._brought_at
        self.ruptures.append(Rupture(at=now, since_s=since_s, spare_s=max(0.0, spare / self.rate_hz), cut=cut))

    # ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _wait(self, count: int, now: float) -> array.array[int]:
        """Nothing to go on with (yet)."""
        if self._gap is not None and (self._joins_in is not None or not self._gap.over):
            return self._bridge(count, now, self._gap)
        if self._delivery and self._has_enough(count):
            self._begin(count, now)
            return self._flow(count, now)
        self.concealed += count if self._gap is not None else 0
        return array.array("h", bytes(2 * count))

    def _has_enough(self, count: int) -> bool:
        """To go on with, soon, or to begin with. Where it ran dry twice, the gap is used to fill up."""
        hasty = self._gap is not None and (self._in_haste or self._gap.over)
        return self.depth >= count + (LEAST_S * self.rate_hz if hasty else self.wanted)

    def _begin(self, count: int, now: float) -> None:
        """After silence. What is too much is left out: nobody has heard any of it yet. What is too little (where sound
        was lost rather than late) comes by and by: nobody shall wait longer than for the sound itself."""
        self._flowing, self._fade_in, self._gap = True, True, None
        self._level, self._debt = None, 0.0
        surplus = min(int(self._level_after(count, now) - self.wanted), self.depth - count - AFTER)
        del self._samples[: max(0, surplus)]

    def _bridge(self, count: int, now: float, gap: Concealment) -> array.array[int]:
        """Make sound up until the real one goes on, in step with it."""
        if self._joins_in is None:
            self._notice_lateness((self._level or 0.0) - self._delivery - (self.depth - count) + gap.made, now)
            if self._has_enough(count):
                self._joins_in = gap.wait_for(self._samples[BEFORE:])
        made = count if self._joins_in is None else min(count, self._joins_in)
        out = self._conceal(made, gap)
        if self._joins_in is not None:
            self._joins_in -= made
        if made == count:
            return out
        self._flowing, self._level, self._debt, self._joins_in = True, None, 0.0, None
        return out + self._blended(self._take(count - made, 0), gap)

    def _conceal(self, count: int, gap: Concealment) -> array.array[int]:
        self.concealed += count
        return gap.more(count)

    def _blended(self, sound: array.array[int], gap: Concealment) -> array.array[int]:
        blended = gap.blended(sound)
        self._gap = None if gap.returned else gap
        return blended


def _fade_in(samples: array.array[int], length: int) -> None:
    """Over the first `length` samples."""
    for n in range(min(len(samples), length)):
        samples[n] = round(samples[n] * n / length)
