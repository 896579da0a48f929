"""Start real programs, keep what they say, stop them by process id.

Every program leads a process group of its own and dies with its starter (parent-death signal), so that nothing
is left behind even when that is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from appliance.errors import ApplianceError

POLL_S = 0.02
_Found = TypeVar("_Found")


class ProgramError(ApplianceError):
    """A program ended, or did not do in time what was waited for; the text carries the end of its log."""


def wait_until(found: Callable[[], _Found | None], *, timeout_s: float, what: str) -> _Found:
    """The first true answer of `found`. Raises ProgramError naming `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = found()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise ProgramError(f"not within {timeout_s} s: {what}; last seen: {answer!r}")
        time.sleep(POLL_S)


class Program:
    """A running program with its standard output and error in one log file."""

    def __init__(
        self, argv: Sequence[str], *, log: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self.log = log
        self.name = Path(argv[0]).name
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *argv],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def text(self) -> str:
        """Everything said so far."""
        return self.log.read_text(errors="replace")

    def tail(self, lines: int = 30) -> str:
        """The end of the log, for error messages."""
        return "\n".join(self.text().splitlines()[-lines:])

    def wait_for_text(self, text: str, *, timeout_s: float = 10.0) -> None:
        """Until `text` stands in the log. Raises ProgramError when the program ends first or time is up."""

        def said() -> bool:
            if text in self.text():
                return True
            if not self.running:
                raise ProgramError(f"{self.name} ended ({self._process.returncode}) before {text!r}:\n{self.tail()}")
            return False

        wait_until(said, timeout_s=timeout_s, what=f"{self.name} says {text!r}; log {self.log}")

    def wait(self, *, timeout_s: float) -> int:
        """The exit status. Raises ProgramError if the program still runs after `timeout_s`."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise ProgramError(f"{self.name} still runs after {timeout_s} s:\n{self.tail()}") from None

    def send_signal(self, number: signal.Signals) -> None:
        """To the program itself, not to its children."""
        if self.running:
            self._process.send_signal(number)

    def kill_group(self) -> None:
        """SIGKILL to the program and all children that stayed in its group, as a power cut would."""
        _signal_group(self.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self, *, timeout_s: float = 5.0) -> int:
        """SIGTERM, then SIGKILL to the whole group. Safe to call twice. Returns the exit status."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                _signal_group(self.pid, signal.SIGKILL)
        status = self._process.wait()
        _signal_group(self.pid, signal.SIGKILL)
        return status


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
