"""What the service manager hears: ready, alive, stopping (sd_notify(3)). Silent where NOTIFY_SOCKET is unset."""

from __future__ import annotations

import asyncio
import os

from systemd.daemon import notify


class ServiceManager:
    """The keep-alive is sent by the event loop itself, so it stops when the loop stops turning."""

    def __init__(self) -> None:
        self._period_s = _watchdog_period_s()
        self._timer: asyncio.TimerHandle | None = None

    def ready(self, status: str) -> None:
        """Everything serves; begin the keep-alive if one is wanted."""
        notify(f"READY=1\nSTATUS={status}")
        self._alive()

    def reloading(self) -> None:
        """The configuration is read again; followed by `ready`."""
        notify("RELOADING=1")

    def stopping(self) -> None:
        """The end has begun."""
        notify("STOPPING=1")
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _alive(self) -> None:
        if self._period_s is None:
            return
        notify("WATCHDOG=1")
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._period_s, self._alive)


def _watchdog_period_s() -> float | None:
    """A third of the time limit; None where no keep-alive is wanted of this process (sd_watchdog_enabled(3))."""
    limit_us, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not limit_us.isdigit() or (pid.isdigit() and int(pid) != os.getpid()):
        return None
    return int(limit_us) / 1e6 / 3
