"""A DAA in front of the exchange: gpiozero's mock pins, a sound card in real time, a hybrid that sends back an echo."""

from __future__ import annotations

import threading
import time
from array import array
from collections import deque

from gpiozero.pins.mock import MockFactory
from kit.exchange import FRAME, STEP_S, Exchange, Place, Plan, Sign, Step

from hw.daa.gpio_lines import GpioLines
from hw.daa.wiring import Wiring, parse_wiring
from hw.errors import DeviceGoneError
from hw.line.dtmf import dial_tones
from hw.line.g711 import to_mulaw, to_samples

ADDRESS = "daa:ring=17,hook=27,loop=22,polarity=23,voltage=24,audio=CODEC"
RINGING_HZ = 20
BREAK_S = 0.6
ECHO_DELAY, ECHO_PART = 40, 0.25  # samples, of the amplitude: 12 dB
KEY_S = 0.1


class DaaOnExchange:
    """A codec (`turn`) that steps the exchange, and moves the pins. `echo`: whether the hybrid sends one."""

    def __init__(self, plan: Plan | None = None, *, echo: bool = True) -> None:
        self.exchange = Exchange(plan or Plan())
        self.factory = MockFactory()
        self.wiring: Wiring = parse_wiring(ADDRESS)
        self.backend = GpioLines(lambda _wiring: self, self.factory)
        self.line_there = True
        self._pins = {name: self.factory.pin(getattr(self.wiring, name).gpio) for name in ("ring", "loop", "polarity")}
        self._voltage = self.factory.pin(24)
        self._voltage.drive_high()
        self._echo = deque([0] * ECHO_DELAY) if echo else None
        self._gone = False
        self._ringing_until = self._broken_until = 0.0
        self._key: deque[array[int]] = deque()
        self._due = time.monotonic()

    @property
    def off_hook(self) -> bool:
        return bool(self.factory.pin(27).state)

    def unplug(self) -> None:
        self._gone = True

    def cut_line(self) -> None:
        """The cable is pulled out."""
        self.line_there = False
        self._voltage.drive_low()

    def mend_line(self) -> None:
        self.line_there = True
        self._voltage.drive_high()

    def close(self) -> None:
        """Of a codec."""

    def turn(self, played: array[int]) -> array[int]:
        """20 ms, in real time."""
        if self._gone:
            raise DeviceGoneError("the sound card was unplugged; plug it in again")
        self._due = max(self._due + STEP_S, time.monotonic() - 0.2)
        threading.Event().wait(max(0.0, self._due - time.monotonic()))
        off_hook = self.off_hook and self.line_there
        step = self.exchange.step(to_mulaw(played) if off_hook else b"\xff" * FRAME, off_hook)
        now = time.monotonic()
        for sign in step.signs:
            self._sign(sign, now)
        self._move_pins(now, off_hook)
        return self._heard(step, played, off_hook)

    def _sign(self, sign: Sign, now: float) -> None:
        if sign is Sign.RING:
            self._ringing_until = now + self.exchange.plan.ring_s[0]
        elif sign is Sign.REVERSAL:
            self._toggle("polarity")
        elif sign is Sign.BREAK:
            self._broken_until = now + BREAK_S

    def _move_pins(self, now: float, off_hook: bool) -> None:
        if now < self._ringing_until and not off_hook and self.exchange.place is Place.RINGING:
            self._toggle("ring")  # once in 20 ms: 25 Hz
        flows = off_hook and now >= self._broken_until
        pin = self._pins["loop"]
        if bool(pin.state) is not flows:
            (pin.drive_high if flows else pin.drive_low)()

    def _toggle(self, name: str) -> None:
        pin = self._pins[name]
        (pin.drive_low if pin.state else pin.drive_high)()

    def _heard(self, step: Step, played: array[int], off_hook: bool) -> array[int]:
        if step.key:
            sound = array("h", dial_tones(step.key, key_s=KEY_S))
            self._key.extend(sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME))
        heard = self._key.popleft() if self._key else to_samples(step.mulaw)
        if self._echo is None or not off_hook:
            return heard
        self._echo.extend(played)
        back = (round(ECHO_PART * self._echo.popleft()) for _ in range(FRAME))
        return array("h", (max(-32768, min(32767, a + b)) for a, b in zip(heard, back, strict=True)))
