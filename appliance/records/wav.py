"""Reads a growing WAV file of one side (mono PCM16), however its writer ended.

The file's length decides how much audio there is, never the header: a writer that died leaves zero or old sizes, and
a power cut may end the file in the middle of a sample (half a sample is left out) or leave no header at all.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

import msgspec

from appliance.errors import RecordError

_HEADER_BYTES = 44  # what pjsua's writer puts before the samples
_SEARCHED_BYTES = 4096
_SAMPLE_BYTES = 2
_PCM_TAGS = frozenset({0x0001, 0xFFFE})  # WAVE_FORMAT_PCM, WAVE_FORMAT_EXTENSIBLE


class WavSide(msgspec.Struct, frozen=True, kw_only=True):
    """One side as found: `samples` whole samples from byte `offset` on. A missing file has none."""

    path: Path
    rate_hz: int
    offset: int
    samples: int


def inspect_wav(path: Path, *, rate_hz: int) -> WavSide:
    """What can be read of `path`; `rate_hz` counts where the header is gone.

    Raises RecordError for a sound header that says something else than mono PCM16: then it is not our file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_SEARCHED_BYTES)
    except FileNotFoundError:
        return WavSide(path=path, rate_hz=rate_hz, offset=0, samples=0)
    except OSError as error:
        raise RecordError(f"recording {path} can't be read: {error.strerror}; check the disk") from error
    offset, rate = _layout(path, head) or (min(_HEADER_BYTES, size), rate_hz)
    return WavSide(path=path, rate_hz=rate, offset=offset, samples=(size - offset) // _SAMPLE_BYTES)


def read_blocks(side: WavSide, samples: int) -> Iterator[array[int]]:
    """The side's audio in blocks of `samples` (the last one shorter), as signed 16-bit in the file's byte order."""
    left = side.samples
    if left == 0:
        return
    with side.path.open("rb") as file:
        file.seek(side.offset)
        while left > 0:
            data = file.read(min(left, samples) * _SAMPLE_BYTES)
            block = array("h", data[: len(data) // _SAMPLE_BYTES * _SAMPLE_BYTES])
            if not block:
                raise RecordError(f"recording {side.path} became shorter while it was read; is it still being written?")
            left -= len(block)
            yield block


def _layout(path: Path, head: bytes) -> tuple[int, int] | None:
    """(offset of the samples, rate in Hz) by the RIFF chunks, None where there is no usable header."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    rate_hz = None
    place = 12
    while place + 8 <= len(head):
        name, size = struct.unpack_from("<4sI", head, place)
        place += 8
        if name == b"data":
            return (place, rate_hz) if rate_hz else None
        if name == b"fmt " and place + 16 <= len(head):
            rate_hz = _rate(path, head, place)
        place += size + size % 2
    return None


def _rate(path: Path, head: bytes, place: int) -> int:
    tag, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", head, place)
    if tag not in _PCM_TAGS or channels != 1 or bits != 16:
        raise RecordError(
            f"recording {path} has format {tag}, {channels} channels, {bits} bit; one side must be mono 16-bit PCM"
        )
    return int(rate_hz)
