"""The two growing WAV files of a recording: customer and agent side, sample for sample on one clock.

The sides are wired to each other as well: a recorder port gives no audio, but having a source at all makes the bridge
write silence while nobody speaks, so both files grow on every tick and stay aligned. Finishing into one stereo file
is `appliance.records.finish`.
"""

from __future__ import annotations

import os
import uuid
from array import array
from pathlib import Path

import pjsua2 as pj

from appliance.clock import monotonic_s
from appliance.contact.engine import RATE_HZ, Engine
from appliance.contact.media.patchbay import Wire
from appliance.errors import ContactError
from appliance.events import RecordingStarted
from appliance.ids import RecordingId

CHECK_S = 5.0
_HEADER_BYTES = 44  # of a WAV file as pjmedia writes it
_MOST_HEARD_BYTES = RATE_HZ * 4  # two seconds: samples lie at even places from the header on


class Recording:
    """A recording under way. Its id is minted before the first sample."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        """Raises ContactError when the files can't be made."""
        self.recording = RecordingId(str(uuid.uuid4()))
        self._began_s = monotonic_s()
        self._heard_to = _HEADER_BYTES
        self._customer_path = folder / f"{self.recording}.customer.wav"
        self._agent_path = folder / f"{self.recording}.agent.wav"
        self.customer: pj.AudioMedia = engine.recorder(str(self._customer_path))
        self.agent: pj.AudioMedia = engine.recorder(str(self._agent_path))

    def started(self) -> RecordingStarted:
        """The event that names the files."""
        return RecordingStarted(
            recording=self.recording,
            customer_path=str(self._customer_path),
            agent_path=str(self._agent_path),
            rate_hz=RATE_HZ,
        )

    @property
    def length_s(self) -> float:
        """Seconds recorded so far."""
        return round(monotonic_s() - self._began_s, 3)

    def customer_peak(self) -> int:
        """The loudest sample (0 … 32768) that the customer's file got since the last question; 0 where there is none.

        From the file, because pjsua2 2.15 tells no level of a port: what was written a moment ago is in memory.
        """
        try:
            with self._customer_path.open("rb") as file:
                file.seek(max(self._heard_to, file.seek(0, os.SEEK_END) - _MOST_HEARD_BYTES))
                data = file.read()
                self._heard_to = file.tell()
        except OSError:
            return 0
        samples = array("h", data[: len(data) // 2 * 2])
        return max(max(samples, default=0), -min(samples, default=0))

    def keep_alive(self) -> list[Wire]:
        """The wires that make both sides grow on every tick."""
        return [(self.customer, self.agent), (self.agent, self.customer)]


def require_space(folder: Path, reserve_bytes: int, *, forbidden: Path | None = None) -> None:
    """Raises ContactError when the disk has less than `reserve_bytes` left, which belong to calls and records, or while
    the file `forbidden` is there (the storage budget is used up)."""
    if forbidden is not None and forbidden.exists():
        raise ContactError("disk full: the storage budget is used up; see 'linekeeper storage show'")
    try:
        stat = os.statvfs(folder)
    except OSError as error:
        raise ContactError(f"recording folder {folder} can't be read: {error}; is the disk mounted?") from error
    free = stat.f_bavail * stat.f_frsize
    if free < reserve_bytes:
        raise ContactError(
            f"disk full: {free // 1_000_000} MB left, {reserve_bytes // 1_000_000} MB are kept for calls"
        )
