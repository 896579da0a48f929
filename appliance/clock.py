"""Reads the box's clocks. The pure rooms get stamps passed in; only processes call this."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path

from appliance.stamps import Stamp

Clock = Callable[[], Stamp]
SYNCED_MARK = Path("/run/systemd/timesync/synchronized")


@functools.cache
def boot_id() -> str:
    """The kernel's id of this boot (UUID text, proc(5) /proc/sys/kernel/random/boot_id)."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def monotonic_s() -> float:
    """Seconds since boot, counting suspend; one scale for every process of this boot."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def now() -> Stamp:
    """This instant by both clocks."""
    return Stamp(boot=boot_id(), mono_s=monotonic_s(), wall_s=time.time(), synced=SYNCED_MARK.exists())
