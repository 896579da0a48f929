"""What is heard in place of sound that isn't there: the last period of the voice goes on, and fades. Pure.

A gap of a few tens of milliseconds is heard as a crack; a vowel that lasts as much longer is not heard at all. So the
sound's period is looked for in what was put out last, and repeated; from 10 ms on it fades, at 60 ms it is silence,
because nobody holds a sound for longer in speech. The idea is that of ITU-T G.711 Appendix I, but without its delay of
3.75 ms: what was put out stays, and the repetition is bent to join on to it.
"""

from __future__ import annotations

import array
from collections.abc import Sequence

from hw.audio.splice import best_offset, cross_fade

_SHORTEST_S, _LONGEST_S = 0.005, 0.015  # of a period: voices from 66 to 200 Hz, or some periods of a higher sound
_LIKE_S = 0.020  # of sound by which the period is found
PAST_S = _LONGEST_S + _LIKE_S
FULL_S, OVER_S = 0.010, 0.060  # until when it is as loud as before, and when it is silence
RETURN_S = 0.005  # of the cross-fade back
_LOW, _HIGH = -32768, 32767


class Concealment:
    """One gap. made: samples made up so far. period: of what is repeated, in samples."""

    def __init__(self, past: Sequence[int], *, rate_hz: int = 8000) -> None:
        """past: the samples put out last, PAST_S of them (what is missing at the beginning was silence)."""
        needed = round(PAST_S * rate_hz)
        past = array.array("h", [*([0] * (needed - len(past))), *past[-needed:]])
        self.made = 0
        self.period = _period(past, rate_hz)
        self._cycle = _cycle(past, self.period)
        self._step = past[-1] - past[-1 - self.period]  # by which the first sample would miss the last one
        self._full, self._over = FULL_S * rate_hz, OVER_S * rate_hz
        self._returning = round(RETURN_S * rate_hz)
        self._returned = 0

    @property
    def over(self) -> bool:
        """It is silent by now."""
        return self.made >= self._over

    @property
    def returned(self) -> bool:
        """Nothing of it is left in `blended` sound."""
        return self._returned >= self._returning

    def more(self, count: int) -> array.array[int]:
        """The next `count` samples."""
        first, self.made = self.made, self.made + count
        return array.array("h", (self._sample(n) for n in range(first, first + count)))

    def wait_for(self, real: Sequence[int]) -> int:
        """How many more samples to make up before `real` begins, so that it goes on where the repetition is by then:
        less than a period."""
        pattern = real[: self._returning]
        going_on = [self._cycle[(self.made + n) % self.period] for n in range(self.period - 1 + len(pattern))]
        return best_offset(pattern, going_on)

    def blended(self, real: array.array[int]) -> array.array[int]:
        """`real`, whose beginning is cross-faded with the repetition; once more for what follows, until `returned`."""
        count = min(self._returning - self._returned, len(real))
        start = cross_fade(self.more(count), real[:count], done=self._returned, length=self._returning)
        self._returned += count
        return start + real[count:]

    def _sample(self, number: int) -> int:
        loud = 1.0 if number < self._full else max(0.0, (self._over - number) / (self._over - self._full))
        bent = self._step * max(0.0, 1 - (number + 1) / (self.period + 1))
        return round(loud * max(_LOW, min(_HIGH, self._cycle[number % self.period] + bent)))


def _period(past: Sequence[int], rate_hz: int) -> int:
    """The distance, in samples, at which the end of `past` is most like what was before it."""
    shortest, longest, like = (round(span * rate_hz) for span in (_SHORTEST_S, _LONGEST_S, _LIKE_S))
    earlier = past[-like - longest : len(past) - shortest]
    return longest - best_offset(past[-like:], earlier, thin=2)


def _cycle(past: Sequence[int], period: int) -> array.array[int]:
    """The last period, whose second half becomes that of the period before: it leads to the beginning again."""
    half = period // 2
    last, before = past[len(past) - half :], past[len(past) - half - period : len(past) - period]
    return array.array("h", past[len(past) - period : len(past) - half]) + cross_fade(last, before)
