"""A headset as the headset service sees it, whatever carries the reports. What is said and heard is `hw.audio`'s.

What a headset *is* (`Headset`: buttons, lamps, states) lives apart from how its reports travel (`HeadsetPort`). A port
MUST override all of its methods; `Headset` is not for overriding. Use one headset from one thread, or wait for
`fileno()` in a loop of your own.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hw.audio.exchange import SoundExchange
from hw.audio.interface import SoundStream
from hw.devices import Backend, Found
from hw.errors import DeviceGoneError
from hw.headset.call_control import CallControl, CallState, Reaction, Wish
from hw.headset.descriptor import parse_descriptor
from hw.headset.reports import OutputReports, read_report
from hw.headset.traits import traits_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WearerWished:
    """A button was pressed, and this is what it means now."""

    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsetGone:
    """Unplugged, or out of reach; the last event. `reason`: in words."""

    reason: str


HeadsetEvent = WearerWished | HeadsetGone


class HeadsetPort(abc.ABC):
    """Carries reports to and from one open device."""

    found: Found
    descriptor: bytes  # the HID report descriptor

    @abc.abstractmethod
    def fileno(self) -> int:
        """Readable when a report waits, or when the device has gone."""

    @abc.abstractmethod
    def receive(self, timeout_s: float = 0.0) -> bytes | None:
        """An input report, None: none by then. Raises DeviceGoneError."""

    @abc.abstractmethod
    def send(self, report: bytes) -> None:
        """An output report, its id first (0 where the device numbers none). Raises DeviceGoneError."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of the device. Twice is safe."""


class Headset:
    """One headset that is open. Raises SignalError for a device whose descriptor makes no sense."""

    def __init__(self, port: HeadsetPort) -> None:
        self.found = port.found
        self.layout = parse_descriptor(port.descriptor)
        self.traits = traits_of(self.layout, port.found.vendor, port.found.product)
        self._port = port
        self._control = CallControl(self.traits)
        self._lamps = OutputReports(self.layout)
        self._events: list[HeadsetEvent] = []
        self._gone = False
        for report in self._lamps.everything():  # whoever had it before may have left a lamp on
            self._send(report)

    @property
    def state(self) -> CallState:
        return self._control.state

    @property
    def muted(self) -> bool:
        return self._control.muted

    def fileno(self) -> int:
        return self._port.fileno()

    # ── what the call does ───────────────────────────────────────────────────────────────────────────────────────

    def ringing(self) -> None:
        self._react(self._control.ringing())

    def talking(self) -> None:
        """Answered, resumed, or dialled."""
        self._react(self._control.talking())

    def held(self) -> None:
        self._react(self._control.held())

    def idle(self) -> None:
        """The call is over, or was never answered."""
        self._react(self._control.idle())

    def set_muted(self, muted: bool) -> None:
        """Muted by other means than the button."""
        self._react(self._control.set_muted(muted))

    # ── what the wearer does ─────────────────────────────────────────────────────────────────────────────────────

    def next_event(self, timeout_s: float = 0.0) -> HeadsetEvent | None:
        """What the wearer wants, in order; None: nothing by then, or a report that means nothing."""
        if not self._events and not self._gone:
            self._receive(timeout_s)
        return self._events.pop(0) if self._events else None

    def close(self) -> None:
        """Lamps off, and let go of the device. Twice is safe."""
        if not self._gone:
            self._react(self._control.idle())
            self._gone = True
        self._port.close()

    def __enter__(self) -> Headset:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(self, timeout_s: float) -> None:
        try:
            report = self._port.receive(timeout_s)
        except DeviceGoneError as error:
            self._lose(error)
            return
        if report is not None:
            self._react(self._control.reported(read_report(self.layout, report)))

    def _react(self, reaction: Reaction) -> None:
        for report in self._lamps.set(reaction.lamps):
            self._send(report)
        self._events += [WearerWished(wish=wish) for wish in reaction.wishes]

    def _send(self, report: bytes) -> None:
        """A headset that is gone has no lamps; that it is gone is an event and no reason for the call to fail."""
        if self._gone:
            return
        try:
            self._port.send(report)
        except DeviceGoneError as error:
            self._lose(error)

    def _lose(self, error: DeviceGoneError) -> None:
        if not self._gone:
            self._gone = True
            self._events.append(HeadsetGone(reason=str(error)))


@runtime_checkable
class HeadsetBackend(Backend, Protocol):
    """A backend of kind HEADSET."""

    def open(self, found: Found) -> HeadsetPort:
        """Its buttons and lamps. Raises DeviceError (absent, busy, gone)."""

    def open_sound(self, found: Found, exchange: SoundExchange) -> SoundStream:
        """Its microphone and speaker; open them for as long as a call rings or lasts. Raises DeviceError."""
