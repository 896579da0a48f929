"""Sound between the media clock of pjsua2 and a device: a port of the conference bridge that Python feeds and empties.

The device is the one place where a Python port is on the talk path (architecture.md §2); its two callbacks come from
pjsua2's media thread every 20 ms (measured: 36 µs and 100 µs of one x86 core) and must neither wait nor call pjsua2.
"""

from __future__ import annotations

import logging
from typing import Protocol

import pjsua2 as pj

from appliance.devices.agent.settings import FRAME_BYTES, RATE_HZ, SILENCE

_log = logging.getLogger(__name__)


class SoundExchange(Protocol):
    """A device as the call hears it. Both methods are called from the media thread, every 20 ms while a call has sound;
    they must return at once and must not raise. Frames: 320 bytes, 160 samples of signed 16 bit at 8 kHz."""

    def heard(self, frame: bytes) -> None:
        """What the other party says now, for the device to play."""

    def said(self) -> bytes:
        """What the device hears now; silence where it has nothing."""


class Nothing:
    """Deaf and dumb: for an agent that has no device (yet)."""

    def heard(self, frame: bytes) -> None: ...

    def said(self) -> bytes:
        return SILENCE


class SoundPort(pj.AudioMediaPort):  # type: ignore[misc]  # pjsua2 has no types
    """A port of the bridge. Keep a strong reference for as long as the endpoint lives. `exchange` may be replaced."""

    def __init__(self, exchange: SoundExchange) -> None:
        super().__init__()
        self.exchange = exchange
        self._faulty = False
        shape = pj.MediaFormatAudio()
        shape.init(pj.PJMEDIA_FORMAT_PCM, RATE_HZ, 1, 20_000, 16)
        self.createPort("device", shape)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:  # noqa: N802
        try:
            if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO:
                self.exchange.heard(bytes(frame.buf))
        except Exception:  # the border to C++: nothing may pass
            self._fault()

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:  # noqa: N802
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        try:
            said = self.exchange.said()
            frame.buf = pj.ByteVector(said if len(said) == FRAME_BYTES else SILENCE)
        except Exception:  # as above
            frame.buf = pj.ByteVector(SILENCE)
            self._fault()

    def _fault(self) -> None:
        """Said once: it would be said fifty times a second."""
        if not self._faulty:
            self._faulty = True
            _log.exception("the device's sound failed; it is silent")
