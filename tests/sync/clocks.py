"""A box's clocks, to be moved."""

from __future__ import annotations

from appliance.stamps import Stamp


class Clock:
    """`pass_time` moves both clocks."""

    def __init__(self) -> None:
        self.boot, self.mono_s, self.wall_s = "boot-1", 1000.0, 1_795_000_000.0

    def __call__(self) -> Stamp:
        return Stamp(boot=self.boot, mono_s=self.mono_s, wall_s=self.wall_s, synced=True)

    def pass_time(self, seconds: float) -> None:
        self.mono_s += seconds
        self.wall_s += seconds
