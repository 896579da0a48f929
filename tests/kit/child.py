"""A program of the kit as a child process that is told in lines of JSON and answers in lines of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

TESTS = Path(__file__).resolve().parents[1]


class Child:
    """Dies with us. A context manager; `report()` asks for one answer."""

    def __init__(self, module: str, plan: Any, *, log: Path) -> None:
        """Returns when the program has said that it is ready."""
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=TESTS,
                env={**os.environ, "PYTHONPATH": str(TESTS.parent)},  # tests/hw must not stand for the package hw
            )
        self._log = log
        self._say(json.dumps(plan))
        self._hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def report(self) -> dict[str, Any]:
        """What the program has to say now."""
        self._say("report")
        answer: dict[str, Any] = json.loads(self._hear())
        return answer

    def stop(self) -> None:
        """End the process. Safe to call twice."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def _hear(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"the program ended: {self._log.read_text(errors='replace')[-2000:]}")
        return line
