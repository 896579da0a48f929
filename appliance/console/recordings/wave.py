"""How loud a recording is over its length, each side for itself: what a player draws.

FLAC is decoded by `flac` from memory, never from a disk.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import msgspec

from appliance.console.recordings.memory import in_memory
from appliance.records.finish import read_stream_info
from appliance.records.flac_program import decode_flac

POINTS = 400
LOUDEST = 32768
_FRAME_BYTES = 4  # two sides of 16 bit


class WaveForm(msgspec.Struct, frozen=True, kw_only=True):
    """customer, agent: peaks of 0 … 100, evenly over `duration_s`; POINTS of them, fewer of a very short one."""

    duration_s: float
    customer: tuple[int, ...]
    agent: tuple[int, ...]


def wave_form(audio: bytes, *, points: int = POINTS) -> WaveForm:
    """Of a stereo FLAC file. Blocks for some 100 ms a minute. Raises RecordError where it is none, or without flac."""
    with in_memory(audio) as path:
        info = read_stream_info(path)
        a_point = max(1, -(-info.samples // points))
        sides = tuple(zip(*_peaks(decode_flac(path), a_point), strict=True)) or ((), ())
    return WaveForm(duration_s=info.samples / info.rate_hz, customer=sides[0], agent=sides[1])


def _peaks(blocks: Iterator[bytes], a_point: int) -> Iterator[tuple[int, int]]:
    """For each `a_point` samples the loudest of both sides."""
    rest = b""
    size = a_point * _FRAME_BYTES
    for block in blocks:
        rest += block
        while len(rest) >= size:
            yield _peak(rest[:size])
            rest = rest[size:]
    if len(rest) >= _FRAME_BYTES:
        yield _peak(rest[: len(rest) // _FRAME_BYTES * _FRAME_BYTES])


def _peak(frames: bytes) -> tuple[int, int]:
    samples = array("h", frames)
    left, right = samples[::2], samples[1::2]
    return _percent(left), _percent(right)


def _percent(side: array[int]) -> int:
    highest, lowest = max(side), min(side)
    return round(100 * max(highest, -lowest) / LOUDEST)
