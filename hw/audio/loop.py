"""A call with oneself: gives a device's sound the clock of a call, without SIP. For tests of the device.

What is to be said to the wearer is queued; what the wearer says can be led straight back to the ear.
"""

from __future__ import annotations

import array
import threading
import time
from collections import deque

from hw.audio.exchange import CALL_RATE_HZ, CALL_SAMPLES, SoundExchange

FRAME_S = CALL_SAMPLES / CALL_RATE_HZ
_FRAME_BYTES = 2 * CALL_SAMPLES


class Loop:
    """A context manager. looped: the ear hears the microphone. heard: every sample of the microphone so far; `said`:
    how many samples have been sent to the ear."""

    def __init__(self, exchange: SoundExchange) -> None:
        self.looped = False
        self.heard: array.array[int] = array.array("h")
        self.said = 0
        self._exchange = exchange
        self._waiting: deque[bytes] = deque()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loop", daemon=True)

    def __enter__(self) -> Loop:
        self._exchange.metered = True
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def speaking(self) -> bool:
        """Whether something queued is still to be said."""
        return bool(self._waiting)

    def say(self, sound: bytes) -> None:
        """16 bit at 8 kHz, after what is queued already; the last frame is filled with silence."""
        for at in range(0, len(sound), _FRAME_BYTES):
            self._waiting.append(sound[at : at + _FRAME_BYTES].ljust(_FRAME_BYTES, b"\0"))

    def wait(self, seconds: float) -> None:
        """Let it run."""
        self._stop.wait(seconds)

    def _run(self) -> None:
        began, turns = time.monotonic(), 0
        while not self._stop.is_set():
            microphone = self._exchange.said()
            self.heard.frombytes(microphone)
            self._exchange.heard(self._next(microphone))
            self.said += CALL_SAMPLES
            turns += 1
            self._stop.wait(max(0.0, began + turns * FRAME_S - time.monotonic()))

    def _next(self, microphone: bytes) -> bytes:
        if self._waiting:
            return self._waiting.popleft()
        return microphone if self.looped else bytes(_FRAME_BYTES)
