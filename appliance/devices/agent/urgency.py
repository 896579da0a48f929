"""How urgent a device's process is. Its sound is made and taken every 10 to 20 ms by threads that need Python's lock,
so that whatever keeps any thread of the process waiting is heard.

Nothing here is needed to work: what the system doesn't allow is left out.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import resource
import sys
from pathlib import Path

_PRIORITY = 1  # lowest of SCHED_RR
_CAP_IPC_LOCK = 14  # capabilities(7)
_READER = "media"  # pjmedia's name of the thread
_SWITCH_S = 0.0005
_CURRENT, _FUTURE, _ON_FAULT = 1, 2, 4  # MCL_…, mlockall(2)
_log = logging.getLogger(__name__)


def prepare() -> None:
    """Once a process: a thread that waits for Python's lock gets it within half a millisecond (five by default, each
    time that it has let go of it), and no page that was used once is ever fetched from a slow card again."""
    sys.setswitchinterval(_SWITCH_S)
    if not _stay_in_memory():
        _log.debug("memory can't be locked; the unit has LimitMEMLOCK=infinity")


def hurry() -> None:
    """The whole process before everything that can wait, where the system allows it (RLIMIT_RTPRIO): the media clock
    needs Python's lock, so that who holds it must not be kept waiting either."""
    for path in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            os.sched_setscheduler(int(path.name), os.SCHED_RR, os.sched_param(_PRIORITY))


def rest() -> None:
    """No call: this thread is as any other. First those that read RTP: where a socket's lock is taken they poll again
    at once (seen in pjproject 2.15.1), and must never come before the thread that has it."""
    for path in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            if (path / "comm").read_text().strip() == _READER:
                os.sched_setscheduler(int(path.name), os.SCHED_OTHER, os.sched_param(0))
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _stay_in_memory() -> bool:
    """Only without a limit: under one, memory that is needed later could be refused. Costs no memory: pages are locked
    when they are used."""
    return _may_lock_all() and int(ctypes.CDLL(None).mlockall(_CURRENT | _FUTURE | _ON_FAULT)) == 0


def _may_lock_all() -> bool:
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY:
        return True
    words = Path("/proc/self/status").read_text().split()
    return bool(int(words[words.index("CapEff:") + 1], 16) >> _CAP_IPC_LOCK & 1)
