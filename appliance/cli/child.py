"""One process of the box as its supervisor sees it: started, ready, dead, started again later.

Takes no decision about the others. Time (CLOCK_MONOTONIC seconds) is passed in.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from appliance.cli.notices import NoticeSocket
from appliance.errors import ApplianceError

logger = logging.getLogger(__name__)
FIRST_BACKOFF_S = 0.25
LONGEST_BACKOFF_S = 10.0
_STANDARD_ERROR = 2  # standard output is for what the command itself says
STABLE_AFTER_S = 30.0  # a child that lived this long begins with the shortest delay again


class BoxError(ApplianceError):
    """The box, or one process of it, can't be started."""


class ChildState(enum.StrEnum):
    DOWN = "down"
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildPlan:
    """What to run. Without `serves` the child says READY=1 itself (sd_notify); with it, `serves()` is asked.

    watchdog_s: how long a ready child may be silent (WATCHDOG=1); None: never asked.
    """

    name: str
    command: tuple[str, ...]
    serves: Callable[[], bool] | None = None
    watchdog_s: float | None = None
    ready_timeout_s: float = 30.0
    stop_timeout_s: float = 10.0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildStatus:
    """For people and tests."""

    name: str
    state: ChildState
    pid: int | None
    restarts: int


class Child:
    """A child and its life so far. Every method is called by the supervisor's thread only."""

    def __init__(self, plan: ChildPlan, log: Path | None) -> None:
        self.plan = plan
        self.notices: NoticeSocket | None = None  # from the first start to `close`
        self.state = ChildState.DOWN
        self.restarts = 0
        self.start_at = float("inf")  # when a dead child is started again
        self.deadline = float("inf")  # of READY=1 or of the next WATCHDOG=1
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._born = 0.0
        self._backoff_s = FIRST_BACKOFF_S

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def status(self) -> ChildStatus:
        return ChildStatus(name=self.plan.name, state=self.state, pid=self.pid, restarts=self.restarts)

    def spawn(self, now: float) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches the supervisor only.

        It gets SIGTERM when the calling *thread* ends, however that happens (prctl(2) PR_SET_PDEATHSIG).
        """
        if self.notices is None:
            self.notices = NoticeSocket(self.plan.name)
        self.notices.drain()
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise BoxError("setpriv is missing; install Debian's package util-linux")
        with contextlib.ExitStack() as opened:
            output = _STANDARD_ERROR if self._log is None else opened.enter_context(self._log.open("ab"))
            self._process = subprocess.Popen(
                (setpriv, "--pdeathsig", "TERM", "--", *self.plan.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment(self.notices.address),
                start_new_session=True,
            )
        self.state = ChildState.STARTING
        self._born = now
        self.deadline = now + self.plan.ready_timeout_s
        logger.debug("%s started as process %d", self.plan.name, self._process.pid)

    def _environment(self, address: str) -> dict[str, str]:
        environment = {**os.environ, **self.plan.environment, "NOTIFY_SOCKET": address}
        for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
            environment.pop(name, None)
        if self.plan.watchdog_s is not None:
            environment["WATCHDOG_USEC"] = str(int(self.plan.watchdog_s * 1_000_000))
        return environment

    def listen(self, now: float) -> None:
        """Take in what the child has said."""
        if self.notices is None or self.pid is None:
            return
        while (notice := self.notices.read(self.pid)) is not None:
            if notice.get("READY") == "1" and self.state is ChildState.STARTING and self.plan.serves is None:
                self._ready(now)
            if notice.get("WATCHDOG") == "1" and self.state is ChildState.READY:
                self._extend(now)

    def ask(self, now: float) -> None:
        """Ask a child that doesn't speak sd_notify whether it serves."""
        if self.state is ChildState.STARTING and self.plan.serves is not None and self.plan.serves():
            self._ready(now)

    def _ready(self, now: float) -> None:
        self.state = ChildState.READY
        self._extend(now)

    def _extend(self, now: float) -> None:
        self.deadline = float("inf") if self.plan.watchdog_s is None else now + self.plan.watchdog_s

    def reap(self, now: float) -> str | None:
        """None while the process lives; otherwise how it ended, with every process of its session killed."""
        if self._process is None or self._process.poll() is None:
            return None
        ending = _ending(self._process.returncode)
        self._kill_session()
        self._process = None
        if now - self._born >= STABLE_AFTER_S:
            self._backoff_s = FIRST_BACKOFF_S
        self.state, self.deadline = ChildState.DOWN, float("inf")
        self.start_at = now + self._backoff_s
        self._backoff_s = min(self._backoff_s * 2, LONGEST_BACKOFF_S)
        return ending

    def terminate(self) -> None:
        """Ask it to leave."""
        if self._process is not None:
            self.state = ChildState.STOPPING
            self._process.terminate()

    def kill(self) -> None:
        """End it and its whole session now; `reap` afterwards."""
        if self._process is not None:
            self._kill_session()

    def _kill_session(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Listen no longer; the process must have ended."""
        if self.notices is not None:
            self.notices.close()

    def wait(self, timeout_s: float) -> bool:
        """Whether the process has ended within `timeout_s`."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
