"""The sound of a made-up recording: two sides that take turns, as hums that nobody takes for a voice. Stereo FLAC."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from appliance.records.flac_program import encode_flac

RATE_HZ = 8000
_LEVEL = 7000
_HUMS = ((0, 205.0), (0, 232.0), (1, 141.0), (1, 156.0))  # side, pitch
_TURNS_S = (0.7, 1.3, 2.1, 3.2)
_PAUSES_S = (0.2, 0.4, 0.9)


def make_tape(path: Path, *, seconds: float, seed: str) -> None:
    """Writes the recording of that length; blocks for some 20 ms a minute. Raises RecordError without `flac`."""
    encode_flac(_blocks(seconds, Random(seed)), path, rate_hz=RATE_HZ)


def _blocks(seconds: float, rng: Random) -> Iterator[array[int]]:
    left, side = int(seconds * RATE_HZ), rng.randrange(2)
    while left > 0:
        side = 1 - side if rng.random() < 0.8 else side
        hum = rng.choice([one for one in _HUMS if one[0] == side])
        block = _hum(*hum, rng.choice(_TURNS_S)) + _silence(rng.choice(_PAUSES_S))
        yield block[: 2 * left]
        left -= len(block) // 2


@cache
def _hum(side: int, pitch_hz: float, seconds: float) -> array[int]:
    """Interleaved: one side hums, swelling and fading four times a second, as syllables do."""
    samples = array("h", bytes(4 * int(seconds * RATE_HZ)))
    for place in range(len(samples) // 2):
        at = place / RATE_HZ
        swell = 0.55 + 0.45 * math.sin(2 * math.pi * 4 * at)
        edge = min(1.0, at * 20, (seconds - at) * 20)
        samples[2 * place + side] = int(_LEVEL * swell * edge * math.sin(2 * math.pi * pitch_hz * at))
    return samples


@cache
def _silence(seconds: float) -> array[int]:
    return array("h", bytes(4 * int(seconds * RATE_HZ)))
