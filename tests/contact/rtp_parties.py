"""Voices and ears of a test: PCMU streams on one clock, each saying what the test tells it to say.

One thread sends a 20 ms frame for every party at the same instant and keeps what each has heard. Keys are RFC 4733
events. Where a party sends is learnt from where it hears from, or told by `towards`.
"""

from __future__ import annotations

import array
import contextlib
import math
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Self

from kit.audio import Sound
from kit.marks import linear, ulaw
from kit.processes import wait_until

FRAME = 160  # samples of 20 ms
RATE_HZ = 8000
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_DYNAMIC = 96  # payload types from here on are no codec of ours: events
_KEYS = "0123456789*#"
_LINEAR = [linear(byte) for byte in range(256)]
_SILENCE = bytes([ulaw(0)]) * FRAME


def tone_frames(frequency_hz: float, peak: int = 8000) -> Iterator[bytes]:
    """Frames of a sine, for ever."""
    at = 0
    while True:
        turns = (2 * math.pi * frequency_hz * (at + step) / RATE_HZ for step in range(FRAME))
        yield bytes(ulaw(round(peak * math.sin(turn))) for turn in turns)
        at += FRAME


class RtpParty:
    """One stream both ways. Says nothing at all until `say` or `be_silent`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.event_type = 101  # payload type of our keys, as the other side's offer says
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.socket.setblocking(False)
        self._frames: Iterator[bytes] | None = None
        self._remote: tuple[str, int] | None = None
        self._sequence = self._timestamp = 0
        self._keys: list[tuple[int, int]] = []  # (event, packets sent)
        self._heard = array.array("h")
        self._pressed: dict[int, str] = {}  # RTP time of an event → its key
        self._lock = threading.Lock()

    # ── what it does ─────────────────────────────────────────────────────────────────────────────────────────────

    def towards(self, port: int) -> None:
        """Send to this port of 127.0.0.1."""
        self._remote = ("127.0.0.1", port)

    def say(self, frequency_hz: float) -> None:
        """A tone, from the next frame on."""
        self._frames = tone_frames(frequency_hz)

    def be_silent(self) -> None:
        """Frames of silence."""
        self._frames = _endless(_SILENCE)

    def send_nothing(self) -> None:
        """No packet at all."""
        self._frames = None

    def press(self, keys: str) -> None:
        """Keys as RFC 4733 events of 100 ms, one after the other."""
        with self._lock:
            self._keys += [(_KEYS.index(key), 0) for key in keys]

    # ── what it heard ────────────────────────────────────────────────────────────────────────────────────────────

    def heard(self) -> Sound:
        """Everything so far, without gaps."""
        with self._lock:
            return Sound(rate_hz=RATE_HZ, samples=self._heard[:])

    def wait_heard(
        self, fits: Callable[[Sound], bool], what: str, *, since_s: float = 0.0, timeout_s: float = 10.0
    ) -> Sound:
        """Until what was heard after `since_s` seconds of received sound fits."""

        def found() -> Sound | None:
            sound = self.heard().part(since_s)
            return sound if fits(sound) else None

        sound = wait_until(found, timeout_s=timeout_s, what=f"party at {self.port} hears {what}")
        assert sound is not None
        return sound

    def hears_tone(self, frequency_hz: float) -> None:
        """Until the last 0.2 s heard from now on are this tone."""
        since_s = self.heard().duration_s
        self.wait_heard(
            lambda sound: sound.duration_s >= 0.2 and sound.part(-0.2).has_tone(frequency_hz),
            f"{frequency_hz:g} Hz",
            since_s=since_s,
        )

    def hears_tones(self, *frequencies_hz: float) -> None:
        """Until the last 0.2 s heard from now on are these tones, together and about equally loud, and no others."""
        since_s, count = self.heard().duration_s, len(frequencies_hz)

        def fits(sound: Sound) -> bool:
            last = sound.part(-0.2)
            shares = [last.tone_share(hz) for hz in frequencies_hz]
            return last.rms() >= 300 and min(shares) >= 0.5 / count and sum(shares) >= 0.8

        self.wait_heard(
            lambda sound: sound.duration_s >= 0.2 and fits(sound), f"{frequencies_hz} Hz together", since_s=since_s
        )

    def gets_keys(self, keys: str) -> None:
        """Until exactly these keys have come as RFC 4733 events, since the beginning."""

        def got() -> str:
            with self._lock:
                return "".join(self._pressed.values())

        wait_until(lambda: got() == keys, timeout_s=10.0, what=f"party at {self.port} gets {keys}, not {got()}")

    def hears_silence(self, seconds: float = 0.4) -> None:
        """Until the last `seconds` heard from now on are silent."""
        since_s = self.heard().duration_s
        self.wait_heard(
            lambda sound: sound.duration_s >= seconds and sound.part(-seconds).rms() < 60,
            f"silence for {seconds} s",
            since_s=since_s,
        )

    # ── driven by the clock ──────────────────────────────────────────────────────────────────────────────────────

    def turn(self) -> None:
        """20 ms of sending, and everything that has arrived."""
        self._receive()
        if self._remote is None or self._frames is None:
            return
        with self._lock:
            key = self._keys[0] if self._keys else None
        payload = next(self._frames)
        if key is None:
            self._send(0, payload, mark=self._sequence == 0)
        else:
            self._send_key(*key)
        self._timestamp += FRAME

    def _send_key(self, event: int, sent: int) -> None:
        """Five packets of a growing event, three of its end (RFC 4733 §2.5.1)."""
        start = self._timestamp - sent * FRAME
        ends = sent >= 5
        duration = min(sent + 1, 5) * FRAME
        body = _EVENT.pack(event, 0x80 | 10 if ends else 10, duration)
        self._send(self.event_type, body, mark=sent == 0, timestamp=start)
        with self._lock:
            self._keys[0] = (event, sent + 1)
            if sent == 7:
                del self._keys[0]

    def _send(self, kind: int, payload: bytes, *, mark: bool, timestamp: int | None = None) -> None:
        assert self._remote is not None
        when = self._timestamp if timestamp is None else timestamp
        head = _HEADER.pack(0x80, kind | (0x80 if mark else 0), self._sequence & 0xFFFF, when & 0xFFFFFFFF, self.port)
        self._sequence += 1
        try:
            self.socket.sendto(head + payload, self._remote)
        except ConnectionRefusedError:
            return  # nobody there any more

    def _receive(self) -> None:
        while True:
            try:
                data, self._remote = self.socket.recvfrom(2048)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            if data[1] & 0x7F >= _DYNAMIC and len(data) >= 16:
                stamp, event = int.from_bytes(data[4:8], "big"), data[12]
                with self._lock:
                    self._pressed[stamp] = _KEYS[event]
            if data[1] & 0x7F == 0:
                with self._lock:
                    self._heard.extend(_LINEAR[byte] for byte in data[12:])


class Studio:
    """All parties of a test and the thread that drives them. A context manager."""

    def __init__(self) -> None:
        self._parties: list[RtpParty] = []
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="studio", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def party(self, port: int) -> RtpParty:
        """A new party, silent but listening."""
        made = RtpParty(port)
        made.be_silent()
        with self._lock:
            self._parties.append(made)
        return made

    def dismiss(self) -> list[int]:
        """Every party goes home: a port they sent to may be another contact's next. Returns their own ports."""
        with self._lock:
            gone, self._parties = self._parties, []
        for party in gone:
            party.socket.close()
        return [party.port for party in gone]

    def together(self, *acts: Callable[[], None]) -> None:
        """Do all of it between two frames, so that every party begins with the same one."""
        with self._lock:
            for act in acts:
                act()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join(5)
        self.dismiss()

    def _run(self) -> None:
        with contextlib.suppress(PermissionError):  # above what else runs, as the media clock it talks to
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        due = time.monotonic()
        while not self._stopping.is_set():
            due += 0.02
            time.sleep(max(0.0, due - time.monotonic()))
            with self._lock:
                for party in self._parties:
                    party.turn()


def _endless(frame: bytes) -> Iterator[bytes]:
    while True:
        yield frame
