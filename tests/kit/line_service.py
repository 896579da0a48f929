"""The service of an analog line as a process of its own, behind it a modem on a pty and an exchange."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.audio import Sound
from kit.box import RunningBox
from kit.daa_over_socket import DaaOnSocket
from kit.exchange import Exchange, Place, Plan
from kit.modem_on_pty import ModemOnPty
from kit.processes import Program, wait_until

from hw.line.g711 import to_samples

NUMBER, SUBSCRIBER = "+12125550177", "12125559999"


def exchange_plan(**changes: Any) -> Plan:
    """A quick US exchange: two seconds from ring to ring."""
    times = {"ring_s": (0.8, 1.2), "caller_after_s": 0.9, "short_caller": True, "answer_after_s": 0.6}
    return Plan(**{"subscribers": (SUBSCRIBER,), **times, **changes})


def line_toml(name: str, device: str, sip_port: int, *, kind: str = "modem", flow: str = "menu", more: str = "") -> str:
    """The box's configuration of a line by the device of that kind at `device`."""
    return (
        f'\n[[lines]]\nname = "{name}"\nkind = "{kind}"\nnumber = "{NUMBER}"\nflow = "{flow}"\n'
        f'device = "{device}"\nsip_port = {sip_port}\n{more}'
    )


class LineRun:
    """A line's service that runs, and what lies behind it. program: where the box doesn't run it itself."""

    def __init__(
        self, box: RunningBox, behind: ModemOnPty | DaaOnSocket, name: str, program: Program | None = None
    ) -> None:
        self.behind, self.exchange, self.name = behind, behind.exchange, name
        self._board = box.run / "lines" / f"{name}.json"
        self._log = box.log if program is None else program.log

    def shown(self) -> dict[str, Any]:
        """What the service says of its line."""
        try:
            shown: dict[str, Any] = json.loads(self._board.read_text())
        except FileNotFoundError:
            return {"state": "", "model": ""}
        return shown

    def text(self) -> str:
        """What it has logged, and perhaps the box with it."""
        return self._log.read_text(errors="replace")

    def wait_state(self, *states: str, timeout_s: float = 15.0) -> None:
        """Until the service shows one of them; "" for none."""
        wait_until(
            lambda: self.shown()["state"] in states,
            timeout_s=timeout_s,
            what=f"line {self.name} is {' or '.join(states)}: {self.shown()}\n{self.text()[-2000:]}",
        )

    def ended(self, reason: str) -> None:
        """Until the last call has ended for this reason."""
        wait_until(lambda: self.shown().get("last_end") == reason, timeout_s=10, what=f"{reason}: {self.shown()}")

    def idle(self) -> None:
        """Until line and exchange are at rest."""
        wait_until(lambda: self.exchange.place is Place.IDLE, timeout_s=15, what="the exchange is at rest")
        self.wait_state("idle")


def served_line(box: RunningBox, modem: ModemOnPty, name: str = "front") -> LineRun:
    """One that the box serves itself, its modem initialised."""
    running = LineRun(box, modem, name)
    wait_until(lambda: "AT+VLS=0" in modem.modem.commands, timeout_s=30, what=f"a modem that is ready; {box.log}")
    running.idle()
    return running


@contextlib.contextmanager
def running_daa(box: RunningBox, daa: DaaOnSocket, folder: Path, name: str = "front") -> Iterator[LineRun]:
    """By a DAA, in a process of the test's; the environment has to name its driver and its socket."""
    words = [sys.executable, "-m", "appliance.devices.line", name, "--config", str(box.config)]
    program = Program(words, log=folder / f"line-{name}.log")
    running = LineRun(box, daa, name, program)
    try:
        running.wait_state("idle", timeout_s=30)
        yield running
        running.idle()
    finally:
        assert program.stop(timeout_s=10) in (0, 1), program.tail(20)


def hears_tone(exchange: Exchange, frequency_hz: float, *, timeout_s: float = 10.0) -> None:
    """Until the last 0.3 s that the far end heard were this tone."""

    def heard() -> bool:
        sound = Sound(rate_hz=8000, samples=to_samples(bytes(exchange.heard[-2400:])))
        return len(exchange.heard) >= 2400 and sound.has_tone(frequency_hz)

    wait_until(heard, timeout_s=timeout_s, what=f"{frequency_hz:g} Hz at the far end")
