"""The call's side of a device's sound, in a thread with the call's clock: 20 ms a turn."""

from __future__ import annotations

import array
import math
import threading
import time

from hw.audio.exchange import CALL_SAMPLES, SoundExchange

TONE_HZ = 500.0


class Call:
    """The other side of a call: says a tone every 20 ms, keeps what it hears."""

    def __init__(self, exchange: SoundExchange) -> None:
        self.heard = array.array("h")
        self._exchange = exchange
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        wave = [round(8000 * math.sin(2 * math.pi * TONE_HZ * n / 8000)) for n in range(CALL_SAMPLES)]
        frame, began, turn = array.array("h", wave).tobytes(), time.monotonic(), 0
        while not self._stop.is_set():
            self._exchange.heard(frame)
            self.heard.frombytes(self._exchange.said())
            turn += 1
            self._stop.wait(max(0.0, began + turn * 0.02 - time.monotonic()))
