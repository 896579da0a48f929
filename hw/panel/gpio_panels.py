"""Front panels on GPIO pins, by gpiozero (lgpio on a Pi 4 and a Pi 5): lamps, bell, button."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Sequence
from typing import Any

import gpiozero

from hw.devices import Found, Kind, Probed
from hw.errors import DeviceError, DriverError
from hw.gpio import Pin, gpio_errors
from hw.panel.interface import PanelPort
from hw.panel.wiring import BUTTON, PanelWiring, parse_panel

NAME = "gpio"
WIRED = "LINEKEEPER_PANEL"  # the panel's address


class GpioPanel(PanelPort):
    """factory: gpiozero's own choice unless given. Raises DeviceError, DriverError."""

    def __init__(self, found: Found, factory: Any = None) -> None:
        self.found = found
        self.wiring: PanelWiring = parse_panel(found.address)
        self._factory = factory
        self._changes: queue.SimpleQueue[tuple[bool, float]] = queue.SimpleQueue()
        self._devices: list[Any] = []
        self._lights: dict[str, Any] = {}
        try:
            with gpio_errors(found.address):
                self._open()
        except (DeviceError, DriverError):
            self.close()
            raise

    def burn(self, light: str, on: bool) -> None:
        self._lights[light].value = int(on)

    def next_change(self, timeout_s: float) -> tuple[bool, float] | None:
        try:
            return self._changes.get(timeout=timeout_s) if timeout_s > 0 else self._changes.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        devices, self._devices = self._devices, []
        for device in reversed(devices):
            device.close()

    def _open(self) -> None:
        self._lights = {name: self._light(pin) for name, pin in self.wiring.lights.items()}
        if (pin := self.wiring.button) is not None:
            # Active low: it closes against ground and wants the pull-up; the other way round, the pull-down.
            button = self._kept(gpiozero.DigitalInputDevice(pin.gpio, pull_up=pin.low, pin_factory=self._factory))
            button.when_activated = lambda: self._changes.put((True, time.monotonic()))
            button.when_deactivated = lambda: self._changes.put((False, time.monotonic()))

    def _light(self, pin: Pin) -> Any:
        settings = {"active_high": not pin.low, "initial_value": False, "pin_factory": self._factory}
        return self._kept(gpiozero.DigitalOutputDevice(pin.gpio, **settings))

    def _kept(self, device: Any) -> Any:
        self._devices.append(device)
        return device


class GpioPanels:
    """The backend. A panel can't be found by itself: the configuration names its wiring, or LINEKEEPER_PANEL."""

    rank = 10

    def __init__(self, factory: Any = None) -> None:
        self._factory = factory

    def check(self) -> None:
        """gpiozero is there, or this module would not be; whether there are pins shows when one is opened."""

    def find(self) -> Sequence[Found]:
        address = os.environ.get(WIRED, "")
        return [found_at(address)] if address else []

    def at(self, address: str) -> Found | None:
        return found_at(address) if address.startswith("panel:") else None

    def probe(self, found: Found) -> Probed:
        """Opens it for a moment, all dark. Raises DeviceError."""
        GpioPanel(found, self._factory).close()
        wiring = parse_panel(found.address)
        remarks = () if wiring.button is not None else (f"It has no {BUTTON}.",)
        return Probed(found=found, facts={"lights": ", ".join(wiring.lights) or "none"}, remarks=remarks)

    def open(self, found: Found) -> GpioPanel:
        return GpioPanel(found, self._factory)


def found_at(address: str) -> Found:
    """Raises DeviceAbsentError for an address that is no wiring."""
    wiring = str(parse_panel(address))
    return Found(kind=Kind.PANEL, driver=NAME, address=wiring, name="front panel", stable=wiring)
