"""A DAA as a line: what its pins and its sound tell, joined with the line's state machine. The clock is passed in.

    ring pin ──► RingDetector ─┐                       ┌─► Hook (relay)
    polarity, loop, voltage ───┼──► hw.line.machine ───┤
    sound ──► caller id, tones ┘                       └─► news; sound to play

Sound is 16-bit samples at 8 kHz in blocks of 20 ms. The pins and the sound card are `pins`', `codec`'s and
`gpio_lines`' business; the echo canceller comes in from outside.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hw.audio.echo import EchoCanceller
from hw.daa.keys import KeyReceiver
from hw.daa.loop_current import LoopCurrent
from hw.daa.on_hook import AlertDetector, CallerListener
from hw.daa.ringing import RingDetector
from hw.line.dtmf import dial_tones
from hw.line.ear import Ear
from hw.line.g711 import SILENCE, to_mulaw, to_samples
from hw.line.machine import Line
from hw.line.outward import Outward
from hw.line.profile import Profile
from hw.line.signals import (
    Alerted,
    AnswerSeen,
    BreakLoop,
    CallerRead,
    GoOffHook,
    GoOnHook,
    KeyPressed,
    LoopBroken,
    Outcome,
    Rang,
    Request,
    SendDigits,
    Signal,
    VoltageBack,
    VoltageGone,
)
from hw.line.states import CARRIES, LineState

BLOCK = 160  # samples: 20 ms
MOST_WAITING = 10 * BLOCK  # samples of voice that wait to be played
RETRY_S = 10.0  # a line whose voltage can't be seen may be tried again so long after it was lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook(Outcome):
    """Order: close the loop (off-hook) or open it."""

    off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice(Outcome):
    """News: what the line says, µ-law at 8 kHz, without our own echo."""

    mulaw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """What this DAA's pins can tell."""

    current: bool = False
    polarity: bool = False
    voltage: bool = False


class DaaLine:
    """One line by one DAA."""

    def __init__(self, profile: Profile, canceller: EchoCanceller, senses: Senses) -> None:
        self.line = Line(profile)
        self._profile = profile
        self._senses = senses
        self._rings = RingDetector()
        self._alerts = AlertDetector()
        self._callers = CallerListener()
        self._ear = Ear(profile, canceller)
        self._keys = KeyReceiver()
        self._off_hook = False
        self._loop = LoopCurrent(profile.loop_drop_s, sensed=senses.current)
        self._flash_until: float | None = None
        self._retry_at: float | None = None
        self._digits: deque[array[int]] = deque()
        self._voice = Outward(MOST_WAITING, grain=BLOCK)
        self.monitored = False  # all that is heard is told, echo and idle line included

    @property
    def state(self) -> LineState:
        return self.line.state

    @property
    def damaged_caller_ids(self) -> int:
        """Heard, and not believed."""
        return self._callers.damaged

    def ask(self, request: Request, now: float) -> list[Outcome]:
        """What the user wants; orders and news in return."""
        return self._carry_out(self.line.handle(request, now), now)

    def send(self, mulaw: bytes) -> None:
        """A block of voice for the line."""
        if self.state in CARRIES:
            self._voice.put(mulaw)

    # ── what the pins tell ───────────────────────────────────────────────────────────────────────────────────────

    def ring_edge(self, now: float) -> list[Outcome]:
        if self._off_hook or not self._rings.edge(now):
            return []
        self._callers.begin(now)
        news = self._voltage_back(now) if self.state is LineState.NO_LINE else []
        return news + self._signal(Rang(), now)

    def polarity_reversed(self, now: float) -> list[Outcome]:
        """On an idle line a caller id follows; behind a number that was dialled the far end has answered."""
        if self.state is LineState.DIALLED:
            return self._signal(AnswerSeen(), now)
        return self._alert(now) if self.state is LineState.IDLE else []

    def current(self, flows: bool, now: float) -> list[Outcome]:
        """Of the loop, while off-hook; our own flash isn't the exchange's break."""
        self._loop.told(flows, now)
        return []

    def voltage(self, there: bool, now: float) -> list[Outcome]:
        """Between tip and ring, on-hook."""
        return self._voltage_back(now) if there else self._signal(VoltageGone(), now)

    # ── 20 ms ────────────────────────────────────────────────────────────────────────────────────────────────────

    def take_block(self) -> array[int]:
        """What is to be played next."""
        if self._digits:
            return self._digits.popleft()
        return to_samples(self._voice.take(BLOCK).ljust(BLOCK, bytes([SILENCE])))

    def hear(self, heard: array[int], played: array[int], now: float) -> list[Outcome]:
        """A block of the line, and what was played at the same moment."""
        raw: list[Outcome] = [Voice(mulaw=to_mulaw(heard))] if self.monitored else []
        if not self._off_hook:
            return raw + self._hear_idle(heard, now)
        far = self._ear.without_echo(heard, played)
        news = raw or ([Voice(mulaw=to_mulaw(far))] if self.state in CARRIES else [])
        if self.state in CARRIES:
            news += [KeyPressed(key=key) for key in self._keys.feed(far)]
        for signal in self._ear.judge(far, now, talking=self.state is LineState.TALKING):
            news += self._signal(signal, now)
        return news

    def _hear_idle(self, heard: array[int], now: float) -> list[Outcome]:
        if self.state is LineState.IDLE and self._alerts.feed(heard):
            return self._alert(now)
        caller = self._callers.feed(heard, now)
        return [] if caller is None else self._signal(CallerRead(caller=caller), now)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def next_timer(self) -> float | None:
        times = (self.line.next_timer(), self._flash_until, self._loop.broken_at, self._retry_at)
        return min((at for at in times if at is not None), default=None)

    def handle_timer(self, now: float) -> list[Outcome]:
        """What follows from time alone."""
        news: list[Outcome] = []
        if self._flash_until is not None and self._flash_until <= now:
            self._end_flash()
            news.append(Hook(off=self._off_hook))
        broken_at = self._loop.broken_at
        if broken_at is not None and broken_at <= now:
            news += self._broken(now)
        if self._retry_at is not None and self._retry_at <= now:
            news += self._voltage_back(now)
        return news + self._carry_out(self.line.handle_timer(now), now)

    def _broken(self, now: float) -> list[Outcome]:
        """A disconnect in a call, no line at all where there never was any current."""
        self._loop.forget_break()
        if self._loop.seen:
            return self._signal(LoopBroken(duration_s=self._profile.loop_drop_s), now)
        self._retry_at = None if self._senses.voltage else now + RETRY_S
        return self._signal(VoltageGone(), now)

    def _voltage_back(self, now: float) -> list[Outcome]:
        self._retry_at = None
        return self._signal(VoltageBack(), now)

    # ── what the line orders ─────────────────────────────────────────────────────────────────────────────────────

    def _alert(self, now: float) -> list[Outcome]:
        self._callers.begin(now)
        return self._signal(Alerted(), now)

    def _signal(self, signal: Signal, now: float) -> list[Outcome]:
        return self._carry_out(self.line.handle(signal, now), now)

    def _carry_out(self, outcomes: list[Outcome], now: float) -> list[Outcome]:
        return [made for outcome in outcomes for made in _ORDERS.get(type(outcome), _pass_on)(self, outcome, now)]

    def _go_off_hook(self, _order: Outcome, now: float) -> list[Outcome]:
        self._off_hook = True
        self._loop.off_hook(now)
        self._ear.begin()  # of its echo it knows: the same card, the same wires
        self._keys = KeyReceiver()
        self._voice.clear()
        return [Hook(off=True)]

    def _go_on_hook(self, _order: Outcome, _now: float) -> list[Outcome]:
        self._off_hook, self._flash_until = False, None
        self._loop.on_hook()
        self._digits.clear()
        self._voice.clear()
        return [Hook(off=False)]

    def _break(self, order: BreakLoop, now: float) -> list[Outcome]:
        self._flash_until = now + order.duration_s
        self._loop.flash(on=True)
        return [Hook(off=False)]

    def _end_flash(self) -> None:
        self._flash_until = None
        self._loop.flash(on=False)

    def _dial(self, order: SendDigits, _now: float) -> list[Outcome]:
        sound = array("h", dial_tones(order.number))
        sound.extend([0] * (-len(sound) % BLOCK))
        self._digits.extend(sound[at : at + BLOCK] for at in range(0, len(sound), BLOCK))
        return []


def _pass_on(_line: DaaLine, outcome: Outcome, _now: float) -> list[Outcome]:
    return [outcome]


_ORDERS: dict[type[Outcome], Callable[..., list[Outcome]]] = {
    GoOffHook: DaaLine._go_off_hook,
    GoOnHook: DaaLine._go_on_hook,
    BreakLoop: DaaLine._break,
    SendDigits: DaaLine._dial,
}
