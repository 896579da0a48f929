"""What the service manager hears of a device's process: ready, alive, stopping (sd_notify(3)); silent elsewhere."""

from __future__ import annotations

import os

from systemd.daemon import notify


class KeepAlive:
    """`turn` is called by the loop itself, so it stops when the loop stops turning."""

    def __init__(self) -> None:
        self._period_s = _period_s()
        self._next = 0.0

    def ready(self, status: str) -> None:
        """The device is served."""
        notify(f"READY=1\nSTATUS={status}")

    def nothing_to_do(self, why: str) -> None:
        """Say so, and end. systemd takes an end before READY for a failure, whatever the exit status, and a unit with
        Restart=on-failure would be started again for ever."""
        notify(f"READY=1\nSTATUS={why}")
        notify("STOPPING=1")

    def status(self, status: str) -> None:
        """What it does now, for `systemctl status`."""
        notify(f"STATUS={status}")

    def stopping(self) -> None:
        """The end has begun."""
        notify("STOPPING=1")

    def turn(self, now: float) -> None:
        """now: monotonic seconds."""
        if self._period_s is not None and now >= self._next:
            self._next = now + self._period_s
            notify("WATCHDOG=1")


def _period_s() -> float | None:
    """A third of the limit; None where nobody asks this process (sd_watchdog_enabled(3))."""
    limit_us, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not limit_us.isdigit() or (pid.isdigit() and int(pid) != os.getpid()):
        return None
    return int(limit_us) / 1e6 / 3
