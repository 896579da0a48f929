"""What the service manager hears of a device's process: ready, alive, stopping (sd_notify(3)). Silent without one."""

from __future__ import annotations

import os

from systemd.daemon import notify


class KeepAlive:
    """`beat` is called by the process's only loop, so it stops when the loop stops turning."""

    def __init__(self) -> None:
        self._period_s = _period_s()
        self._due = 0.0

    def ready(self, status: str) -> None:
        notify(f"READY=1\nSTATUS={status}")

    def beat(self, now: float) -> None:
        """now: monotonic seconds."""
        if self._period_s is not None and now >= self._due:
            notify("WATCHDOG=1")
            self._due = now + self._period_s

    def stopping(self) -> None:
        notify("STOPPING=1")


def _period_s() -> float | None:
    """A third of the time limit; None where no keep-alive is wanted of this process (sd_watchdog_enabled(3))."""
    limit_us, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not limit_us.isdigit() or (pid.isdigit() and int(pid) != os.getpid()):
        return None
    return int(limit_us) / 1e6 / 3
