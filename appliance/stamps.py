"""When something happened, told by two clocks because a Pi has no real-time clock.

Durations come from `mono_s` of stamps with one `boot`; `wall` is for people and may be restated later.
Pure: reading the clocks is the job of `appliance.clock`.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """One instant.

    boot: the kernel's boot id (UUID); mono_s: CLOCK_BOOTTIME in seconds, comparable between processes of one boot;
    wall_s: seconds since the epoch, UTC; synced: whether the wall clock had been set by a time server then.
    """

    boot: str
    mono_s: float
    wall_s: float
    synced: bool

    def seconds_since(self, earlier: Stamp) -> float:
        """Seconds from `earlier` to this stamp, never negative; wall time only where the boots differ."""
        if self.boot == earlier.boot:
            return max(0.0, self.mono_s - earlier.mono_s)
        return max(0.0, self.wall_s - earlier.wall_s)


def iso_utc(wall_s: float) -> str:
    """`2026-11-22T09:30:00Z`, the contact record's form (whole seconds, UTC)."""
    return datetime.fromtimestamp(int(wall_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
