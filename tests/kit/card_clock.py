"""A sound card in front of a hybrid, without time: two buffers, threads that are late by chance, a clock that may drift
between playing and hearing. Steps of one millisecond; nothing in it waits."""

from __future__ import annotations

import random
from array import array
from collections import deque
from collections.abc import Iterator

from kit.hybrid import Hybrid

from hw.daa.codec import Codec, Turned

BLOCK, HOLDS = 80, 240  # samples: of a thread's turn, and of the card's playing buffer
STEP_S = 0.001


class Card:
    """`now`: seconds. late_s: the mean of how late a thread is, and four times that at most; ppm: how much faster it
    plays than it hears; a second is 8000 samples heard."""

    def __init__(self, *, late_s: float = 0.0, ppm: float = 0.0, seed: int = 1) -> None:
        self.now = 0.0
        self.codec = Codec(lambda: self.now)
        self.stalled_until = 0.0  # of the thread that plays
        self._chance = random.Random(seed)
        self._late_s = late_s
        self._speed = 1 + ppm * 1e-6
        self._buffer: deque[int] = deque([0] * 2 * BLOCK)
        self._hybrid = Hybrid()
        self._debt = 0.0  # samples that are to be played, as far as the last step didn't
        self._recorded: array[int] = array("h")
        self._plays_at = self._brings_at = 0.0

    def run(self, seconds: float) -> Iterator[Turned]:
        """Every 20 ms that the line hears."""
        until = self.now + seconds
        while self.now < until:
            self._step()
            while (turned := self.codec.listen(0.0)) is not None:
                yield turned

    def _step(self) -> None:
        self.now += STEP_S
        self._debt += 8 * self._speed
        played = [self._buffer.popleft() if self._buffer else 0 for _ in range(int(self._debt))]
        self._debt -= len(played)
        # A clock that is a little too fast plays a little more than 8 samples while 8 are heard: the sound is squeezed.
        back = self._hybrid.echo(played)
        self._recorded.extend(round(back[min(len(back) - 1, n)]) for n in range(8))
        if len(self._buffer) <= HOLDS - BLOCK and self.now >= max(self._plays_at, self.stalled_until):
            self._buffer.extend(array("h", self.codec.to_play(BLOCK)))
            self._plays_at = self.now + self._late()
        if len(self._recorded) >= BLOCK and self.now >= self._brings_at:
            self.codec.captured(self._recorded[:BLOCK].tobytes())
            del self._recorded[:BLOCK]
            self._brings_at = self.now + self._late()

    def _late(self) -> float:
        return min(4 * self._late_s, self._chance.expovariate(1 / self._late_s)) if self._late_s else 0.0
