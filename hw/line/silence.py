"""Notices that nobody has said anything for a long time: for exchanges that don't tell of a hang-up otherwise. Pure.

A line is never quite still, so what counts is a level; a voice of less than a fifth of a second is a click.
"""

from __future__ import annotations

from collections.abc import Sequence

LOUD = 330  # peak of 32768: -40 dBFS
LEAST_VOICE_S = 0.2
_RATE_HZ = 8000
_MEMORY_S = 2.0  # in which the pieces of a voice add up


class SilenceWatch:
    """longest_s: of silence; 0 never ends a call."""

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._since: float | None = None  # silence, None before the first piece
        self._voice_s = 0.0
        self._voice_at = 0.0

    def feed(self, samples: Sequence[int], now: float) -> bool:
        """A piece of what the line says; whether it has been silent for too long by now. True once only."""
        if not self._longest_s or not samples:
            return False
        if self._since is None:
            self._since = now
        if max(samples) >= LOUD or min(samples) <= -LOUD:
            self._heard(len(samples) / _RATE_HZ, now)
        if now - self._since < self._longest_s:
            return False
        self._since = now
        return True

    def _heard(self, seconds: float, now: float) -> None:
        self._voice_s = seconds + (self._voice_s if now - self._voice_at <= _MEMORY_S else 0.0)
        self._voice_at = now
        if self._voice_s >= LEAST_VOICE_S:
            self._since, self._voice_s = now, 0.0
