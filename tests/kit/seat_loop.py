"""A seat whose ear is its own microphone, in a process of its own: by PortAudio (the sound server's PCM) or by a mock
whose clock is wrong. It answers by itself whoever asks for that (Call-Info: answer-after=0).

Run as a program it reads one JSON line (the plan) and then `report` → one JSON line; end of file → stop.
"""

from __future__ import annotations

import json
import os
import resource
import select
import sys
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kit import proc, sound_server
from kit.child import Child

from appliance.devices.agent.settings import AgentSettings
from appliance.devices.seat.seat import Seat
from hw.audio.elastic import ElasticBuffer
from hw.audio.exchange import SoundExchange
from hw.audio.interface import SoundStream
from hw.audio.mock import MockStream
from hw.audio.portaudio import PortAudioStream
from hw.headset.interface import Headset
from hw.headset.mock_headset import MockHeadset


class SeatLoop(Child):
    """The seat. A context manager; `report()`: sip_port cpu_s rss_kb pid to_device from_device (of the last call:
    depth wanted underruns cuts faster slower concealed ruptures)."""

    def __init__(self, *, log: Path, ppm: float | None = None) -> None:
        """ppm: the mock's clock; None: PortAudio."""
        super().__init__("kit.seat_loop", {"ppm": ppm}, log=log)


def _buffer(buffer: ElasticBuffer) -> dict[str, Any]:
    return {
        "depth": buffer.depth,
        "wanted": round(buffer.wanted, 1),
        "underruns": buffer.underruns,
        "cuts": buffer.cuts,
        "faster": buffer.faster,
        "slower": buffer.slower,
        "concealed": buffer.concealed,
        "ruptures": [asdict(rupture) for rupture in buffer.ruptures],
    }


def main() -> None:
    """Until standard input ends."""
    plan: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    exchanges: deque[SoundExchange] = deque([SoundExchange()], maxlen=1)

    def open_sound(exchange: SoundExchange) -> SoundStream:
        exchanges.append(exchange)
        if plan["ppm"] is None:
            return PortAudioStream(sound_server.PCM, exchange, hurry=False)
        stream = MockStream(exchange, ppm=plan["ppm"])
        stream.inject_loop_back(0.02)
        return stream

    settings = AgentSettings(user="loop", edge="127.0.0.1:9", hurry=plan["ppm"] is not None)
    seat = Seat(settings, Headset(MockHeadset()), open_sound, rings=False)
    print("ready", flush=True)
    while True:
        seat.turn()
        if select.select([sys.stdin.buffer], [], [], 0)[0]:
            if not sys.stdin.buffer.readline():
                break
            usage = resource.getrusage(resource.RUSAGE_SELF)
            report = {
                "sip_port": seat.sip_port,
                "pid": os.getpid(),
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "pss_mb": proc.pss_mb([os.getpid()]),
                "to_device": _buffer(exchanges[0].to_device),
                "from_device": _buffer(exchanges[0].from_device),
            }
            print(json.dumps(report), flush=True)
    seat.close()
    os._exit(0)


if __name__ == "__main__":
    main()
