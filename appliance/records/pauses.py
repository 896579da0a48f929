"""When a recording was paused, in seconds of the recording itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.events import AnyBody, RecordingPaused, RecordingResumed
from appliance.ids import AgentId, RecordingId


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """Silence from `from_s` to `to_s`; None: to the end of the recording. `by`: the agent who asked, if one did."""

    from_s: float
    to_s: float | None = None
    by: AgentId | None = None


def pauses_of(bodies: Iterable[AnyBody]) -> dict[RecordingId, tuple[Pause, ...]]:
    """The pauses of every recording that had one, in order. `bodies`: the contact's events in order."""
    found: dict[RecordingId, tuple[Pause, ...]] = {}
    for body in bodies:
        match body:
            case RecordingPaused(recording=recording, at_s=at_s, by=by):
                found[recording] = (*found.get(recording, ()), Pause(from_s=at_s, by=by))
            case RecordingResumed(recording=recording, at_s=at_s) if recording in found:
                *before, last = found[recording]
                found[recording] = (*before, msgspec.structs.replace(last, to_s=at_s))
    return found
