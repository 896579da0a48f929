"""Finishes a recording: two growing WAV files become one stereo FLAC file (customer left, agent right), checked.

The shorter side is padded with silence at its end. The file is written beside its place, verified by the encoder and
by its MD5, made durable, then renamed into `<recordings>/<year>/<month>/<day>/<recording>.flac` (UTC day of its start).
Running it again gives the same result; a crash at any point leaves sources that can be finished again. Only call it
when the contact process has let go of the contact (or is dead): it must not run on files that still grow.
Removing the sources is a call of its own, for when the result is in the store.
"""

from __future__ import annotations

import hashlib
import logging
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

import msgspec

from appliance.durable import sync
from appliance.errors import RecordError
from appliance.events import RecordingFinished
from appliance.ids import RecordingId
from appliance.records.flac import HEADER_BYTES, StreamInfo, parse_stream_info
from appliance.records.flac_program import decode_flac, encode_flac
from appliance.records.pauses import Pause
from appliance.records.wav import WavSide, inspect_wav, read_blocks
from appliance.stamps import Stamp, iso_utc

PART = ".part"
PAUSED = "PAUSED"  # a comment of the file for each pause: seconds from-to
_BLOCK_SAMPLES = 1 << 13
_FRAME_BYTES = 4
_log = logging.getLogger(__name__)


class RecordingLostError(RecordError):
    """Neither side has a single sample: there is nothing to finish, now or later."""


class RecordingSources(msgspec.Struct, frozen=True, kw_only=True):
    """What RecordingStarted said; `started` chooses the folder of the finished file, `pauses` are marked in it."""

    recording: RecordingId
    customer: Path
    agent: Path
    rate_hz: int
    started: Stamp
    pauses: tuple[Pause, ...] = ()


class FinishedRecording(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is below the recordings folder; `sha256` and `bytes` are of the file; `duration_s` of its audio."""

    recording: RecordingId
    path: str
    sha256: str
    duration_s: float
    bytes: int

    def event(self) -> RecordingFinished:
        """The event to store."""
        return RecordingFinished(
            recording=self.recording,
            path=self.path,
            sha256=self.sha256,
            duration_s=self.duration_s,
            bytes=self.bytes,
        )


def finish_recording(sources: RecordingSources, recordings: Path) -> FinishedRecording:
    """Make the finished file below `recordings` and return its facts. Blocks for about 20 ms a minute of audio.

    Raises RecordingLostError where there is no audio, RecordError where it can't be done now (disk full, flac missing);
    the sources stay as they are.
    """
    target = recordings / _place(sources)
    with _disk_errors(target):
        customer = inspect_wav(sources.customer, rate_hz=sources.rate_hz)
        agent = inspect_wav(sources.agent, rate_hz=sources.rate_hz)
        if customer.samples or agent.samples:
            _require_one_rate(customer, agent)
            if not _holds(target, customer, agent):
                _make(target, customer, agent, recordings, _marks(sources.pauses))
        elif not target.exists():
            raise RecordingLostError(
                f"recording {sources.recording} has no audio in {sources.customer.parent}; nothing to save"
            )
        return _facts(sources, target)


def remove_sources(sources: RecordingSources) -> None:
    """Delete the two growing files; for when the finished file is in the store. Safe to call twice."""
    for path in (sources.customer, sources.agent):
        path.unlink(missing_ok=True)


def recording_sources(
    recording: RecordingId,
    *,
    customer: str,
    agent: str,
    rate_hz: int,
    started: Stamp,
    pauses: tuple[Pause, ...] = (),
) -> RecordingSources:
    """From the fields of RecordingStarted and its stamp. Raises RecordError for an id that is no file name."""
    if not recording or "/" in recording or recording.startswith("."):
        raise RecordError(f"recording id {recording!r} can't be a file name; ids are UUIDs")
    return RecordingSources(
        recording=recording,
        customer=Path(customer),
        agent=Path(agent),
        rate_hz=rate_hz,
        started=started,
        pauses=pauses,
    )


def _place(sources: RecordingSources) -> Path:
    year, month, day = iso_utc(sources.started.wall_s)[:10].split("-")
    return Path(year, month, day, f"{sources.recording}.flac")


def _make(target: Path, customer: WavSide, agent: WavSide, recordings: Path, tags: Sequence[tuple[str, str]]) -> None:
    part = target.with_name(f"{target.name}.{os.getpid()}{PART}")
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear(target, part)
    try:
        given = hashlib.md5(usedforsecurity=False)
        encode_flac(_noted(_stereo(customer, agent), given), part, rate_hz=_rate(customer, agent), tags=tags)
        if read_stream_info(part).md5 != given.digest():
            raise RecordError(f"recording {part} doesn't hold what was written; check the disk and its free space")
        part.chmod(0o600)  # voices of people
        sync(part)
    except (RecordError, OSError):
        part.unlink(missing_ok=True)
        raise
    part.rename(target)
    for folder in [target.parent, *target.parent.parents][: len(target.relative_to(recordings).parts)]:
        sync(folder)


def _marks(pauses: Iterable[Pause]) -> list[tuple[str, str]]:
    """So that whoever has nothing but the file knows its silences: "PAUSED=12.340-15.680", open where it ended so."""
    return [(PAUSED, f"{pause.from_s:.3f}-{'' if pause.to_s is None else f'{pause.to_s:.3f}'}") for pause in pauses]


def _clear(target: Path, own: Path) -> None:
    """Take away what processes of before have left; an encoder of theirs that still ends can't disturb ours."""
    for part in target.parent.glob(f"{target.name}.*{PART}"):
        if part != own:
            part.unlink(missing_ok=True)


def _holds(path: Path, customer: WavSide, agent: WavSide) -> bool:
    """Whether the file at `path` decodes to just these two sides."""
    if not path.exists():
        return False
    given = hashlib.md5(usedforsecurity=False)
    for block in _stereo(customer, agent):
        given.update(block)
    found = hashlib.md5(usedforsecurity=False)
    try:
        for samples in decode_flac(path):
            found.update(samples)
    except RecordError as error:
        _log.warning("%s", error)
        return False
    return found.digest() == given.digest()


def _facts(sources: RecordingSources, target: Path) -> FinishedRecording:
    info = read_stream_info(target)
    return FinishedRecording(
        recording=sources.recording,
        path=str(_place(sources)),
        sha256=file_sha256(target),
        duration_s=info.samples / info.rate_hz,
        bytes=target.stat().st_size,
    )


def read_stream_info(path: Path) -> StreamInfo:
    """What the file says of itself. Raises RecordError where it is no FLAC file or can't be read."""
    try:
        with path.open("rb") as file:
            return parse_stream_info(file.read(HEADER_BYTES))
    except OSError as error:
        raise RecordError(f"recording {path} can't be read: {error.strerror}; run the orphan audit") from error


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of the file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stereo(customer: WavSide, agent: WavSide) -> Iterator[array[int]]:
    """Both sides interleaved, little endian, the shorter one padded with silence."""
    silence: array[int] = array("h")
    blocks = (read_blocks(customer, _BLOCK_SAMPLES), read_blocks(agent, _BLOCK_SAMPLES))
    for left, right in zip_longest(*blocks, fillvalue=silence):
        stereo = array("h", bytes(_FRAME_BYTES * max(len(left), len(right))))
        stereo[0 : 2 * len(left) : 2] = left
        stereo[1 : 2 * len(right) : 2] = right
        yield stereo


def _noted(blocks: Iterator[array[int]], digest: hashlib._Hash) -> Iterator[array[int]]:
    for block in blocks:
        digest.update(block)
        yield block


def _rate(customer: WavSide, agent: WavSide) -> int:
    return customer.rate_hz if customer.samples else agent.rate_hz


def _require_one_rate(customer: WavSide, agent: WavSide) -> None:
    if customer.samples and agent.samples and customer.rate_hz != agent.rate_hz:
        raise RecordError(
            f"recording sides differ: {customer.path} has {customer.rate_hz} Hz, {agent.path} {agent.rate_hz} Hz; "
            "both must come from one recorder"
        )


@contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RecordError(f"could not finish recording {target}: {error.strerror}; check the disk") from error
