"""Lines by a DAA on GPIO pins and a sound card: the real I/O around `DaaLine`, and their backend.

One thread a line goes round with the sound card, 20 ms a turn: it hears a block, hands over what the pins did
meanwhile, plays a block. Nothing but the sound card is its clock.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from hw.audio.echo import line_canceller
from hw.audio.interface import SoundStream
from hw.daa.codec import Codec, open_card
from hw.daa.daa_line import DaaLine, Hook, Voice
from hw.daa.pins import DaaPins
from hw.daa.wiring import Wiring, parse_wiring
from hw.devices import Found, Kind, Probed
from hw.errors import DeviceError, DeviceGoneError, DriverError
from hw.line.interface import Abilities, LineDriver
from hw.line.profile import Profile
from hw.line.signals import DeviceGone, HangUp, Outcome, Request
from hw.line.states import LineState

log = logging.getLogger(__name__)
NAME = "gpio"
WIRED = "LINEKEEPER_DAAS"  # addresses, with ";" between them
_CLOSE_S = 2.0
_TURN_S = 0.1  # how long a turn waits for sound at most
STALL_S = 5.0  # a card that has given nothing for so long has failed

OpenSound = Callable[[Wiring, Codec], SoundStream]


class GpioLine(LineDriver):
    """A line by a DAA."""

    def __init__(
        self, found: Found, wiring: Wiring, profile: Profile, open_sound: OpenSound, factory: Any = None
    ) -> None:
        """Raises DeviceError, DriverError."""
        self._lock = threading.Lock()
        self._changes: deque[tuple[str, bool, float]] = deque()
        self._codec = Codec()
        self._sound = open_sound(wiring, self._codec)
        try:
            self._pins = DaaPins(wiring, self._changed, factory)
        except (DeviceError, DriverError):
            self._sound.close()
            raise
        senses = self._pins.senses
        abilities = Abilities(sees_answer=senses.polarity, sees_break=senses.current, hears_keys=True)
        super().__init__(found, abilities)
        self._canceller = line_canceller()
        self._line = DaaLine(profile, self._canceller, senses)
        self._polarity = self._pins.active("polarity")
        if senses.voltage and not self._pins.active("voltage"):
            self._changed("voltage", False, time.monotonic())
        self._heard_at = time.monotonic()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"line at {found.address}", daemon=True)
        self._thread.start()

    def _state(self) -> LineState:
        return self._line.state

    def _ask(self, request: Request) -> None:
        with self._lock:
            self._publish(self._line.ask(request, time.monotonic()))

    def _play(self, mulaw: bytes) -> None:
        with self._lock:
            self._line.send(mulaw)

    def _monitor(self) -> None:
        self._line.monitored = True

    def _close(self) -> None:
        with self._lock:
            self._publish(self._line.ask(HangUp(), time.monotonic()))
        self._closing.set()
        self._thread.join(_CLOSE_S)
        self._sound.close()
        self._pins.close()
        if not self._thread.is_alive():
            self._canceller.close()

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._turn()
        except DeviceGoneError as error:
            if not self._closing.is_set():
                log.warning("%s", error)
                self._pins.off_hook(False)
                self._tell(DeviceGone(reason="unplugged"))

    def _turn(self) -> None:
        turned = self._codec.listen(_TURN_S)
        with self._lock:
            while self._changes:
                self._publish(self._pin(*self._changes.popleft()))
            now = time.monotonic()
            if turned is not None:
                self._heard_at = now
                self._publish(self._line.hear(turned.heard, turned.played, now))
                self._codec.play(self._line.take_block())
            self._publish(self._line.handle_timer(now))
        if turned is None:
            self._look_at_card(now)

    def _look_at_card(self, now: float) -> None:
        """It gave no sound in a whole turn. Raises DeviceGoneError once it has failed."""
        if self._sound.fault:
            raise DeviceGoneError(self._sound.fault)
        if now - self._heard_at > STALL_S:
            raise DeviceGoneError(f"the sound card of {self.found.address} stands still; plug it in again")

    def _pin(self, name: str, active: bool, at: float) -> list[Outcome]:
        match name:
            case "ring":
                return self._line.ring_edge(at)
            case "loop":
                return self._line.current(active, at)
            case "voltage":
                return self._line.voltage(active, at)
            case _:
                return self._line.polarity_reversed(at)

    def _publish(self, news: list[Outcome]) -> None:
        for event in news:
            match event:
                case Hook(off=off):
                    self._pins.off_hook(off)
                    if off:
                        self._publish(self._line.current(self._pins.active("loop"), time.monotonic()))
                case Voice(mulaw=mulaw):
                    self._heard(mulaw)
                case _:
                    self._tell(event)

    def _changed(self, name: str, active: bool, at: float) -> None:
        """In gpiozero's thread; a deque needs no lock."""
        self._changes.append((name, active, at))


class GpioLines:
    """The backend. A DAA can't be found by itself: its wiring is named in the configuration, or in LINEKEEPER_DAAS."""

    rank = 10

    def __init__(self, open_sound: OpenSound = open_card, factory: Any = None) -> None:
        self._open_sound = open_sound
        self._factory = factory

    def check(self) -> None:
        """gpiozero is there, or this module would not be; whether there are pins shows when one is opened."""

    def find(self) -> Sequence[Found]:
        return [found_at(address) for address in os.environ.get(WIRED, "").split(";") if address.strip()]

    def at(self, address: str) -> Found | None:
        return found_at(address) if address.startswith("daa:") else None

    def probe(self, found: Found) -> Probed:
        """Opens pins and sound card for a moment. Raises DeviceError."""
        wiring = parse_wiring(found.address)
        self._open_sound(wiring, Codec()).close()
        pins = DaaPins(wiring, lambda *_: None, self._factory)
        voltage = {True: "there", False: "none: cable out, or the wrong socket"}
        facts = {"line voltage": voltage[pins.active("voltage")]} if pins.senses.voltage else {}
        remarks = _missing(pins)
        pins.close()
        return Probed(found=found, facts={"sound card": wiring.audio or "the default one", **facts}, remarks=remarks)

    def open(self, found: Found, profile: Profile) -> GpioLine:
        wiring = parse_wiring(found.address)
        return GpioLine(found, wiring, profile, self._open_sound, self._factory)


def found_at(address: str) -> Found:
    """Raises DeviceAbsentError for an address that is no wiring."""
    wiring = str(parse_wiring(address.strip()))
    return Found(kind=Kind.DAA, driver=NAME, address=wiring, name="DAA on GPIO pins", stable=wiring)


def _missing(pins: DaaPins) -> list[str]:
    senses, remarks = pins.senses, []
    if not senses.current:
        remarks.append("It has no loop-current pin: a hang-up is told by busy tone only.")
    if not senses.polarity:
        remarks.append("It has no polarity pin: an answer is assumed from the end of ringing tone.")
    return remarks
