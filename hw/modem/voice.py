"""Voice on its way to a modem: keys that must be heard whole, talk that may be late, and how much of it now. Pure.

A stream goes both ways (+VTR), or one way at a time (+VRX, +VTX). Where the modem gives us voice, that paces ours;
where it only plays, the clock does, and the listener is given as much silence: whoever follows it sees no difference.
"""

from __future__ import annotations

import enum

from hw.line.g711 import SILENCE
from hw.line.outward import Outward
from hw.modem.pacing import Pacing

RATE = 8000
LONGEST_VOICE = RATE // 10  # samples of voice that may wait to be sent; what is older comes too late to be of use
TICK_S = 0.02
_FLOWS = 3 * RATE // 50  # samples since the last voice came, below which more is to be expected
_ONE_TIME = RATE // 2
_LONGEST_GAP_S = 0.5  # of a process that was away


class Direction(enum.Enum):
    """By the command that begins it (V.253 §9)."""

    BOTH = "AT+VTR"
    LISTEN = "AT+VRX"
    SPEAK = "AT+VTX"


class VoiceOut:
    """Of one modem, from stream to stream."""

    def __init__(self) -> None:
        self.direction = Direction.BOTH
        self._keys = bytearray()  # what must be heard whole, before any other
        self._voice = Outward(LONGEST_VOICE)
        self._since_voice = _FLOWS  # samples played
        self._since_dry = 0  # or since the stream began
        self._on_its_way = bytearray()  # sent, and not played by the modem's clock
        self._pacing = Pacing()
        self._played_until = 0.0

    @property
    def waits(self) -> bool:
        """Whether something that must be heard whole has not been sent yet."""
        return bool(self._keys)

    def begin(self, direction: Direction, now: float) -> None:
        """A stream begins."""
        self.direction, self._pacing, self._played_until = direction, Pacing(), now
        self._on_its_way.clear()
        self._since_dry = 0

    def put(self, audio: bytes, *, whole: bool) -> None:
        if whole:
            self._keys += audio
        else:
            self._voice.put(audio, self._pacing.surplus)
            self._since_voice = 0

    def clear(self) -> None:
        self._keys.clear()
        self._voice.clear()

    def received(self, samples: int) -> bytes:
        """So much came from the modem, so it has played as much: which; silence where it ran short. Empty where it
        only listens."""
        self._pacing.received(samples)
        self._since_voice += samples
        self._since_dry += samples
        if self.direction is Direction.LISTEN:
            return b""
        played = bytes(self._on_its_way[:samples])
        del self._on_its_way[:samples]
        return played + bytes([SILENCE]) * (samples - len(played))

    def ran_dry(self) -> None:
        """The modem says so. It does before the first voice too, and for as long as it lasts; that is one time."""
        if self._since_voice < _FLOWS and self._since_dry >= _ONE_TIME:
            self._pacing.ran_dry()
        self._since_dry = 0

    def next_tick(self) -> float | None:
        """When `tick` is due; None where the modem paces us."""
        return self._played_until + TICK_S if self.direction is Direction.SPEAK else None

    def tick(self, now: float) -> bytes:
        """Silence for the listener, as long as what the modem has played since."""
        samples = round(min(now - self._played_until, _LONGEST_GAP_S) * RATE)
        self._played_until = now
        self.received(samples)
        return bytes([SILENCE]) * samples

    def take(self) -> bytes:
        """What is to be sent now; silence where there is too little."""
        if self.direction is Direction.LISTEN:
            return b""
        sent = bytes(self._keys[: self._pacing.room_for_keys])
        del self._keys[: len(sent)]
        if not self._keys:
            sent += self._voice.take(self._pacing.room - len(sent))
        need = self._pacing.need(voice_flows=self._since_voice < _FLOWS)
        sent += bytes([SILENCE]) * (need - len(sent))
        self._pacing.sent(len(sent))
        self._on_its_way += sent
        return sent
