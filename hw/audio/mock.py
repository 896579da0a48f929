"""Sound without a sound card: a thread with a clock of its own, which may run wrong on purpose.

The microphone says what `inject_sound` gave it, over and over; what is played is kept in `heard`. `inject_unplug` ends
it as pulling the plug does.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque

from hw.audio.exchange import BLOCK_SAMPLES, CALL_RATE_HZ
from hw.audio.interface import DeviceSide, SoundStream

BLOCK_S = BLOCK_SAMPLES / CALL_RATE_HZ
_BLOCK_BYTES = 2 * BLOCK_SAMPLES


class MockStream(SoundStream):
    """ppm: how much too fast its clock runs. heard: everything played since it was opened, 16 bit at 8 kHz."""

    def __init__(self, exchange: DeviceSide, *, ppm: float = 0.0, microphone: bytes = b"") -> None:
        self.exchange = exchange
        self.heard = bytearray()
        self.closed = False
        self._microphone = microphone
        self._at = 0
        self._echo: deque[bytes] | None = None
        self._fault = ""
        self._block_s = BLOCK_S / (1 + ppm * 1e-6)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mock sound", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str:
        return self._fault

    def inject_sound(self, sound: bytes) -> None:
        """What the wearer says from now on, over and over; empty: nothing. 16 bit at 8 kHz."""
        self._microphone, self._at = sound, 0

    def inject_loop_back(self, delay_s: float = 0.02) -> None:
        """The microphone hears the ear from now on, as if held to it."""
        self._echo = deque([bytes(_BLOCK_BYTES)] * max(1, round(delay_s / BLOCK_S)))

    def inject_unplug(self) -> None:
        """It goes."""
        self._fault = "the mock was unplugged; plug it in again"
        self._stop.set()

    def close(self) -> None:
        self.closed = True
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))  # as real sound has it
        began, blocks = time.monotonic(), 0
        while not self._stop.is_set():
            self.exchange.captured(self._said())
            block = self.exchange.to_play(BLOCK_SAMPLES)
            self.heard += block
            if self._echo is not None:
                self._echo.append(block)
            blocks += 1
            self._stop.wait(max(0.0, began + blocks * self._block_s - time.monotonic()))

    def _said(self) -> bytes:
        if self._echo is not None:
            return self._echo.popleft()
        sound = self._microphone
        if len(sound) < _BLOCK_BYTES:
            return bytes(_BLOCK_BYTES)
        block = sound[self._at : self._at + _BLOCK_BYTES]
        if len(block) < _BLOCK_BYTES:
            block += sound[: _BLOCK_BYTES - len(block)]
        self._at = (self._at + _BLOCK_BYTES) % len(sound)
        return block
