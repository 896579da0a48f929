"""A line's voice between the modem's clock and the call's. Joins `hw.audio` and a line; must not know SIP.

While voice is carried, a thread waits for each frame of the line and gives it one in return, so that the line's own
clock paces both directions; the elastic buffers of `hw.audio` make up for the difference to the call's clock.
"""

from __future__ import annotations

import threading

from appliance.devices.line.lead_in import LeadIn
from hw.audio.exchange import SoundExchange
from hw.line.g711 import mulaw_of, pcm_of
from hw.line.interface import FRAME, LineDriver

SILENCE = bytes(2 * FRAME)
_PATIENCE_S = 0.2


class LineSound:
    """`heard` and `said` come from the call's media thread, the rest from the service's."""

    def __init__(self, line: LineDriver) -> None:
        self._line = line
        self._exchange = SoundExchange()
        self._lead = LeadIn()
        self._carrying = threading.Event()
        self._thread: threading.Thread | None = None

    def heard(self, frame: bytes) -> None:
        """What the box says; kept for a moment while the line is not open yet."""
        self._lead.put(frame)
        if self._carrying.is_set() and (late := self._lead.take()) is not None:
            self._exchange.heard(late)

    def said(self) -> bytes:
        """What the line says."""
        return self._exchange.said() if self._carrying.is_set() else SILENCE

    def carry(self, *, on: bool) -> None:
        """Twice is safe. Off forgets what was kept."""
        if on and self._thread is None:
            self._exchange = SoundExchange()
            self._carrying.set()
            self._thread = threading.Thread(target=self._run, name="voice of the line", daemon=True)
            self._thread.start()
        elif not on:
            self._carrying.clear()
            if self._thread is not None:
                self._thread.join()
                self._thread = None
            self._lead = LeadIn()

    def _run(self) -> None:
        while self._line.next_frame() is not None:
            pass  # of the time before
        while self._carrying.is_set():
            frame = self._line.next_frame(_PATIENCE_S)
            if frame is not None:
                self._exchange.captured(pcm_of(frame))
                self._line.play(mulaw_of(self._exchange.to_play(FRAME)))
