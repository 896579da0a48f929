"""What every driver of every kind has in common: how it finds devices, probes them and names them. Pure data and types.

A *backend* is one way to reach devices of one kind (`headset.hidraw`, `modem.serial`, `modem.mock`). What a backend
opens is said by its kind: `hw.headset.interface`, `hw.line.interface`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


class Kind(enum.StrEnum):
    HEADSET = "headset"
    MODEM = "modem"
    DAA = "daa"
    PANEL = "panel"


MOCK = "mock"  # the name of every kind's mock


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A device that is plugged in. address: what `open` and `probe` want, such as /dev/ttyACM0. serial: "" where it has
    none. stable: an address that survives plugging it in again, "" for none."""

    kind: Kind
    driver: str
    address: str
    name: str
    vendor: int = 0
    product: int = 0
    serial: str = ""
    stable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What a device said of itself. `facts`: words for a technician, by subject; `remarks`: what it can't do, or what
    is wrong, each a sentence."""

    found: Found
    facts: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[str] = ()


@runtime_checkable
class Addressable(Protocol):
    """A backend whose devices may be named though nobody finds them: a serial port, a wiring."""

    def at(self, address: str) -> Found | None:
        """None for an address of another kind. Raises DeviceAbsentError for one that is wrong."""


@runtime_checkable
class Backend(Protocol):
    """Must be overridden: all of it. rank: a lower one is chosen first when nobody names a driver."""

    rank: int

    def check(self) -> None:
        """Raises DriverError where this backend can't work on this machine, and says why."""

    def find(self) -> Sequence[Found]:
        """What is plugged in now, opening nothing."""

    def probe(self, found: Found) -> Probed:
        """Ask the device. Raises DeviceError (absent, busy, gone)."""
