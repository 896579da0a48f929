"""Measures the voice of an analog line between its exchange and SIP, without a box: delay both ways, echo, and what the
line's service costs. The service is a process of its own; the exchange, its clock and the caller are in this one.

By a modem: real serial port (a pty), the kit's modem. By a DAA: mock pins, and a sound card that is the exchange.
"""

from __future__ import annotations

import argparse
import array
import contextlib
import math
import os
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.shares import share_of
from kit import proc
from kit.daa_on_exchange import ECHO_PART
from kit.daa_over_socket import SOCKET, DaaOnSocket, driver_folder
from kit.exchange import FRAME, STEP_S, Exchange, Place, Plan
from kit.hybrid import voice
from kit.line_service import SUBSCRIBER, line_toml
from kit.modem_on_pty import ModemOnPty
from kit.ports import reserved_ports
from kit.processes import Program, wait_until
from kit.rtp_call import FRAME_S, Packets, RtpCall

from hw.audio.roundtrip import CHIRP, find_chirp
from hw.line.g711 import to_mulaw

DELAY_GOAL_MS = 150.0  # one way; ITU-T G.114: most people notice nothing
ECHO_GOAL_DB = 20.0
CPU_GOAL_PCT = 10.0  # of one core, in talk
SETTLE_S, LOOK_S, LEARN_S = 3.0, 1.0, 6.0
RATE = 8000
_TESTS = Path(__file__).resolve().parents[1]
_CONFIG = """\
[box]
region = "US"
data_dir = "{folder}/data"
run_dir = "{folder}/run"

[edge]
address = "127.0.0.1"
port = {edge}
"""


def modem_voice(folder: Path, asked: argparse.Namespace) -> Mapping[str, Any]:
    """As `_figures` has them; modem_underruns: how often it ran dry, and its echo was to be learnt anew."""
    modem = ModemOnPty("cx", _plan(echo=ECHO_PART), punctual=True)
    try:
        figures = _measured(folder, asked, modem.exchange, {"device": modem.path}, {})
        return {**figures, "modem_underruns": modem.underruns}
    finally:
        modem.close()


def daa_voice(folder: Path, asked: argparse.Namespace) -> Mapping[str, Any]:
    """As `_figures` has them; the card's echo is `DaaSide`'s."""
    daa = DaaOnSocket(folder / "daa.sock", _plan(echo=0.0), punctual=True)
    places = (str(driver_folder(folder / "drivers")), str(_TESTS), os.environ.get("PYTHONPATH", str(_TESTS.parent)))
    environment = {"PYTHONPATH": os.pathsep.join(places), SOCKET: str(daa.path)}
    try:
        return _measured(folder, asked, daa.exchange, {"device": "", "kind": "daa"}, environment)
    finally:
        daa.close()


def _plan(echo: float) -> Plan:
    return Plan(subscribers=(SUBSCRIBER,), answer_after_s=0.6, echo=echo)


class Witness:
    """What passes the exchange, with its times (as `Packets` of RTP): `said` by the box, `told` to it."""

    def __init__(self, exchange: Exchange) -> None:
        self.said, self.told = Packets(), Packets()
        exchange.witness = self._see

    def _see(self, said: bytes, told: bytes) -> None:
        now = time.monotonic()
        for packets, sound in ((self.said, said), (self.told, told)):
            packets.times.append(now)
            packets.sounds.append(sound)


def _measured(
    folder: Path, asked: argparse.Namespace, exchange: Exchange, line: Mapping[str, str], environment: Mapping[str, str]
) -> Mapping[str, Any]:
    with reserved_ports(2) as ports:
        edge, sip = ports.take(), ports.take()
        config = folder / "linekeeper.toml"
        config.write_text(_CONFIG.format(folder=folder, edge=edge) + line_toml("front", sip_port=sip, **line))
        with _service(config, folder, environment) as pid:
            wait_until(lambda: exchange.place is Place.IDLE, timeout_s=30, what="the exchange is at rest")
            idle = share_of(pid, asked.seconds / 2)
            witness = Witness(exchange)
            with RtpCall(sip, number=f"+{SUBSCRIBER}", own_port=edge) as call:
                time.sleep(SETTLE_S)
                figures = _figures(call, exchange, witness, pid, asked.seconds)
    figures["cpu_idle_pct"] = round(100 * idle, 2)
    return figures


@contextlib.contextmanager
def _service(config: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """Its process, once its line is idle."""
    words = [sys.executable, "-m", "appliance.devices.line", "front", "--config", str(config)]
    program = Program(words, log=folder / "line.log", env=environment)
    shown = folder / "run" / "lines" / "front.json"
    try:
        wait_until(
            lambda: (shown.is_file() and '"state":"idle"' in shown.read_text()) or not program.running,
            timeout_s=30,
            what="a line that is idle",
        )
        assert program.running, program.tail(20)
        yield program.pid
    finally:
        program.stop(timeout_s=10)


def _figures(call: RtpCall, exchange: Exchange, witness: Witness, pid: int, seconds: float) -> dict[str, Any]:
    """to_line_ms, to_box_ms: from a sample spoken to the same sample heard; medians and worst. A packet, and a step of
    the exchange, hold 20 ms that were spoken before, and are heard in the 20 ms that follow. echo_db: how much softer
    the echo is for the box than on the line, when only the box speaks."""
    to_line: list[float] = []
    to_box: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        to_line += _delays(call.sent, call.say(CHIRP), witness.said)
        first = len(witness.told.sounds)
        exchange.words.extend(_frames(CHIRP))
        to_box += _delays(witness.told, first, call.heard)
    share, echo_db = _talk(call, witness, pid, seconds)
    worst = max(statistics.median(delays) if delays else math.inf for delays in (to_line, to_box))
    return {
        "chirps": len(to_line) + len(to_box),
        "to_line_ms": _shown(to_line),
        "to_box_ms": _shown(to_box),
        "echo_db": round(echo_db, 1),
        "cpu_talk_pct": round(100 * share, 2),
        "pss_mb": round(proc.pss_mb([pid]), 1),
        "good": worst < DELAY_GOAL_MS and echo_db > ECHO_GOAL_DB and 100 * share < CPU_GOAL_PCT,
    }


def _delays(spoken: Packets, first: int, heard: Packets) -> list[float]:
    """Of one chirp, in ms; nothing where it didn't come whole. It begins a packet: the first loud one from `first`."""
    came = len(heard.sounds)
    time.sleep(LOOK_S)
    start = next((n for n in range(first, len(spoken.sounds)) if set(spoken.sounds[n]) - {0xFF, 0x7F}), None)
    at = find_chirp(heard.samples(came, len(heard.sounds)))
    if start is None or at is None:
        return []
    spoken_at = spoken.times[start] - FRAME_S
    return [1000 * (heard.times[came + at // FRAME] + at % FRAME / RATE - spoken_at)]


def _talk(call: RtpCall, witness: Witness, pid: int, seconds: float) -> tuple[float, float]:
    """Only the box speaks: what the service costs, and the echo's reduction once the canceller has learnt."""
    call.queue.extend(_frames(voice(LEARN_S + seconds, 1)))
    time.sleep(LEARN_S)
    said, came = len(witness.said.sounds), len(call.heard.sounds)
    share = share_of(pid, seconds - STEP_S)
    echo = ECHO_PART**2 * _power(witness.said.samples(said))
    return share, 10 * math.log10(echo / max(_power(call.heard.samples(came)), 1e-3))


def _frames(samples: array.array[int]) -> list[bytes]:
    sound = to_mulaw(samples)
    return [sound[at : at + FRAME].ljust(FRAME, b"\xff") for at in range(0, len(sound), FRAME)]


def _power(samples: Sequence[int]) -> float:
    return math.fsum(sample * sample for sample in samples) / max(1, len(samples))


def _shown(delays: Sequence[float]) -> Sequence[float]:
    return [round(statistics.median(delays), 1), round(max(delays), 1)] if delays else []
