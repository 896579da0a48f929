"""A simulated device's clock stands above what it serves, as a real one does: it is late for want of no processor."""

from __future__ import annotations

import contextlib
import os


def be_punctual() -> None:
    """This thread, where the system allows it."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(2))
