"""A call made of plain packets, so that times are those of the wire: INVITE, ACK, BYE, and RTP of G.711 µ-law.

What is sent and what came is kept with its time (monotonic seconds). Sends nothing again: loopback loses nothing.
"""

from __future__ import annotations

import array
import contextlib
import os
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Self

from hw.line.g711 import to_mulaw, to_samples

FRAME_S, FRAME = 0.02, 160
_HEADER = struct.Struct("!BBHII")
_SILENCE = b"\xff" * FRAME
_ANSWER_S = 15.0


@dataclass(slots=True)
class Packets:
    """One direction: the time of each packet, and its sound (µ-law)."""

    times: list[float] = field(default_factory=list)
    sounds: list[bytes] = field(default_factory=list)

    def samples(self, first: int = 0, last: int | None = None) -> array.array[int]:
        """16 bit, of packets `first` to `last`."""
        return array.array("h", to_samples(b"".join(self.sounds[first:last])))


def hurry() -> None:
    """This thread in real time, where it may: its lateness would be counted as the box's. All that share Python's lock
    with a call's threads must; who has it and isn't given a processor keeps them waiting."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


class RtpCall:
    """A context manager: the call is up inside. `queue`: µ-law frames still to be said; silence otherwise."""

    def __init__(self, sip_port: int, *, background: bytes = _SILENCE, number: str = "loop", own_port: int = 0) -> None:
        """background: the frames that are said, over and over, while nothing is queued. own_port: of our SIP."""
        self.sent, self.heard = Packets(), Packets()
        self.queue: list[bytes] = []
        self._background = [background[at : at + FRAME] for at in range(0, len(background), FRAME)]
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip.bind(("127.0.0.1", own_port))
        self._rtp.bind(("127.0.0.1", 0))
        self._target = ("127.0.0.1", sip_port)
        self._uri = f"sip:{number}@127.0.0.1:{sip_port}"
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._speak, self._listen)]
        self._media = ("127.0.0.1", 0)
        self._to = f"<{self._uri}>"

    def __enter__(self) -> Self:
        self._sip.settimeout(_ANSWER_S)
        self._send("INVITE", self._sdp())
        answer = ""
        while not answer.startswith("SIP/2.0 200"):
            answer = self._sip.recv(65535).decode()
            assert not re.match(r"SIP/2.0 [3-6]", answer), answer
        port = re.search(r"^m=audio (\d+)", answer, re.MULTILINE)
        to = re.search(r"^To: (.*?)\r$", answer, re.MULTILINE)
        assert port is not None
        assert to is not None
        self._media, self._to = ("127.0.0.1", int(port[1])), to[1]
        self._send("ACK")
        self._rtp.settimeout(0.2)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._send("BYE")
        self._sip.close()
        self._rtp.close()

    def say(self, samples: array.array[int]) -> int:
        """16 bit, from the start of a packet; the number of that packet in `sent`."""
        sound = to_mulaw(samples)
        sound += b"\xff" * (-len(sound) % FRAME)
        first = len(self.sent.sounds) + 1
        self.queue.extend(sound[at : at + FRAME] for at in range(0, len(sound), FRAME))
        return first

    # ── packets ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _speak(self) -> None:
        hurry()
        began = time.monotonic()
        while not self._stop.is_set():
            number = len(self.sent.sounds)
            sound = self.queue.pop(0) if self.queue else self._background[number % len(self._background)]
            header = _HEADER.pack(0x80, 0, number & 0xFFFF, number * FRAME & 0xFFFFFFFF, 0x4C4B)
            self._rtp.sendto(header + sound, self._media)
            self.sent.times.append(time.monotonic())
            self.sent.sounds.append(sound)
            self._stop.wait(max(0.0, began + (number + 1) * FRAME_S - time.monotonic()))

    def _listen(self) -> None:
        hurry()
        while not self._stop.is_set():
            try:
                packet = self._rtp.recv(2048)
            except TimeoutError:
                continue
            if packet[1] & 0x7F == 0:
                self.heard.times.append(time.monotonic())
                self.heard.sounds.append(packet[_HEADER.size :])

    def _send(self, method: str, body: str = "") -> None:
        here = f"127.0.0.1:{self._sip.getsockname()[1]}"
        number = 2 if method == "BYE" else 1
        lines = [
            f"{method} {self._uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{method}{here[10:]};rport",
            f"From: <sip:bench@{here}>;tag=b",
            f"To: {self._to}",
            f"Call-ID: bench-{here}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:bench@{here}>",
            "Call-Info: <http://127.0.0.1/>;answer-after=0",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._sip.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self._target)

    def _sdp(self) -> str:
        port = self._rtp.getsockname()[1]
        lines = ("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"m=audio {port} RTP/AVP 0")
        return "\r\n".join(lines) + "\r\n"
