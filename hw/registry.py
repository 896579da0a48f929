"""Which drivers there are, and which one is taken: entry points of group `hw.drivers`, named `<kind>.<name>`.

After gpiozero: a driver that is named is taken or fails, it never falls back; an automatic choice that passes over a
driver warns. LINEKEEPER_HW=mock makes every automatic choice a mock. A driver that can't be loaded is reported with
its reason and stops nobody. Must not open a device.
"""

from __future__ import annotations

import enum
import importlib.metadata
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hw.devices import MOCK, Addressable, Backend, Found, Kind
from hw.errors import DeviceAbsentError, DriverError
from hw.headset.interface import HeadsetBackend
from hw.line.interface import LineBackend
from hw.panel.interface import PanelBackend

GROUP = "hw.drivers"
CHOICE = "LINEKEEPER_HW"


class DriverFallback(UserWarning):
    """A driver was passed over: the message names it, why, and what was taken instead."""


class DriverStatus(enum.StrEnum):
    READY = "ready"
    UNUSABLE = "unusable"  # loaded; can't work on this machine
    BROKEN = "broken"  # can't be loaded, or is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One entry point. backend None: `status` BROKEN, and `reason` says why."""

    kind: Kind
    name: str
    status: DriverStatus
    reason: str = ""
    backend: Backend | None = None

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"


class Registry:
    """The drivers that are installed. Loads each once, when built."""

    def __init__(
        self,
        entry_points: Iterable[importlib.metadata.EntryPoint] | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        found = importlib.metadata.entry_points(group=GROUP) if entry_points is None else entry_points
        loaded = [driver for entry_point in found if (driver := _load(entry_point)) is not None]
        self.drivers = sorted(loaded, key=_preference)
        self._mocks = _wants_mocks(environment)

    def headsets(self, name: str = "") -> HeadsetBackend:
        """Raises DriverError."""
        backend = self.backend(Kind.HEADSET, name)
        if not isinstance(backend, HeadsetBackend):
            raise DriverError(f"driver headset.{name or '?'} can't open headsets; it lacks `open` or `open_sound`")
        return backend

    def lines(self, kind: Kind, name: str = "") -> LineBackend:
        """kind: MODEM or DAA. Raises DriverError."""
        backend = self.backend(kind, name)
        if not isinstance(backend, LineBackend):
            raise DriverError(f"driver {kind}.{name or '?'} can't open lines; it lacks `open(address, profile)`")
        return backend

    def panels(self, name: str = "") -> PanelBackend:
        """Raises DriverError."""
        backend = self.backend(Kind.PANEL, name)
        if not isinstance(backend, PanelBackend):
            raise DriverError(f"driver panel.{name or '?'} can't open panels; it lacks `open(address)`")
        return backend

    def backend(self, kind: Kind, name: str = "") -> Backend:
        """The driver of that name, and none but that; without a name the best one that works here, with a warning for
        each better one. Raises DriverError."""
        if name:
            return self._named(kind, name)
        if self._mocks:
            return self._named(kind, MOCK)
        passed: list[Driver] = []
        for driver in self._of(kind):
            if driver.name == MOCK:
                continue
            if driver.status is DriverStatus.READY and driver.backend is not None:
                _warn(passed, driver)
                return driver.backend
            passed.append(driver)
        raise DriverError(_none_left(kind, passed))

    def find(self) -> list[Found]:
        """Every device of every usable driver; with LINEKEEPER_HW=mock the mocks', else never a mock's."""
        return [found for driver in self._usable() if driver.backend is not None for found in driver.backend.find()]

    def found(self, address: str) -> Found:
        """The device of that address, or stable address, found or only named. Raises DeviceAbsentError."""
        for one in self.find():
            if address in (one.address, one.stable):
                return one
        for driver in self._usable():
            if isinstance(driver.backend, Addressable) and (named := driver.backend.at(address)) is not None:
                return named
        raise DeviceAbsentError(f"no device {address}; `python -m hw` lists what is plugged in")

    def has(self, name: str) -> bool:
        """Whether driver `name`, such as modem.serial, can be used."""
        return any(str(one) == name and one.status is DriverStatus.READY for one in self.drivers)

    def _usable(self) -> list[Driver]:
        return [one for one in self.drivers if one.status is DriverStatus.READY and (one.name == MOCK) is self._mocks]

    def _of(self, kind: Kind) -> list[Driver]:
        return [driver for driver in self.drivers if driver.kind is kind]

    def _named(self, kind: Kind, name: str) -> Backend:
        driver = next((one for one in self._of(kind) if one.name == name), None)
        if driver is None:
            there = ", ".join(one.name for one in self._of(kind)) or "none"
            raise DriverError(f"no driver {name!r} for a {kind}; there is: {there}")
        if driver.backend is None or driver.status is not DriverStatus.READY:
            raise DriverError(f"driver {driver} is {driver.status}: {driver.reason}; repair it or name another one")
        return driver.backend


def _wants_mocks(environment: Mapping[str, str]) -> bool:
    chosen = environment.get(CHOICE, "")
    if chosen not in ("", MOCK):
        raise DriverError(f"{CHOICE} is {chosen!r}; set it to {MOCK!r} or not at all")
    return chosen == MOCK


def _load(entry_point: importlib.metadata.EntryPoint) -> Driver | None:
    """None for an entry point of a kind that we don't know: a newer package's, perhaps."""
    kind_name, _, name = entry_point.name.partition(".")
    if kind_name not in {kind.value for kind in Kind}:
        return None
    kind = Kind(kind_name)
    try:
        backend = entry_point.load()()
    except Exception as error:  # whatever a foreign module does when it is imported must not stop the others
        return Driver(kind=kind, name=name, status=DriverStatus.BROKEN, reason=f"{type(error).__name__}: {error}")
    if not isinstance(backend, Backend):
        reason = f"{entry_point.value} is no backend; see hw.devices.Backend"
        return Driver(kind=kind, name=name, status=DriverStatus.BROKEN, reason=reason)
    try:
        backend.check()
    except DriverError as error:
        return Driver(kind=kind, name=name, status=DriverStatus.UNUSABLE, reason=str(error), backend=backend)
    return Driver(kind=kind, name=name, status=DriverStatus.READY, backend=backend)


def _preference(driver: Driver) -> tuple[str, int, str]:
    """Broken drivers first: an automatic choice says that it passed over them."""
    return driver.kind.value, -1 if driver.backend is None else driver.backend.rank, driver.name


def _warn(passed: Iterable[Driver], taken: Driver) -> None:
    for driver in passed:
        text = f"driver {driver} is {driver.status} ({driver.reason}); {taken} is used instead"
        warnings.warn(text, DriverFallback, stacklevel=4)


def _none_left(kind: Kind, passed: Iterable[Driver]) -> str:
    reasons = "; ".join(f"{driver}: {driver.reason}" for driver in passed)
    return f"no driver for a {kind} works here ({reasons or 'none is installed'}); set {CHOICE}={MOCK} to do without"
