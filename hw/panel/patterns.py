"""What lamps show, as data: a rhythm each, and which rhythm says what. Pure.

Times in seconds. A rhythm is on, off, on, off …; it repeats for ever or so many times, then the lamp is dark.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """cadence_s: on, off, on, off …, an even number of them; empty: as `steady` says for ever. times: 0 for ever."""

    cadence_s: tuple[float, ...] = ()
    steady: bool = False
    times: int = 0

    @property
    def cycle_s(self) -> float:
        return sum(self.cadence_s)


DARK = Pattern()
LIT = Pattern(steady=True)
SLOW = Pattern(cadence_s=(1.0, 1.0))
QUICK = Pattern(cadence_s=(0.2, 0.2))
BLINK = Pattern(cadence_s=(0.1, 2.9))
DOUBLE = Pattern(cadence_s=(0.1, 0.15, 0.1, 1.65))
RING = Pattern(cadence_s=(0.5, 0.2, 0.5, 1.8))
CONFIRM = Pattern(cadence_s=(0.1, 0.1))  # very quick: let go, and press once more to do what can't be undone
DONE = Pattern(cadence_s=(0.3, 0.2), times=3)
BELL_RINGS = Pattern(cadence_s=(1.0, 3.0))


class Lamp(enum.StrEnum):
    POWER = "power"
    LINK = "link"
    CALL = "call"
    FAULT = "fault"
    LINE = "line"  # one a line
    EMERGENCY = "emergency"
    BELL = "bell"  # a relay or a ringer: a lamp that is heard


class Sign(enum.StrEnum):
    """What there is to show."""

    STARTING = "starting"
    RUNNING = "running"
    LINK_DOWN = "link_down"
    LINK_UP = "link_up"
    CONSOLE_LOST = "console_lost"  # calls go on; the console isn't reached
    NO_CALL = "no_call"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    FAILED = "failed"
    NO_LINE = "no_line"
    QUIET = "quiet"  # nobody calls the emergency services
    EMERGENCY_CALL = "emergency_call"  # somebody does, from this branch: where, is on the console and the wallboard
    CONFIRMING = "confirming"  # a very long press waits to be confirmed
    DONE = "done"


SHOWS: dict[tuple[Lamp, Sign], Pattern] = {
    (Lamp.POWER, Sign.STARTING): QUICK,
    (Lamp.POWER, Sign.RUNNING): LIT,
    (Lamp.LINK, Sign.LINK_DOWN): DARK,
    (Lamp.LINK, Sign.LINK_UP): LIT,
    (Lamp.LINK, Sign.CONSOLE_LOST): SLOW,
    (Lamp.FAULT, Sign.HEALTHY): DARK,
    (Lamp.FAULT, Sign.DEGRADED): BLINK,
    (Lamp.FAULT, Sign.FAILED): LIT,
    (Lamp.FAULT, Sign.CONFIRMING): CONFIRM,
    (Lamp.POWER, Sign.CONFIRMING): CONFIRM,
    (Lamp.POWER, Sign.DONE): DONE,
    (Lamp.LINE, Sign.NO_LINE): DOUBLE,
    (Lamp.EMERGENCY, Sign.QUIET): DARK,
    (Lamp.EMERGENCY, Sign.EMERGENCY_CALL): QUICK,
    (Lamp.BELL, Sign.NO_CALL): DARK,
    (Lamp.BELL, Sign.TALKING): DARK,
    (Lamp.BELL, Sign.HELD): DARK,
    (Lamp.BELL, Sign.RINGING): BELL_RINGS,
}
SHOWS |= {
    (lamp, sign): pattern
    for lamp in (Lamp.CALL, Lamp.LINE)
    for sign, pattern in ((Sign.NO_CALL, DARK), (Sign.RINGING, RING), (Sign.TALKING, LIT), (Sign.HELD, SLOW))
}


def lit(pattern: Pattern, elapsed_s: float) -> bool:
    """Whether the lamp burns, so long after the pattern began."""
    if not pattern.cadence_s:
        return pattern.steady
    cycle, at = divmod(elapsed_s, pattern.cycle_s)
    if pattern.times and cycle >= pattern.times:
        return False
    return _step(pattern, at) % 2 == 0


def next_change(pattern: Pattern, elapsed_s: float) -> float | None:
    """When, counted from the pattern's beginning, `lit` may next be another; None: never."""
    if not pattern.cadence_s:
        return None
    cycle, at = divmod(elapsed_s, pattern.cycle_s)
    if pattern.times and cycle >= pattern.times:
        return None
    begin = elapsed_s - at
    change = begin + sum(pattern.cadence_s[: _step(pattern, at) + 1])
    return change if change > elapsed_s else math.nextafter(elapsed_s, math.inf)


def _step(pattern: Pattern, at: float) -> int:
    """The place in the cadence."""
    for step, length in enumerate(pattern.cadence_s):
        at -= length
        if at < 0:
            return step
    return len(pattern.cadence_s) - 1
