"""How a DAA is wired to the box: which pins, which sound card. It is its address as well (`hw.gpio`).

    daa:ring=17,hook=27,loop=22,polarity=23,voltage=24,audio=CODEC

ring and hook must be there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hw.errors import DeviceAbsentError
from hw.gpio import Pin, parts_of, pins_of, refuse_unknown

EXAMPLE = "daa:ring=17!,hook=27,audio=CODEC"
PINS = ("ring", "hook", "loop", "polarity", "voltage")
_CARD = re.compile(r"^[A-Za-z0-9_.:-]{1,64}$")


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
        pins = [f"{name}={pin}" for name in PINS if (pin := getattr(self, name)) is not None]
        return "daa:" + ",".join([*pins, *([f"audio={self.audio}"] if self.audio else [])])


def parse_wiring(address: str) -> Wiring:
    """Raises DeviceAbsentError for what is no wiring."""
    parts = parts_of(address, "daa", EXAMPLE)
    refuse_unknown(parts, (*PINS, "audio"), EXAMPLE)
    pins = pins_of(parts, PINS, address)
    audio = parts.get("audio", "")
    if not {"ring", "hook"} <= pins.keys():
        raise DeviceAbsentError(f"{address!r} is no DAA (it needs ring and hook); write it as {EXAMPLE}")
    if audio and not _CARD.match(audio):
        raise DeviceAbsentError(f"{audio!r} is no name of a sound card; 'aplay -l' shows them")
    return Wiring(**pins, audio=audio)
