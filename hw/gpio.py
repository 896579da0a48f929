"""GPIO pins as addresses name them, and gpiozero's errors as this library's.

An address is its wiring, since nothing on a pin can be found by itself: `daa:ring=17!,hook=27`. Numbers are GPIO
numbers (BCM), "!" behind one is active low.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import gpiozero

from hw.errors import DeviceAbsentError, DeviceBusyError, DeviceError, DriverError

_PIN = re.compile(r"^([0-9]{1,3})(!?)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """gpio: BCM number; low: active when low."""

    gpio: int
    low: bool = False

    def __str__(self) -> str:
        return f"{self.gpio}{'!' if self.low else ''}"


def parts_of(address: str, scheme: str, example: str) -> dict[str, str]:
    """`scheme:name=value,…` by name. Raises DeviceAbsentError for another scheme."""
    if not address.startswith(f"{scheme}:"):
        raise DeviceAbsentError(f"{address!r} is no {scheme}; write it as {example}")
    return dict(part.partition("=")[::2] for part in address.partition(":")[2].split(",") if part)


def pins_of(parts: Mapping[str, str], names: Sequence[str], address: str) -> dict[str, Pin]:
    """Those of `names` that are wired. Raises DeviceAbsentError for what is no pin, or one that is taken twice."""
    pins = {name: _pin(name, parts[name]) for name in names if name in parts}
    if len({pin.gpio for pin in pins.values()}) < len(pins):
        raise DeviceAbsentError(f"{address!r} names a pin twice; each does one thing")
    return pins


def refuse_unknown(parts: Mapping[str, str], known: Sequence[str], example: str) -> None:
    """Raises DeviceAbsentError."""
    unknown = [name for name in parts if name not in known]
    if unknown:
        raise DeviceAbsentError(f"{unknown[0]!r} is no part of a wiring; write it as {example}")


@contextmanager
def gpio_errors(address: object) -> Iterator[None]:
    """Whatever gpiozero raises, as DeviceError or DriverError."""
    try:
        yield
    except gpiozero.GPIOPinInUse as error:
        raise DeviceBusyError(f"{address}", f"another part of this program ({error})") from error
    except (gpiozero.BadPinFactory, gpiozero.PinInvalidPin) as error:
        raise DriverError(f"no GPIO pins here ({error}); is this a Raspberry Pi, and lgpio installed?") from error
    except (gpiozero.GPIOZeroError, OSError) as error:
        raise DeviceError(f"{address} can't be used ({error}); is the user in the group gpio?") from error


def _pin(name: str, text: str) -> Pin:
    found = _PIN.match(text)
    if found is None:
        raise DeviceAbsentError(f"{name}={text!r} is no pin; write its GPIO number, with ! behind it if active low")
    return Pin(gpio=int(found[1]), low=bool(found[2]))
