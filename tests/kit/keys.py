"""Phones that press keys and time the answer: how long after a key does the next prompt's first packet arrive?

One process drives all of them. Each sends 20 ms PCMU frames, and now and then an RFC 4733 event (100 ms, payload type
101). It stamps the event's first packet as it leaves, and takes the kernel's arrival time of the first packet that is
no silence. A key is pressed only after silence, at a random moment.

Run as a program it reads one JSON line (the plan), then `report` → one JSON line; end of file → stop.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.child import Child
from kit.marks import linear

FRAME_NS = 20_000_000
SLOTS = 10  # groups of phones, 2 ms apart
EVENT_FRAMES = 5  # 100 ms, the last of them sent three times (RFC 4733 §2.5.1.4)
EVENT_TYPE = 101
QUIET_S = 0.3  # of silence before a key
LEAST_S, MOST_S = 0.1, 0.9  # and then a while more
PATIENCE_S = 2.0
LOUD = 1000  # 16-bit level that no silence has
_SO_TIMESTAMPNS = 35  # <asm-generic/socket.h>
_ANCILLARY = socket.CMSG_SPACE(16)
_TIMESPEC = struct.Struct("@ll")
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_SILENCE = b"\xff" * 160
_IS_LOUD = bytes(abs(linear(byte)) >= LOUD for byte in range(256))


@dataclass(slots=True)
class Press:
    """A key under way: its first packet left at `left_ns`."""

    left_ns: int
    timestamp: int
    frames: int = 0
    answered: bool = False


@dataclass(slots=True)
class Phone:
    """One caller: an RTP socket, what it heard last, and the times it measured (ms)."""

    number: int
    socket: socket.socket
    random: random.Random
    key: int = 1
    remote: Any = None
    sequence: int = 0
    timestamp: int = 0
    loud_ns: int = 0
    next_ns: int = 0
    press: Press | None = None
    answers_ms: list[float] = field(default_factory=list)
    lost: int = 0
    heard: int = 0

    def receive(self) -> None:
        """Everything that has arrived."""
        while True:
            try:
                data, notes, _, remote = self.socket.recvmsg(2048, _ANCILLARY)
            except BlockingIOError:
                return
            self.remote = remote
            seconds, nanoseconds = _TIMESPEC.unpack_from(notes[0][2])
            if data[1] & 0x7F == 0 and data[12:].translate(_IS_LOUD).count(1):
                self._heard(seconds * 1_000_000_000 + nanoseconds)

    def _heard(self, at_ns: int) -> None:
        self.heard += 1
        self.loud_ns = at_ns
        self.next_ns = 0
        if self.press is not None and not self.press.answered and at_ns > self.press.left_ns:
            self.press.answered = True
            self.answers_ms.append((at_ns - self.press.left_ns) / 1e6)

    def send(self, now_ns: int, *, may_press: bool) -> None:
        """The next frame: a piece of the event, or silence."""
        if self.remote is None:
            return
        if self.press is None and may_press and self._is_time(now_ns):
            self.press = Press(left_ns=0, timestamp=self.timestamp)
        if self.press is not None and self.press.frames < EVENT_FRAMES:
            self._send_event(self.press)
        else:
            self._packet(0, self.timestamp, _SILENCE)
            self._look(now_ns)
        self.timestamp = self.timestamp + 160 & 0xFFFFFFFF

    def _is_time(self, now_ns: int) -> bool:
        if not self.loud_ns or now_ns - self.loud_ns < QUIET_S * 1e9:
            return False
        if not self.next_ns:
            self.next_ns = now_ns + round(self.random.uniform(LEAST_S, MOST_S) * 1e9)
        return now_ns >= self.next_ns

    def _send_event(self, press: Press) -> None:
        press.frames += 1
        last = press.frames == EVENT_FRAMES
        payload = _EVENT.pack(self.key, 0x80 * last | 10, 160 * press.frames)
        if press.frames == 1:
            press.left_ns = time.time_ns()
        for _ in range(3 if last else 1):
            self._packet(EVENT_TYPE | 0x80 * (press.frames == 1), press.timestamp, payload)

    def _look(self, now_ns: int) -> None:
        """A key whose answer was heard, or never came, makes room for the next."""
        if self.press is None:
            return
        if not self.press.answered and now_ns - self.press.left_ns < PATIENCE_S * 1e9:
            return
        self.lost += not self.press.answered
        self.next_ns = 0
        self.press = None

    def _packet(self, kind: int, timestamp: int, payload: bytes) -> None:
        self.sequence = self.sequence + 1 & 0xFFFF
        header = _HEADER.pack(0x80, kind, self.sequence, timestamp, 0x4B590000 | self.number)
        with contextlib.suppress(OSError):
            self.socket.sendto(header + payload, self.remote)


class KeyPlant(Child):
    """The phones as a child process. A context manager; `report()`: `answers_ms lost heard late_ms`."""

    def __init__(self, ports: list[int], *, press_s: float, log: Path) -> None:
        """press_s: seconds during which keys are pressed, from the first prompt that is heard."""
        super().__init__("kit.keys", {"ports": ports, "press_s": press_s}, log=log)


def main() -> None:
    """Read the plan, say that all sockets are bound, run. Ahead of the box where that is allowed."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    plan = json.loads(sys.stdin.buffer.readline())
    phones = [_phone(number, port) for number, port in enumerate(plan["ports"])]
    print("ready", flush=True)
    _run(phones, round(plan["press_s"] * 1e9))


def _phone(number: int, port: int) -> Phone:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    opened.bind(("127.0.0.1", port))
    opened.setblocking(False)
    return Phone(number=number, socket=opened, random=random.Random(number))


def _run(phones: list[Phone], press_ns: int) -> None:
    by_socket = {phone.socket.fileno(): phone for phone in phones}
    epoll, commands = select.epoll(), select.epoll()
    for number in by_socket:
        epoll.register(number, select.EPOLLIN)
    commands.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
    due, step, late_ns, began_ns = time.monotonic_ns(), 0, 0, 0
    while True:
        due += FRAME_NS // SLOTS
        left = due - time.monotonic_ns()
        late_ns = max(late_ns, -left)
        if left > 0:
            time.sleep(left * 1e-9)
        for number, _ in epoll.poll(0):
            by_socket[number].receive()
        now_ns = time.time_ns()
        began_ns = began_ns or max(phone.loud_ns for phone in phones)
        for phone in phones[step % SLOTS :: SLOTS]:
            phone.send(now_ns, may_press=not began_ns or now_ns - began_ns < press_ns)
        step += 1
        if step % (5 * SLOTS) == 0 and commands.poll(0) and not _obey(phones, late_ns):
            return


def _obey(phones: list[Phone], late_ns: int) -> bool:
    command = os.read(sys.stdin.fileno(), 64)
    if b"report" in command:
        answers = [answer for phone in phones for answer in phone.answers_ms]
        report = {
            "answers_ms": answers,
            "lost": sum(phone.lost for phone in phones),
            "heard": [phone.heard for phone in phones],
            "late_ms": late_ns / 1e6,
        }
        print(json.dumps(report), flush=True)
    return bool(command)


if __name__ == "__main__":
    main()
