"""Marked two-way RTP for many phones at once: the bench's media plant.

One process of its own drives all streams: it sends a 20 ms PCMU frame of each on an absolute schedule (streams are
spread over the 20 ms as real phones are), sends to wherever the latest packet of the stream came from, and
counts the marks it hears. Arrival times are the kernel's. SIP is somebody else's; ports stand in the SDP.

Run as a program it reads one JSON line (the plan) and then commands: `report` → one JSON line, end of file → stop.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import socket
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.child import Child
from kit.marks import MARK, filler, mark, read_marks

FRAME_NS = 20_000_000
SLOTS = 10  # groups of streams, 2 ms apart
_SO_TIMESTAMPNS = 35  # <asm-generic/socket.h>
_ANCILLARY = socket.CMSG_SPACE(16)
_TIMESPEC = struct.Struct("@ll")
_HEADER = struct.Struct("!BBHII")


@dataclass(slots=True)
class Heard:
    """Marks of one sender at one receiver."""

    frames: set[int] = field(default_factory=set)
    first: int = 0xFFFFFF
    last: int = -1
    repeated: int = 0

    def take(self, frame: int) -> None:
        if frame in self.frames:
            self.repeated += 1
            return
        self.frames.add(frame)
        self.first = min(self.first, frame)
        self.last = max(self.last, frame)


@dataclass(slots=True)
class Jitter:
    """Interarrival jitter of one source (RFC 3550 section 6.4.1), in seconds."""

    ssrc: int
    transit: float
    value: float = 0.0
    highest: float = 0.0
    packets: int = 0

    def take(self, transit: float) -> None:
        change = abs(transit - self.transit)
        self.transit = transit
        self.packets += 1
        self.value += (change - self.value) / 16.0
        self.highest = max(self.highest, self.value)


class Stream:
    """One phone's RTP socket."""

    def __init__(self, number: int, port: int, tone_hz: float) -> None:
        self.number = number
        self.sent = self.received = self.unmarked = 0
        self.heard: dict[int, Heard] = {}
        self.jitters: list[Jitter] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.socket.bind(("127.0.0.1", port))
        self.socket.setblocking(False)
        self._remote: Any = None
        self._tail = b""  # what may be the beginning of a mark that ends in the next packet
        self._next = 0  # sequence number that continues the tail
        self._packet = bytearray(12) + bytearray(20) + filler(tone_hz)

    def send(self) -> None:
        """The next frame, if anybody is there."""
        if self._remote is None:
            return
        frame = self.sent
        _HEADER.pack_into(self._packet, 0, 0x80, 0, frame & 0xFFFF, frame * 160 & 0xFFFFFFFF, 0x4C4B0000 | self.number)
        self._packet[12:32] = mark(self.number, frame)
        self.socket.sendto(self._packet, self._remote)
        self.sent = frame + 1

    def receive(self) -> None:
        """Everything that has arrived."""
        while True:
            try:
                data, notes, _, remote = self.socket.recvmsg(2048, _ANCILLARY)
            except BlockingIOError:
                return
            self._remote = remote
            self._take(data, notes[0][2])

    def _take(self, data: bytes, stamp: bytes) -> None:
        _, kind, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        if kind & 0x7F != 0:
            return
        self.received += 1
        seconds, nanoseconds = _TIMESPEC.unpack_from(stamp)
        transit = seconds % 100_000 + nanoseconds * 1e-9 - timestamp / 8000.0
        if not self.jitters or self.jitters[-1].ssrc != ssrc:
            self.jitters.append(Jitter(ssrc=ssrc, transit=transit))
        self.jitters[-1].take(transit)
        self._count_marks(data[12:], sequence)

    def _count_marks(self, payload: bytes, sequence: int) -> None:
        found = read_marks(self._tail + payload if sequence == self._next else payload)
        self._tail, self._next = payload[1 - MARK :], sequence + 1 & 0xFFFF
        if not found:
            self.unmarked += 1
        for sender, frame in found:
            if sender not in self.heard:
                self.heard[sender] = Heard()
            self.heard[sender].take(frame)


class Plant:
    """All streams of this process and the clock that drives them."""

    def __init__(self, streams: Sequence[Stream]) -> None:
        self._streams = {stream.socket.fileno(): stream for stream in streams}
        self._groups = [list(streams[slot::SLOTS]) for slot in range(SLOTS)]
        self._epoll = select.epoll()
        for number in self._streams:
            self._epoll.register(number, select.EPOLLIN)
        self._late_ns = 0

    def run(self) -> None:
        """Until standard input ends."""
        commands = select.epoll()
        commands.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
        due = time.monotonic_ns()
        step = 0
        while True:
            due += FRAME_NS // SLOTS
            self._sleep_until(due)
            for number, _ in self._epoll.poll(0):
                self._streams[number].receive()
            for stream in self._groups[step % SLOTS]:
                stream.send()
            step += 1
            if step % (5 * SLOTS) == 0 and commands.poll(0) and not self._obey():
                return

    def _sleep_until(self, due: int) -> None:
        left = due - time.monotonic_ns()
        if left > 0:
            time.sleep(left * 1e-9)
        else:
            self._late_ns = max(self._late_ns, -left)

    def _obey(self) -> bool:
        command = os.read(sys.stdin.fileno(), 64)
        if b"report" in command:
            print(json.dumps(self._report()), flush=True)
        return bool(command)

    def _report(self) -> dict[str, Any]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "late_ms": self._late_ns / 1e6,
            "streams": [_facts(stream) for stream in self._streams.values()],
        }


def _facts(stream: Stream) -> dict[str, Any]:
    return {
        "stream": stream.number,
        "sent": stream.sent,
        "received": stream.received,
        "unmarked": stream.unmarked,
        "jitter_ms": 1000.0 * max((each.highest for each in stream.jitters if each.packets > 1), default=0.0),
        "heard": {
            str(sender): {
                "first": heard.first,
                "last": heard.last,
                "distinct": len(heard.frames),
                "repeated": heard.repeated,
            }
            for sender, heard in stream.heard.items()
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A stream of the plan: its number stands in the marks, its port in the SDP."""

    number: int
    port: int
    tone_hz: float = 400.0


class MediaPlant(Child):
    """The plant as a child process. A context manager; `report()`: counts so far, `cpu_s late_ms streams[stream sent
    received unmarked jitter_ms heard{sender: …}]`."""

    def __init__(self, phones: Sequence[Phone], *, log: Path) -> None:
        plan = [{"number": phone.number, "port": phone.port, "tone_hz": phone.tone_hz} for phone in phones]
        super().__init__("kit.media", plan, log=log)


def main() -> None:
    """Read the plan, say that all sockets are bound, run.

    Ahead of the box where that is allowed: a measuring phone that stutters would be counted as the box's jitter.
    """
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    plan = json.loads(sys.stdin.buffer.readline())
    streams = [Stream(row["number"], row["port"], row["tone_hz"]) for row in plan]
    print("ready", flush=True)
    Plant(streams).run()


if __name__ == "__main__":
    main()
