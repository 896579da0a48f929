"""What a dead contact process left behind beside its journal: how long it lived, and audio nobody wrote down.

Reads the sizes and headers of the growing WAV files; writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from appliance.errors import RecordError
from appliance.events import ContactEvent, RecordingStarted, RecordingStopped
from appliance.ids import RecordingId
from appliance.records.wav import inspect_wav
from appliance.stamps import Stamp

USUAL_RATE_HZ = 8000
_CUSTOMER, _AGENT = ".customer.wav", ".agent.wav"


def last_sign(events: Sequence[ContactEvent]) -> Stamp:
    """When the contact was last seen alive: its last event, or the end of what was recorded after it.

    `events` chronological, at least one. The stamp for `repair.closing_events` after a crash: a contact found hours
    later didn't talk for hours.
    """
    last = events[-1].at
    stopped = {event.body.recording for event in events if isinstance(event.body, RecordingStopped)}
    for event in events:
        if isinstance(event.body, RecordingStarted) and event.body.recording not in stopped:
            end = _later(event.at, _seconds(event.body))
            last = end if end.boot == last.boot and end.mono_s > last.mono_s else last
    return last


def unknown_audio(folder: Path, events: Sequence[ContactEvent]) -> list[RecordingStarted]:
    """For each recording in the contact's folder without RecordingStarted (its line was lost), that event.

    Files are named `<recording>.customer.wav` and `<recording>.agent.wav` (`appliance.contact.media.recording`).
    """
    known = {event.body.recording for event in events if isinstance(event.body, RecordingStarted)}
    names = {path.name for path in folder.glob("*.wav")} if folder.exists() else set()
    found = {name.removesuffix(end) for name in names for end in (_CUSTOMER, _AGENT) if name.endswith(end)}
    return [_started(folder, RecordingId(name)) for name in sorted(found - known)]


def _started(folder: Path, recording: RecordingId) -> RecordingStarted:
    customer, agent = folder / f"{recording}{_CUSTOMER}", folder / f"{recording}{_AGENT}"
    one = customer if customer.exists() else agent
    return RecordingStarted(
        recording=recording,
        customer_path=str(customer),
        agent_path=str(agent),
        rate_hz=inspect_wav(one, rate_hz=USUAL_RATE_HZ).rate_hz,
    )


def _seconds(started: RecordingStarted) -> float:
    return max(_length_s(Path(path), started.rate_hz) for path in (started.customer_path, started.agent_path))


def _length_s(path: Path, rate_hz: int) -> float:
    """0 for a file that can't be read: finishing will say why."""
    try:
        side = inspect_wav(path, rate_hz=rate_hz)
    except RecordError:
        return 0.0
    return side.samples / side.rate_hz


def _later(at: Stamp, seconds: float) -> Stamp:
    return msgspec.structs.replace(at, mono_s=at.mono_s + seconds, wall_s=at.wall_s + seconds)
