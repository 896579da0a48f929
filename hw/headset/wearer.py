"""Who wears the mock headset: words from a terminal or a test become buttons, speech and a pulled plug.

Words: `lift`, `lower` (the hook switch), `mute`, `flash`, `redial`, `reject`, `louder`, `softer` (buttons), `say HZ` (a
tone into the microphone, 0: nothing), `unplug`; `heard FILE` writes what was played so far as raw 16-bit samples at
8 kHz. Each word is answered with the lamps that burn.
"""

from __future__ import annotations

import array
import math
from pathlib import Path

from hw.audio.exchange import CALL_RATE_HZ
from hw.audio.mock import MockStream
from hw.errors import HwError
from hw.headset.mock_headset import MockHeadset
from hw.headset.usages import FLASH, NAMES, PHONE_MUTE, REDIAL, REJECT, VOLUME_DOWN, VOLUME_UP

_BUTTONS = {
    "mute": PHONE_MUTE,
    "flash": FLASH,
    "redial": REDIAL,
    "reject": REJECT,
    "louder": VOLUME_UP,
    "softer": VOLUME_DOWN,
}
_LOUD = 8000


class WearerError(HwError):
    """A word that means nothing."""


class Wearer:
    """Of one mock. `stream`: its sound while it is open; what it heard is kept over several of them."""

    def __init__(self, headset: MockHeadset) -> None:
        self._headset = headset
        self._stream: MockStream | None = None
        self._voice = b""
        self._before = b""

    def wear(self, stream: MockStream) -> None:
        """The sound device has been opened (again)."""
        if self._stream is not None:
            self._before += bytes(self._stream.heard)
        self._stream = stream
        stream.inject_sound(self._voice)

    def obey(self, line: str) -> str:
        """The lamps that burn, by name. Raises WearerError."""
        word, _, rest = line.strip().partition(" ")
        if word in _BUTTONS:
            self._headset.inject_press(_BUTTONS[word])
        elif word in ("lift", "lower"):
            self._headset.inject_hook(off=word == "lift")
        elif word == "say":
            self._say(rest)
        elif word == "unplug":
            self._unplug()
        elif word == "heard":
            Path(rest).write_bytes(self.heard)
        elif word != "look":
            known = ", ".join(("lift", "lower", *_BUTTONS, "say HZ", "heard FILE", "unplug"))
            raise WearerError(f"{word!r} means nothing; say {known}")
        return self.lamps

    @property
    def lamps(self) -> str:
        """Names of those that burn, "dark" for none."""
        return ", ".join(sorted(NAMES[lamp] for lamp in self._headset.lamps)) or "dark"

    @property
    def heard(self) -> bytes:
        """Everything that was played."""
        return self._before + (bytes(self._stream.heard) if self._stream is not None else b"")

    def _say(self, frequency: str) -> None:
        try:
            hz = float(frequency)
        except ValueError:
            raise WearerError(f"{frequency!r} is no frequency; say 440, or 0 for silence") from None
        turn = 2 * math.pi * hz / CALL_RATE_HZ
        samples = (round(_LOUD * math.sin(turn * n)) for n in range(CALL_RATE_HZ))
        self._voice = array.array("h", samples).tobytes() if hz > 0 else b""
        if self._stream is not None:
            self._stream.inject_sound(self._voice)

    def _unplug(self) -> None:
        self._headset.inject_unplug()
        if self._stream is not None:
            self._stream.inject_unplug()
