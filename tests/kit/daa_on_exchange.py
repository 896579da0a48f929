"""A DAA in front of the exchange: the levels of its pins, its sound card's sound, a hybrid that sends back an echo.

`DaaSide` is all of that without pins and clock. `DaaOnExchange` puts it behind gpiozero's mock pins, in real time;
`ExchangeSound` is its sound card, in place of PortAudio's.
"""

from __future__ import annotations

import threading
import time
from array import array
from collections import deque
from collections.abc import Callable

from gpiozero.pins.mock import MockFactory
from kit.exchange import FRAME, STEP_S, Exchange, Place, Plan, Sign, Step

from hw.audio.interface import DeviceSide, SoundStream
from hw.daa.gpio_lines import GpioLines
from hw.daa.wiring import Wiring, parse_wiring
from hw.errors import DeviceGoneError
from hw.line.dtmf import dial_tones
from hw.line.g711 import to_mulaw, to_samples

ADDRESS = "daa:ring=17,hook=27,loop=22,polarity=23,voltage=24,audio=CODEC"
INPUTS = ("ring", "loop", "polarity", "voltage")
BREAK_STEPS = 30  # 0.6 s
ECHO_DELAY, ECHO_PART = 40, 0.25  # samples, of the amplitude: 12 dB
KEY_S = 0.1


class DaaSide:
    """`levels` of the inputs by name, after each `turn`."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.exchange = Exchange(plan or Plan())
        self.levels = dict.fromkeys(INPUTS, False) | {"voltage": True}
        self._echo = deque([0] * ECHO_DELAY)
        self._ring_steps = self._break_steps = 0
        self._key: deque[array[int]] = deque()

    def turn(self, played: array[int], off_hook: bool) -> array[int]:
        """20 ms."""
        closed = off_hook and self.levels["voltage"]
        step = self.exchange.step(to_mulaw(played) if closed else b"\xff" * FRAME, closed)
        for sign in step.signs:
            self._sign(sign)
        if self._ring_steps > 0 and not closed and self.exchange.place is Place.RINGING:
            self._toggle("ring")  # once in 20 ms: 25 Hz
        self.levels["loop"] = closed and self._break_steps <= 0
        self._ring_steps -= 1
        self._break_steps -= 1
        return self._heard(step, played, closed)

    def _sign(self, sign: Sign) -> None:
        if sign is Sign.RING:
            self._ring_steps = round(self.exchange.plan.ring_s[0] / STEP_S)
        elif sign is Sign.REVERSAL:
            self._toggle("polarity")
        elif sign is Sign.BREAK:
            self._break_steps = BREAK_STEPS

    def _toggle(self, name: str) -> None:
        self.levels[name] = not self.levels[name]

    def _heard(self, step: Step, played: array[int], closed: bool) -> array[int]:
        if step.key:
            sound = array("h", dial_tones(step.key, key_s=KEY_S))
            self._key.extend(sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME))
        heard = self._key.popleft() if self._key else to_samples(step.mulaw)
        if not closed:
            return heard
        self._echo.extend(played)
        back = (round(ECHO_PART * self._echo.popleft()) for _ in range(FRAME))
        return array("h", (max(-32768, min(32767, a + b)) for a, b in zip(heard, back, strict=True)))


class Pace:
    """20 ms after 20 ms; who was away for long can't catch up."""

    def __init__(self) -> None:
        self._due = time.monotonic()

    def wait(self) -> None:
        self._due = max(self._due + STEP_S, time.monotonic() - 0.2)
        threading.Event().wait(max(0.0, self._due - time.monotonic()))


class MockPins:
    """The wiring's pins on gpiozero's mock factory, driven from outside."""

    def __init__(self) -> None:
        self.wiring: Wiring = parse_wiring(ADDRESS)
        self.factory = MockFactory()
        self.drive({"voltage": True})

    @property
    def off_hook(self) -> bool:
        return bool(self.factory.pin(self.wiring.hook.gpio).state)

    def drive(self, levels: dict[str, bool]) -> None:
        for name, level in levels.items():
            pin = self.factory.pin(getattr(self.wiring, name).gpio)
            if bool(pin.state) is not level:
                (pin.drive_high if level else pin.drive_low)()


class ExchangeSound(SoundStream):
    """A sound card whose thread does `turn` with every 20 ms that it plays; until that raises DeviceGoneError."""

    def __init__(self, exchange: DeviceSide, turn: Callable[[array[int]], array[int]]) -> None:
        self.exchange = exchange
        self._turn = turn
        self._fault = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound card of the exchange", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str:
        return self._fault

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.is_set():
            played = array("h", self.exchange.to_play(FRAME))
            try:
                self.exchange.captured(self._turn(played).tobytes())
            except DeviceGoneError as error:
                self._fault = str(error)
                return


class DaaOnExchange:
    """A line card whose sound steps the exchange, and moves the pins."""

    def __init__(self, plan: Plan | None = None) -> None:
        self._side, self._pins, self._pace = DaaSide(plan), MockPins(), Pace()
        self.exchange = self._side.exchange
        self.backend = GpioLines(lambda _wiring, codec: ExchangeSound(codec, self._turn), self._pins.factory)
        self._gone = False

    @property
    def off_hook(self) -> bool:
        return self._pins.off_hook

    def unplug(self) -> None:
        self._gone = True

    def _turn(self, played: array[int]) -> array[int]:
        if self._gone:
            raise DeviceGoneError("the sound card was unplugged; plug it in again")
        self._pace.wait()
        heard = self._side.turn(played, self.off_hook)
        self._pins.drive(self._side.levels)
        return heard
