"""Instants of the store on the ACD's scale and back: CLOCK_BOOTTIME seconds of this boot. Pure."""

from __future__ import annotations

from appliance.stamps import Stamp


def stamp_at(mono_s: float, now: Stamp) -> Stamp:
    """The instant `mono_s` of this boot as a stamp."""
    return Stamp(boot=now.boot, mono_s=mono_s, wall_s=now.wall_s - (now.mono_s - mono_s), synced=now.synced)


def mono_of(stamp: Stamp, now: Stamp) -> float:
    """`stamp` on this boot's scale: by the monotonic clock within a boot, by the wall clock across boots. May be
    negative: before this boot began."""
    return stamp.mono_s if stamp.boot == now.boot else now.mono_s - max(0.0, now.wall_s - stamp.wall_s)
