"""Checks a finished recording: is it whole, how long, two channels, and does each side say something?"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from appliance.errors import RecordError
from appliance.records.finish import file_sha256, read_stream_info
from appliance.records.flac import StreamInfo
from appliance.records.flac_program import decode_flac
from appliance.records.sox import statistics

NON_SILENT_DBFS = -60.0
_STEREO = 2
_LEVEL = "RMS lev dB"


class RecordingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`valid`: the file decodes to what it claims (and is the file of `sha256`, if asked). Levels are RMS over the
    whole side, dB below full scale, -inf for digital silence. `problems`: one line each."""

    path: str
    duration_s: float
    channels: int
    rate_hz: int
    bytes: int
    sha256: str
    customer_dbfs: float
    agent_dbfs: float
    problems: tuple[str, ...]

    @property
    def valid(self) -> bool:
        return not self.problems

    @property
    def customer_heard(self) -> bool:
        return self.customer_dbfs > NON_SILENT_DBFS

    @property
    def agent_heard(self) -> bool:
        return self.agent_dbfs > NON_SILENT_DBFS


def check_recording(path: Path, *, sha256: str | None = None) -> RecordingFacts:
    """Decode the whole file and measure it. Raises RecordError where it is missing or no FLAC file at all."""
    info = read_stream_info(path)
    found = file_sha256(path)
    problems = _problems(path, info)
    if sha256 is not None and found != sha256:
        problems.append(f"{path} has SHA-256 {found}, the store says {sha256}; the file was changed")
    customer, agent = _levels(path) if not problems else (float("-inf"), float("-inf"))
    return RecordingFacts(
        path=str(path),
        duration_s=info.samples / info.rate_hz if info.rate_hz else 0.0,
        channels=info.channels,
        rate_hz=info.rate_hz,
        bytes=path.stat().st_size,
        sha256=found,
        customer_dbfs=customer,
        agent_dbfs=agent,
        problems=tuple(problems),
    )


def _problems(path: Path, info: StreamInfo) -> list[str]:
    if info.channels != _STEREO or info.samples == 0 or info.rate_hz == 0:
        return [f"{path} has {info.channels} channels and {info.samples} samples; expected two sides with audio"]
    digest, size = hashlib.md5(usedforsecurity=False), 0
    try:
        for block in decode_flac(path):
            digest.update(block)
            size += len(block)
    except RecordError as error:
        return [str(error)]
    if size != info.samples * info.channels * info.bits // 8:
        return [f"{path} holds {size} bytes of samples, its header promises {info.samples} stereo samples; it is torn"]
    if digest.digest() != info.md5:
        return [f"{path} decodes to other audio than was encoded (MD5 differs); the file is damaged"]
    return []


def _levels(path: Path) -> tuple[float, float]:
    """RMS level of left and right. sox prints overall, left, right."""
    values = statistics(path).get(_LEVEL, [])
    if len(values) != 1 + _STEREO:
        raise RecordError(f"could not measure {path}: sox gave no levels; is this sox 14.4?")
    return float(values[1]), float(values[2])
