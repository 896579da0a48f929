"""How loud it is: levels in decibels below full scale, and a meter that shows them. Pure."""

from __future__ import annotations

import array
import math

SILENT_DB = -90.0
_FULL = 32768.0
_FALL_DB_S = 20.0  # how fast the meter's needle falls


def level_db(sound: bytes) -> float:
    """Root mean square of signed 16-bit samples, in dB of full scale (dBov); SILENT_DB for silence and nothing."""
    samples = array.array("h", sound[: len(sound) // 2 * 2])
    energy = sum(sample * sample for sample in samples)
    if not energy:
        return SILENT_DB
    return max(SILENT_DB, 20 * math.log10(math.sqrt(energy / len(samples)) / _FULL))


def amplified(sound: bytes, gain_db: float) -> bytes:
    """Signed 16 bit, louder or softer, limited at full scale."""
    factor = 10 ** (gain_db / 20)
    samples = array.array("h", sound)
    return array.array("h", (max(-32768, min(32767, round(factor * sample))) for sample in samples)).tobytes()


class Meter:
    """Rises at once and falls slowly, so that a person can read it."""

    def __init__(self) -> None:
        self.level_db = SILENT_DB

    def take(self, sound: bytes, seconds: float) -> float:
        """`sound` lasted for `seconds`; the level to show."""
        self.level_db = max(level_db(sound), self.level_db - _FALL_DB_S * seconds, SILENT_DB)
        return self.level_db


def bar(level_db: float, width: int = 40, *, floor_db: float = -60.0) -> str:
    """A level as a line of `width` characters: `####------`, full at 0 dB, empty at `floor_db`."""
    share = (level_db - floor_db) / -floor_db
    full = max(0, min(width, round(share * width)))
    return "#" * full + "-" * (width - full)
