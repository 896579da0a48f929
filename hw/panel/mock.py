"""A front panel that isn't there: for tests, and for a laptop (LINEKEEPER_HW=mock). Whoever calls `inject_*` presses.

After gpiozero's MockPin it keeps what its lights did, with the time.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Sequence

from hw.devices import MOCK, Found, Kind, Probed
from hw.errors import DeviceAbsentError, DeviceBusyError
from hw.panel.interface import PanelPort
from hw.panel.wiring import LIGHTS, parse_panel

WIRING = "panel:" + ",".join(f"{light}={place}" for place, light in enumerate(LIGHTS)) + f",button={len(LIGHTS)}!"


class MockPanel(PanelPort):
    """`history`: (monotonic seconds, light, whether it burns) of every change."""

    def __init__(self, found: Found | None = None) -> None:
        self.found = found or MockPanels.THE_ONE
        self.wiring = parse_panel(WIRING)
        self.history: list[tuple[float, str, bool]] = []
        self.closed = False
        self._changes: queue.SimpleQueue[tuple[bool, float]] = queue.SimpleQueue()

    @property
    def burning(self) -> frozenset[str]:
        """The lights that burn."""
        last = {light: on for _, light, on in self.history}
        return frozenset(light for light, on in last.items() if on)

    def inject_down(self, at: float | None = None) -> None:
        self._changes.put((True, time.monotonic() if at is None else at))

    def inject_up(self, at: float | None = None) -> None:
        self._changes.put((False, time.monotonic() if at is None else at))

    def burn(self, light: str, on: bool) -> None:
        self.history.append((time.monotonic(), light, on))

    def next_change(self, timeout_s: float) -> tuple[bool, float] | None:
        try:
            return self._changes.get(timeout=timeout_s) if timeout_s > 0 else self._changes.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            for light in self.burning:
                self.burn(light, False)


class MockPanels:
    """The backend: one panel that is always there, and is opened once at a time."""

    rank = 1000
    THE_ONE = Found(kind=Kind.PANEL, driver=MOCK, address="mock:panel", name="mock panel", stable="mock:panel")

    def __init__(self) -> None:
        self._open: MockPanel | None = None

    def check(self) -> None:
        """It works everywhere."""

    def find(self) -> Sequence[Found]:
        return [self.THE_ONE]

    def probe(self, found: Found) -> Probed:
        remarks = ("It is a mock: nobody looks at it.",)
        return Probed(found=found, facts={"lights": ", ".join(LIGHTS)}, remarks=remarks)

    def open(self, found: Found) -> MockPanel:
        if found.address != self.THE_ONE.address:
            raise DeviceAbsentError(f"no mock panel {found.address}; there is {self.THE_ONE.address}")
        if self._open is not None and not self._open.closed:
            raise DeviceBusyError(found.address, "this process")
        self._open = MockPanel(found)
        return self._open
