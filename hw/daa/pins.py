"""A DAA's pins by gpiozero: on a Pi by lgpio, in tests by gpiozero's own mock factory or the kernel's gpio-sim.

Each change is handed on with its time, from whatever thread gpiozero has; what it means is `daa_line`'s business.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gpiozero

from hw.daa.daa_line import Senses
from hw.daa.wiring import Wiring
from hw.errors import DeviceError, DriverError
from hw.gpio import Pin, gpio_errors

Changed = Callable[[str, bool, float], None]  # pin's name, active, monotonic seconds


class DaaPins:
    """Open until `close`. on-hook from the beginning."""

    def __init__(self, wiring: Wiring, changed: Changed, factory: Any = None) -> None:
        """factory: gpiozero's own choice unless given. Raises DriverError, DeviceBusyError."""
        self._changed = changed
        self._factory = factory
        self._devices: list[Any] = []
        self.senses = Senses(
            current=wiring.loop is not None, polarity=wiring.polarity is not None, voltage=wiring.voltage is not None
        )
        try:
            with gpio_errors(wiring):
                self._open(wiring)
        except (DeviceError, DriverError):
            self.close()
            raise

    def _open(self, wiring: Wiring) -> None:
        hook = {"active_high": not wiring.hook.low, "initial_value": False, "pin_factory": self._factory}
        self._hook = self._kept(gpiozero.DigitalOutputDevice(wiring.hook.gpio, **hook))
        self._inputs = {
            name: self._input(name, pin)
            for name in ("ring", "loop", "polarity", "voltage")
            if (pin := getattr(wiring, name)) is not None
        }

    def off_hook(self, off: bool) -> None:
        """Close the loop, or open it."""
        self._hook.value = int(off)

    def active(self, name: str) -> bool:
        """How an input is now; False for one that isn't wired."""
        return name in self._inputs and bool(self._inputs[name].value)

    def close(self) -> None:
        """On-hook, pins free. Twice is safe."""
        devices, self._devices = self._devices, []
        for device in reversed(devices):
            device.close()

    def _input(self, name: str, pin: Pin) -> Any:
        settings = {"pull_up": None, "active_state": not pin.low, "pin_factory": self._factory}
        device = self._kept(gpiozero.DigitalInputDevice(pin.gpio, **settings))
        device.when_activated = lambda: self._changed(name, True, time.monotonic())
        device.when_deactivated = lambda: self._changed(name, False, time.monotonic())
        return device

    def _kept(self, device: Any) -> Any:
        self._devices.append(device)
        return device
