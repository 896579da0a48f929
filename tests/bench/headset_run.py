"""Measures a headset's delay and cost from the wire and from the device. Judges by the goals of the issue only."""

from __future__ import annotations

import argparse
import array
import os
import statistics
import time
from pathlib import Path
from typing import Any

from kit import sound_server
from kit.processes import ProgramError
from kit.rtp_call import FRAME, FRAME_S, RtpCall
from kit.seat_loop import SeatLoop
from kit.sound_server import SoundServer

from hw.audio.exchange import SoundExchange
from hw.audio.portaudio import PortAudioStream
from hw.audio.roundtrip import CHIRP, find_chirp

ADDED_GOAL_MS = 60.0  # one way, by us
SETTLE_S = 3.0
LOOK_S = 1.0  # within which a chirp comes back
RATE = 8000


def delay(folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """loop_ms (wire → ear → mouth → wire), device_ms (the same without us), added_ms (one way, by us: jitter buffer,
    20 ms of packet, both buffers), cpu_pct (of one core), pss_mb; medians, and the worst of the loop."""
    if not sound_server.is_there():
        return {"good": False, "fault": "pulseaudio or libasound2-plugins is missing"}
    with SoundServer(folder / "sound") as server:
        os.environ |= server.environment
        device_ms = _device_ms()
        with SeatLoop(log=folder / "seat.log") as seat:
            port = seat.report()["sip_port"]
            with RtpCall(port) as call:
                time.sleep(SETTLE_S)
                before, began = seat.report(), time.monotonic()
                loops = _loops_ms(call, chosen.seconds)
                after, took_s = seat.report(), time.monotonic() - began
    if not loops:
        return {"good": False, "fault": "no chirp came back", "device_ms": round(device_ms, 1), "last": after}
    loop_ms = statistics.median(loops)
    added_ms = (loop_ms - device_ms) / 2
    return {
        "chirps": len(loops),
        "loop_ms": round(loop_ms, 1),
        "loop_max_ms": round(max(loops), 1),
        "device_ms": round(device_ms, 1),
        "added_ms": round(added_ms, 1),
        "cpu_pct": round(100 * (after["cpu_s"] - before["cpu_s"]) / took_s, 1),
        "pss_mb": round(after["pss_mb"], 1),
        "underruns": after["to_device"]["underruns"] + after["from_device"]["underruns"],
        "good": added_ms < ADDED_GOAL_MS,
    }


def _loops_ms(call: RtpCall, seconds: float) -> list[float]:
    """Each chirp begins a packet. What it waits in the packet that brings it back is counted as a whole packet."""
    found: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        first = call.say(CHIRP)
        came = len(call.heard.sounds)
        time.sleep(LOOK_S)
        last = len(call.heard.sounds)
        at = find_chirp(call.heard.samples(came, last))
        if at is not None:
            left_s = call.heard.times[came + at // FRAME] - (FRAME - at % FRAME) / RATE + FRAME_S
            found.append(1000 * (left_s - call.sent.times[first]))
    return found


class _Direct(SoundExchange):
    """No call: what the device asks for and brings, with the time."""

    def __init__(self) -> None:
        super().__init__()
        self.played_at = 0.0
        self.came: list[tuple[float, bytes]] = []
        self.chirp = b""

    def captured(self, block: bytes) -> None:
        self.came.append((time.monotonic(), block))

    def to_play(self, samples: int) -> bytes:
        block, self.chirp = self.chirp[: 2 * samples], self.chirp[2 * samples :]
        if block and not self.played_at:
            self.played_at = time.monotonic()
        return block.ljust(2 * samples, b"\0")


def _device_ms() -> float:
    """From the moment the device is given a block to the moment it brings it back: median of five."""
    exchange, found = _Direct(), []
    with PortAudioStream(sound_server.PCM, exchange, hurry=False):
        time.sleep(SETTLE_S)
        for _ in range(5):
            exchange.came.clear()
            exchange.played_at, exchange.chirp = 0.0, CHIRP.tobytes()
            time.sleep(LOOK_S)
            came = list(exchange.came)
            at = find_chirp(array.array("h", b"".join(block for _, block in came)))
            if at is not None:
                size = len(came[0][1]) // 2
                found.append(1000 * (came[at // size][0] - (size - at % size) / RATE - exchange.played_at))
    if not found:
        raise ProgramError("the sound server never gave the chirp back; is this machine very busy?")
    return statistics.median(found)
