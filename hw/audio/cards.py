"""The sound cards that the kernel has, and which of them is meant. Reads /proc/asound; opens nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from hw.errors import DeviceAbsentError

CARDS = Path("/proc/asound/cards")
_LINE = re.compile(r"^\s*(\d+) \[(\S+)\s*\]: (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """number: moves with the order of plugging in. id: what ALSA has it by, such as CODEC. name: as people read it."""

    number: int
    id: str
    name: str

    @property
    def capture_file(self) -> str:
        """Who has the card open has this one open."""
        return f"/dev/snd/pcmC{self.number}D0c"


def card_named(name: str, file: Path = CARDS) -> Card:
    """By its id, else by a part of its name. Raises DeviceAbsentError, which says what there is."""
    there = _cards(file)
    same = [card for card in there if card.id == name] or [card for card in there if name in card.name]
    if not same:
        shown = ", ".join(f"{card.id} ({card.name})" for card in there) or "none"
        raise DeviceAbsentError(f"no sound card {name!r}; there is: {shown}. 'aplay -l' shows them")
    return same[0]


def _cards(file: Path) -> list[Card]:
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return [Card(number=int(number), id=id_, name=name.strip()) for number, id_, name in _LINE.findall(text)]
