"""Bytes out of on-hook data transmission: continuous-phase FSK at 1200 baud, start-stop framing. Pure.

Two tone plans: Bell 202 (mark 1200 Hz, space 2200 Hz; GR-30) and V.23 (mark 1300, space 2100; EN 300 659-1). The energy
of each tone is followed in a window of about one bit; the greater one is the bit. Whatever isn't framed well is
dropped: whether the bytes mean anything is for `messages` and its checksum.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BAUD = 1200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TonePlan:
    """Frequencies in Hz."""

    name: str
    mark_hz: float
    space_hz: float


BELL_202 = TonePlan(name="Bell 202", mark_hz=1200.0, space_hz=2200.0)
V23 = TonePlan(name="V.23", mark_hz=1300.0, space_hz=2100.0)
PLANS = (BELL_202, V23)


class Demodulator:
    """Samples (-32768 … 32767) in, bytes out; `feed` pieces of any length."""

    def __init__(self, plan: TonePlan, rate_hz: int = 8000) -> None:
        self._mark = _Energy(plan.mark_hz, rate_hz)
        self._space = _Energy(plan.space_hz, rate_hz)
        self._framing = _Framing(rate_hz / BAUD)

    def feed(self, samples: Iterable[int]) -> Iterator[int]:
        """The bytes that are complete by now."""
        for sample in samples:
            mark, space = self._mark.follow(sample), self._space.follow(sample)
            byte = self._framing.follow(mark - space, mark + space)
            if byte is not None:
                yield byte


class _Energy:
    """Of one tone in a sliding window of a bit, whatever its phase."""

    def __init__(self, tone_hz: float, rate_hz: int) -> None:
        self._turn = complex(math.cos(2 * math.pi * tone_hz / rate_hz), -math.sin(2 * math.pi * tone_hz / rate_hz))
        self._phase = complex(1, 0)
        self._window: deque[complex] = deque([complex(0)] * round(rate_hz / BAUD))
        self._sum = complex(0)

    def follow(self, sample: int) -> float:
        turned = sample * self._phase
        self._phase *= self._turn
        self._phase /= abs(self._phase)
        self._window.append(turned)
        self._sum += turned - self._window.popleft()
        return abs(self._sum)


class _Framing:
    """Start bit, eight data bits (least significant first), stop bit; each sampled in its middle."""

    def __init__(self, samples_per_bit: float) -> None:
        self._bit = samples_per_bit
        self._before = 0.0
        self._at = 0  # samples since the start bit began
        self._began = 0.0  # fraction of a sample by which it began earlier
        self._bits: list[bool] | None = None  # None: waiting for a start bit

    def follow(self, difference: float, strength: float) -> int | None:
        """`difference` above zero: mark."""
        before, self._before = self._before, difference
        if self._bits is None:
            if before > 0 >= difference and strength > 0:
                self._began = difference / (difference - before) if difference != before else 0.0
                self._at, self._bits = 0, []
            return None
        self._at += 1
        middle = (len(self._bits) + 0.5) * self._bit
        if self._at + self._began < middle:
            return None
        self._bits.append(difference > 0)
        return self._judge()

    def _judge(self) -> int | None:
        bits = self._bits
        if bits is None or (len(bits) == 1 and bits[0]):  # no start bit after all
            self._bits = None
            return None
        if len(bits) < 10:
            return None
        self._bits = None
        if not bits[9]:
            return None
        return sum(1 << place for place, bit in enumerate(bits[1:9]) if bit)
