"""A device's user agent in a process of its own: its device says a tone and writes down what it hears.

`DeviceAgent` is the test's end; one JSON command a line, one JSON answer a line.
"""

from __future__ import annotations

import array
import json
import math
import os
import subprocess
import sys
import wave
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from kit.audio import Sound, read_growing_wav
from kit.processes import wait_until

from appliance.devices.agent.call import DeviceCall
from appliance.devices.agent.settings import FRAME_SAMPLES, RATE_HZ, AgentSettings, Party
from appliance.devices.agent.user_agent import UserAgent

Json = dict[str, Any]
_PERIOD_S = 1


class DeviceAgent:
    """A running user agent. A context manager."""

    def __init__(self, folder: Path, settings: AgentSettings, *, tone_hz: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        with (folder / "agent.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kit.device_agent"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=Path(__file__).parents[1],
            )
        self._tell({"settings": asdict(settings), "tone_hz": tone_hz, "folder": str(folder)})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def ask(self, command: str, **arguments: Any) -> Json:
        """Do it; the agent's state afterwards: registered, happened (a list of words), calls."""
        self._tell({"do": command, **arguments})
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, (self.folder / "agent.log").read_text(errors="replace")[-3000:]
        answer: Json = json.loads(line)
        return answer

    def until(self, word: str, *, times: int = 1, timeout_s: float = 10.0) -> None:
        """Until `word` has happened so often: "registered 200", "offered 101 Kim", "ringing 180", "answered", "held",
        "resumed", "digit 5", "ended 200"."""
        wait_until(
            lambda: self.ask("show")["happened"].count(word) >= times,
            timeout_s=timeout_s,
            what=f"{word}; {self.folder}",
        )

    def hears(self, frequency_hz: float, *, since_s: float = 0.0, timeout_s: float = 10.0) -> None:
        """Until the last 0.3 s of what was heard after `since_s` were this tone."""

        def heard() -> bool:
            sound = self.heard().part(since_s)
            return sound.duration_s >= 0.3 and sound.part(-0.3).has_tone(frequency_hz)

        wait_until(heard, timeout_s=timeout_s, what=f"{frequency_hz:g} Hz at the device")

    def heard(self) -> Sound:
        """Everything so far."""
        path = self.folder / "heard.wav"
        return read_growing_wav(path) if path.exists() and path.stat().st_size > 44 else Sound.empty()

    def _tell(self, command: Json) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()


class ToneDevice:
    """A sound exchange: says a tone, writes what it hears."""

    def __init__(self, folder: Path, tone_hz: float) -> None:
        samples = (int(8000 * math.sin(2 * math.pi * tone_hz * n / RATE_HZ)) for n in range(_PERIOD_S * RATE_HZ))
        self._tone = array.array("h", samples).tobytes()
        self._at = 0
        self._file = wave.open(str(folder / "heard.wav"), "wb")  # noqa: SIM115  # as long as the process
        self._file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))

    def heard(self, frame: bytes) -> None:
        self._file.writeframes(frame)

    def said(self) -> bytes:
        frame = self._tone[self._at : self._at + 2 * FRAME_SAMPLES]
        self._at = (self._at + 2 * FRAME_SAMPLES) % len(self._tone)
        return frame


class Service:
    """The owner: writes down what it is told, answers nothing by itself."""

    def __init__(self, settings: AgentSettings, device: ToneDevice) -> None:
        self.happened: list[str] = []
        self.agent = UserAgent(settings, self, device)

    def registered(self, status: int) -> None:
        self.happened.append(f"registered {status}")

    def call_offered(self, call: DeviceCall) -> None:
        call.reply(180)
        self.happened.append(f"offered {call.other.user} {call.other.name}".strip())

    def call_ringing(self, call: DeviceCall, status: int) -> None:
        self.happened.append(f"ringing {status}")

    def call_answered(self, call: DeviceCall) -> None:
        self.happened.append("answered")

    def call_held(self, call: DeviceCall, held: bool) -> None:
        self.happened.append("held" if held else "resumed")

    def call_digit(self, call: DeviceCall, digit: str) -> None:
        self.happened.append(f"digit {digit}")

    def call_ended(self, call: DeviceCall, status: int, reason: str) -> None:
        self.happened.append(f"ended {status}")

    def obey(self, command: Json) -> Json:
        """The state afterwards."""
        call = self.agent.call
        match command["do"]:
            case "dial":
                name = command.get("name", "")
                caller = Party(user=command["caller"], name=name) if "caller" in command else None
                self.agent.dial(command["number"], caller=caller)
            case "reply" if call is not None:
                call.reply(command["status"])
            case "hang_up" if call is not None:
                call.hang_up()
            case "hold" if call is not None:
                call.hold(held=command["held"])
            case "mute" if call is not None:
                call.mute(command["muted"])
            case "digits" if call is not None:
                call.send_digits(command["digits"])
        return {"happened": self.happened, "calls": len(self.agent.calls), "sip_port": self.agent.sip_port}


def main() -> None:
    """Until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    plan = json.loads(_first_line())
    service = Service(AgentSettings(**plan["settings"]), ToneDevice(Path(plan["folder"]), plan["tone_hz"]))
    os.set_blocking(0, False)
    rest = b""
    while (chunk := _read()) != b"":
        service.agent.poll(0.01)
        *lines, rest = (rest + (chunk or b"")).split(b"\n")
        for line in lines:
            print(json.dumps(service.obey(json.loads(line))), file=answers, flush=True)
    service.agent.close()
    os._exit(0)


def _first_line() -> bytes:
    """Byte by byte, so that nothing of the next line is read."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1)
    return line


def _read() -> bytes | None:
    """What there is; None for nothing yet, empty at the end."""
    try:
        return os.read(0, 65536)
    except BlockingIOError:
        return None


if __name__ == "__main__":
    main()
