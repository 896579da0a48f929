"""The panel's service: looks at the box, shows its signs, does what the button asks. It is one loop."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.devices.keep_alive import KeepAlive
from appliance.devices.panel import wishes
from appliance.devices.panel.looking import Looker, Watched
from appliance.devices.panel.signs import Seen, signs
from appliance.devices.panel.wishes import Means
from appliance.errors import DevicesError
from hw.panel.button import ButtonEvent, Forgotten, Gesture, Held, Pressed
from hw.panel.interface import Panel
from hw.panel.patterns import Lamp, Sign

log = logging.getLogger(__name__)
TURN_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPlan:
    watched: Watched
    means: Means


class PanelService:
    """Owns the open panel until `run` has returned."""

    def __init__(self, plan: PanelPlan, panel: Panel) -> None:
        self._means = plan.means
        self._watched = plan.watched
        self._panel = panel
        self._seen: Seen | None = None
        self._asking = False  # whether a very long press wants to be confirmed
        self._stopping = threading.Event()
        self._deed: threading.Thread | None = None

    def stop(self) -> None:
        """From any thread, or a signal."""
        self._stopping.set()

    def run(self) -> None:
        """Until `stop`."""
        alive = KeepAlive()
        self._panel.show(Lamp.POWER, Sign.STARTING)
        looker = Looker(self._watched, self._look)
        alive.ready(f"{len(self._panel.lights)} lights")
        try:
            while not self._stopping.is_set():
                alive.turn(time.monotonic())
                self._show()
                if (event := self._panel.next_event(TURN_S)) is not None:
                    self._follow(event)
        finally:
            alive.stopping()
            looker.close()
            self._panel.close()

    def stop_on_signals(self) -> None:
        """Of the service manager."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())

    def _look(self, seen: Seen) -> None:
        self._seen = seen

    def _show(self) -> None:
        if self._seen is None or self._asking:
            return
        for light, sign in signs(self._seen):
            self._panel.show(light, sign)

    def _follow(self, event: ButtonEvent) -> None:
        match event:
            case Held(gesture=Gesture.VERY_LONG):
                self._asking = True
                for lamp in (Lamp.POWER, Lamp.FAULT):
                    self._panel.show(lamp, Sign.CONFIRMING)
            case Forgotten():
                self._asking = False
            case Pressed(gesture=gesture):
                self._asking = False
                self._do(gesture)

    def _do(self, gesture: Gesture) -> None:
        deeds: dict[Gesture, Callable[[], None]] = {
            Gesture.SHORT: lambda: wishes.say_address(self._means, wishes.own_address()),
            Gesture.LONG: self._enrol,
            Gesture.VERY_LONG: self._reset,
        }
        if self._deed is not None and self._deed.is_alive():
            log.info("a press of the button came while the one before is being carried out")
            return
        self._deed = threading.Thread(target=_guarded, args=(gesture, deeds[gesture]), name=str(gesture), daemon=True)
        self._deed.start()

    def _enrol(self) -> None:
        log.info("enrolment: %s", wishes.enrol(self._means).strip())

    def _reset(self) -> None:
        log.warning("a factory reset was asked for, and confirmed, at the panel")
        wishes.request_factory_reset(self._means)


def _guarded(gesture: Gesture, deed: Callable[[], None]) -> None:
    try:
        deed()
    except DevicesError as error:
        log.error("what a %s press asks was not done: %s", gesture, error)
