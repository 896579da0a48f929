"""How a DAA is wired to the box: which pins, which sound card. It is its address as well: a DAA can't be found by
itself.

    daa:ring=17,hook=27,loop=22,polarity=23,voltage=24,audio=CODEC

ring and hook must be there, numbers are GPIO numbers (BCM); a name with "!" behind its number is active low.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hw.errors import DeviceAbsentError

SCHEME = "daa:"
_PIN = re.compile(r"^([0-9]{1,3})(!?)$")
_CARD = re.compile(r"^[A-Za-z0-9_.:=,-]{1,64}$")
EXAMPLE = "daa:ring=17!,hook=27,audio=CODEC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """gpio: BCM number; low: active when low."""

    gpio: int
    low: bool = False

    def __str__(self) -> str:
        return f"{self.gpio}{'!' if self.low else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """ring: toggles while it rings; hook: closes the loop; loop: active while loop current flows; polarity: changes
    with the line's polarity; voltage: active while there is a line; audio: (part of) the sound card's name."""

    ring: Pin
    hook: Pin
    loop: Pin | None = None
    polarity: Pin | None = None
    voltage: Pin | None = None
    audio: str = ""

    def __str__(self) -> str:
        pins = (f"{name}={pin}" for name in _PINS if (pin := getattr(self, name)) is not None)
        return SCHEME + ",".join([*pins, *([f"audio={self.audio}"] if self.audio else [])])


_PINS = ("ring", "hook", "loop", "polarity", "voltage")


def parse_wiring(address: str) -> Wiring:
    """Raises DeviceAbsentError for what is no wiring."""
    parts = dict(part.partition("=")[::2] for part in address.removeprefix(SCHEME).split(",") if part)
    unknown = [name for name in parts if name not in (*_PINS, "audio")]
    if not address.startswith(SCHEME) or unknown or not {"ring", "hook"} <= parts.keys():
        what = f"{unknown[0]!r} is no part of it" if unknown else "it needs ring and hook"
        raise DeviceAbsentError(f"{address!r} is no DAA ({what}); write it as {EXAMPLE}")
    pins = {name: _pin(name, parts[name]) for name in _PINS if name in parts}
    taken = [pin.gpio for pin in pins.values()]
    if len(set(taken)) < len(taken):
        raise DeviceAbsentError(f"{address!r} names a pin twice; each does one thing")
    audio = parts.get("audio", "")
    if audio and not _CARD.match(audio):
        raise DeviceAbsentError(f"{audio!r} is no name of a sound card; 'aplay -l' shows them")
    return Wiring(**pins, audio=audio)


def _pin(name: str, text: str) -> Pin:
    found = _PIN.match(text)
    if found is None:
        raise DeviceAbsentError(f"{name}={text!r} is no pin; write its GPIO number, with ! behind it if active low")
    return Pin(gpio=int(found[1]), low=bool(found[2]))
