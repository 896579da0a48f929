"""An id of this hardware, so that the console can tell a copied memory card from the box that it was copied from.

Taken from what a copy doesn't take along: the board's serial number, else the network cards' addresses. Only a hash
leaves the box. Must not use /etc/machine-id, which is on the card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

SERIAL = Path("/sys/firmware/devicetree/base/serial-number")  # Raspberry Pi; a PC's can be read by root only
CARDS = Path("/sys/class/net")


def machine_id(serial: Path = SERIAL, cards: Path = CARDS) -> str:
    """32 hexadecimal digits; the same one on every machine that has neither."""
    found = [text] if (text := _text(serial)) else sorted(_addresses(cards))
    return hashlib.sha256(("linekeeper-machine-1\n" + "\n".join(found)).encode()).hexdigest()[:32]


def _addresses(cards: Path) -> Iterator[str]:
    """Of cards that are built in: there is a device behind them, no plug, and an address that isn't made up."""
    for card in cards.iterdir() if cards.is_dir() else ():
        assigned = _text(card / "addr_assign_type")
        built_in = (card / "device").exists() and "usb" not in str((card / "device").resolve())
        if built_in and assigned == "0" and (address := _text(card / "address")):
            yield address


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip("\0\n ")
    except OSError:
        return ""
