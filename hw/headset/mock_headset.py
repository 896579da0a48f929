"""A headset that isn't there: for tests, and for a laptop (LINEKEEPER_HW=mock). Its wearer is whoever calls `inject_*`.

It acknowledges its off-hook lamp as Jabra's do: the hook switch is reported as the lamp was set. After gpiozero's
MockPin it keeps what was done to it, with the time.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Mapping

from hw.devices import MOCK, Found, Kind
from hw.errors import DeviceGoneError
from hw.headset.descriptor import Kind as ReportKind
from hw.headset.descriptor import parse_descriptor
from hw.headset.interface import HeadsetPort
from hw.headset.reports import read_output
from hw.headset.usages import (
    FLASH,
    HOOK_SWITCH,
    LED_OFF_HOOK,
    PHONE_MUTE,
    REDIAL,
    REJECT,
    VOLUME_DOWN,
    VOLUME_UP,
    Usage,
)

DESCRIPTOR = bytes.fromhex(
    "050b 0905 a101 8502 1500 2501 7501 9501"  # telephony, headset; report 2: bits
    "0920 8102 092f 8106 9502 0921 0924 8106"  # hook switch as a position; mute, flash, redial as presses
    "0509 9501 0907 8106 9503 8101"  # button 7 rejects; padding
    "0508 8503 9504 0917 0918 0909 0920 9102 9504 9101 c0"  # report 3, lamps: off-hook, ring, mute, hold; padding
    "050c 0901 a101 8504 9502 09e9 09ea 8102 9506 8101 c0"  # consumer control; report 4: volume up, down; padding
)
BUTTONS = (HOOK_SWITCH, PHONE_MUTE, FLASH, REDIAL, REJECT, VOLUME_UP, VOLUME_DOWN)
_MOST_BYTES = 64
THE_ONE = Found(
    kind=Kind.HEADSET,
    driver=MOCK,
    address="mock:headset",
    name="mock headset",
    serial="MOCK1",
    stable="mock:headset",
)


class MockHeadset(HeadsetPort):
    """`history`: (monotonic seconds, lamps that burn) after every output report. `held`: what is pressed now."""

    def __init__(self, found: Found | None = None, *, descriptor: bytes = DESCRIPTOR) -> None:
        self.found = found or THE_ONE
        self.descriptor = descriptor
        self.layout = parse_descriptor(descriptor)
        self.history: list[tuple[float, frozenset[Usage]]] = []
        self.closed = False
        self._held: dict[Usage, int] = {}
        self._ours, self._wearers = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    @property
    def lamps(self) -> frozenset[Usage]:
        """Those that burn."""
        return self.history[-1][1] if self.history else frozenset()

    # ── the wearer ───────────────────────────────────────────────────────────────────────────────────────────────

    def inject_hook(self, *, off: bool) -> None:
        """Lift it, or put it back."""
        self._hold({HOOK_SWITCH: int(off)})

    def inject_press(self, button: Usage) -> None:
        """Down and up again."""
        self._hold({button: 1})
        self._hold({button: 0})

    def inject_report(self, report: bytes) -> None:
        """Any bytes at all."""
        self._wearers.send(report)

    def inject_unplug(self) -> None:
        """Twice is safe."""
        self._wearers.close()

    def _hold(self, values: Mapping[Usage, int]) -> None:
        self._held |= values
        fields = [field for field in self.layout.fields if field.kind is ReportKind.INPUT]
        for report_id in {field.report_id for field in fields if set(field.usages) & set(values)}:
            own = [field for field in fields if field.report_id == report_id]
            bits = sum(self._held.get(field.usages[0], 0) << field.offset for field in own)
            size = (self.layout.sizes[ReportKind.INPUT, report_id] + 7) // 8
            self.inject_report((bytes([report_id]) if self.layout.numbered else b"") + bits.to_bytes(size, "little"))

    # ── the port ─────────────────────────────────────────────────────────────────────────────────────────────────

    def fileno(self) -> int:
        return self._ours.fileno()

    def receive(self, timeout_s: float = 0.0) -> bytes | None:
        self._open()
        if not select.select([self._ours], [], [], timeout_s)[0]:
            return None
        report = self._ours.recv(_MOST_BYTES)
        if not report:
            raise self._gone()
        return report

    def send(self, report: bytes) -> None:
        self._open()
        if self._wearers.fileno() < 0:
            raise self._gone()
        before = self.lamps
        now = frozenset(usage for usage, value in read_output(self.layout, report).items() if value)
        self.history.append((time.monotonic(), now))
        if (LED_OFF_HOOK in before) is not (LED_OFF_HOOK in now):
            self._hold({HOOK_SWITCH: int(LED_OFF_HOOK in now)})

    def close(self) -> None:
        self.closed = True
        self._ours.close()
        self._wearers.close()

    def _open(self) -> None:
        if self.closed:
            raise DeviceGoneError(f"{self.found.address} is closed; open it again")

    def _gone(self) -> DeviceGoneError:
        return DeviceGoneError(f"{self.found.address} was unplugged; plug it in again")
