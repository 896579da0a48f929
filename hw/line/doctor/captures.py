"""What the doctor looks at: sound and signs of one line in each of its states. Pure data."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from hw.line.caller_id import CallerId

RATE_HZ = 8000
IDLE, OFF_HOOK, ECHO, RINGING, ENDED = "idle", "off_hook", "echo", "ringing", "ended"
STATES = (IDLE, OFF_HOOK, ECHO, RINGING, ENDED)
NOBODY = CallerId()
Samples: TypeAlias = "array[int]"  # 16 bit at 8 kHz


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """sounds: by state; a state that was not recorded is missing. idle: on-hook; off_hook: nobody has dialled; echo:
    what came back of `probe.probe_sound`, from its first sample on; ringing: on-hook, from the first sign of a call
    on; ended: from the far end's hang-up on.

    country: as the line is set up. voltage_v: on-hook, None where the device can't tell. voice: what the driver said
    when it couldn't carry any, "" for nothing wrong. rings_s: when each ring began, in seconds of `ringing`. caller: as
    the driver read it, and whether before the first ring. reversal: the polarity turned when somebody answered.
    break_s: how long the loop was interrupted when the far end hung up, 0 where that isn't known; None: no break.
    """

    country: str = ""
    sounds: Mapping[str, Samples] = field(default_factory=dict)
    voltage_v: float | None = None
    voice: str = ""
    rings_s: tuple[float, ...] = ()
    caller: CallerId = NOBODY
    caller_before_ring: bool = False
    reversal: bool = False
    break_s: float | None = None

    def sound(self, state: str) -> Samples:
        """Empty where it was not recorded."""
        return self.sounds.get(state) or array("h")
