"""The headset service as a real process, with a mock headset that the test wears."""

from __future__ import annotations

import array
import os
import subprocess
import sys
from pathlib import Path
from typing import Self

from kit.audio import Sound
from kit.processes import wait_until


class Seat:
    """`python -m appliance.devices.seat` on the mock headset MOCK1. A context manager."""

    def __init__(self, folder: Path, config: Path, *, tone_hz: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log = folder / "seat.log"
        words = [sys.executable, "-m", "appliance.devices.seat", "--device", "MOCK1", "--config", str(config)]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *words, "--wearer"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "LINEKEEPER_HW": "mock"},
            )
        self.pid = self._process.pid
        self.does(f"say {tone_hz:g}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(15)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()

    def does(self, word: str) -> str:
        """What the wearer does (`hw.headset.wearer`); the lamps that burn then."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(word.encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().decode().strip()
        assert answer, self.log.read_text(errors="replace")[-3000:]
        assert not answer.startswith("fault"), answer
        return answer

    def wait_lamp(self, lamp: str, *, timeout_s: float = 15.0) -> None:
        """Until this one burns, or "dark"."""
        wait_until(lambda: lamp in self.does("look"), timeout_s=timeout_s, what=f"{lamp}; {self.log}")

    def heard(self) -> Sound:
        """Everything that was played in the ear."""
        self.does(f"heard {self.folder / 'heard.raw'}")
        samples = array.array("h", (self.folder / "heard.raw").read_bytes())
        return Sound(rate_hz=8000, samples=samples)

    def hears(self, frequency_hz: float, *, timeout_s: float = 10.0) -> None:
        """Until the last 0.3 s in the ear were this tone."""
        wait_until(
            lambda: self.heard().part(-0.3).has_tone(frequency_hz),
            timeout_s=timeout_s,
            what=f"{frequency_hz:g} Hz in the ear; {self.log}",
        )

    def wait_end(self, *, timeout_s: float = 15.0) -> int:
        """Until the process has ended by itself; its exit status."""
        return self._process.wait(timeout_s)
