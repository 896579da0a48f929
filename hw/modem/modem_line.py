"""A voice modem as a line: its session and the line's state machine, joined. Pure (sans I/O), the clock passed in.

Voice is µ-law at 8 kHz both ways, or one way at a time where the chip can do no better. Dial tone and busy are found in
the sound by us as well as by the chip; keys are sent as sound, so that nothing has to leave the stream. The port is
`port`'s business.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from hw.audio.echo import EchoCanceller
from hw.line.caller_id import CallerId, with_text
from hw.line.dtmf import dial_tones
from hw.line.ear import Ear
from hw.line.g711 import to_mulaw, to_samples
from hw.line.machine import Line
from hw.line.profile import Profile
from hw.line.signals import (
    Alerted,
    BreakLoop,
    CallerRead,
    GoOffHook,
    GoOnHook,
    KeyPressed,
    Outcome,
    Rang,
    Request,
    SendDigits,
    Signal,
    VoltageBack,
    VoltageGone,
)
from hw.line.states import CARRIES, LineState
from hw.modem import events as e
from hw.modem.carrier import Carrier
from hw.modem.dle import Told
from hw.modem.meaning import signal_of
from hw.modem.replies import Result
from hw.modem.session import VOICE, Session
from hw.modem.two_way import Blocks
from hw.modem.voice import Direction

RING_TEXT = "RING"
RETRY_S = 10.0  # until a modem that stopped answering is asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound(Outcome):
    """News: what the line says, µ-law at 8 kHz; without our own echo, where voice goes both ways."""

    mulaw: bytes


class ModemLine:
    """One line by one modem. monitored: its sound is told as it is, our own echo included."""

    def __init__(self, profile: Profile, canceller: EchoCanceller) -> None:
        self.session = Session(profile.country)
        self.line = Line(profile)
        self.monitored = False
        self._profile = profile
        self._caller = CallerId()
        self._ear = Ear(profile, canceller)
        self._blocks = Blocks()
        self._carrier = Carrier(self.session, profile)
        self._retry_at: float | None = None

    @property
    def state(self) -> LineState:
        return self.line.state

    @property
    def one_way(self) -> bool:
        """It carries voice one way at a time, as the first call has shown."""
        return self._carrier.one_way

    @property
    def at_rest(self) -> bool:
        """On-hook, and nothing more to say to the modem."""
        return self._carrier.at_rest

    def start(self, now: float) -> None:
        """Find out what modem it is; until then there is no line."""
        self._retry_at = None
        self._carrier.begin_anew()
        self.session.start(now)

    def ask(self, request: Request, now: float) -> list[Outcome]:
        """What the user wants; news in return."""
        return self._carry_out(self.line.handle(request, now), now)

    def send(self, mulaw: bytes) -> None:
        """Voice for the line."""
        if self.state in CARRIES:
            self._carrier.say(mulaw)

    def take_output(self, now: float) -> bytes:
        """Bytes for the port."""
        self._carrier.turn_around(now)
        return self.session.take_output(now)

    def feed(self, data: bytes, now: float) -> list[Outcome]:
        """Bytes of the port; news in return."""
        return self._news(self.session.feed(data, now), now)

    def next_timer(self) -> float | None:
        timers = (self.session.next_timer(), self.line.next_timer(), self._retry_at)
        return min((at for at in timers if at is not None), default=None)

    def handle_timer(self, now: float) -> list[Outcome]:
        """What follows from time alone."""
        if self._retry_at is not None and self._retry_at <= now:
            self.start(now)
        return self._news(self.session.handle_timer(now), now) + self._carry_out(self.line.handle_timer(now), now)

    # ── what the modem tells ─────────────────────────────────────────────────────────────────────────────────────

    def _news(self, events: list[e.Event], now: float) -> list[Outcome]:
        news: list[Outcome] = []
        for event in events:
            match event:
                case e.Line(text=text):
                    news += self._text(text, now)
                case e.Audio(data=data, played=played):
                    news += self._sound(data, played, now)
                case e.Heard(told=told):
                    news += self._told(told, now)
                case e.Failed():
                    self._retry_at = now + RETRY_S
                    news += self._signal(VoltageGone(), now)
                case e.Ready(mulaw=mulaw):
                    news += self._signal(VoltageGone() if mulaw is None else VoltageBack(), now)
                case e.Done(command=command, result=result) if command in VOICE:
                    news += self._stream_began(VOICE[command], result, now)
                case e.StreamEnded():
                    news += self._followed_by(self._carrier.stream_ended(), now)
                case _:
                    pass
        return news

    def _text(self, text: str, now: float) -> list[Outcome]:
        if text == RING_TEXT:
            news = self._known_caller(now)
            return news + self._signal(Rang(), now)
        known = with_text(self._caller, text)
        if known is None:
            return []
        self._caller = known
        return self._known_caller(now) if known.number and known.name else []

    def _known_caller(self, now: float) -> list[Outcome]:
        """Fields come one by one: it is told when number and name are there, or at the next ring."""
        caller, self._caller = self._caller, CallerId()
        if not caller:
            return []
        before_ring = self._signal(Alerted(), now) if self.state is LineState.IDLE else []
        return before_ring + self._signal(CallerRead(caller=caller), now)

    def _sound(self, data: bytes, played: bytes, now: float) -> list[Outcome]:
        """played: at the same time; empty where voice goes one way, and there is no echo."""
        if not played:
            return self._far_end(data, to_samples(data), now)
        news: list[Outcome] = []
        for heard, ours in self._blocks.feed(data, played):
            far = self._ear.without_echo(heard, ours)
            news += self._far_end(to_mulaw(heard if self.monitored else far), far, now)
        return news

    def _far_end(self, mulaw: bytes, samples: array[int], now: float) -> list[Outcome]:
        news: list[Outcome] = [Sound(mulaw=mulaw)] if self.state in CARRIES else []
        if not self._carrier.on_hook:
            for signal in self._ear.judge(samples, now, talking=self.state is LineState.TALKING):
                news += self._signal(signal, now)
        return news

    def _told(self, told: Told, now: float) -> list[Outcome]:
        if told.digit:
            return [KeyPressed(key=told.digit)] if self.state in CARRIES else []
        talking = self.state is LineState.TALKING
        signal = signal_of(told.code, self._profile, self.session.model, talking=talking)
        return self._followed_by(signal, now)

    def _stream_began(self, direction: Direction, result: Result, now: float) -> list[Outcome]:
        self._blocks = Blocks()
        self._ear.forget_echo()  # how long after it hears a modem begins to play is new each time
        return self._followed_by(self._carrier.stream_began(direction, result, now), now)

    def _followed_by(self, signal: Signal | None, now: float) -> list[Outcome]:
        return [] if signal is None else self._signal(signal, now)

    def _signal(self, signal: Signal, now: float) -> list[Outcome]:
        return self._carry_out(self.line.handle(signal, now), now)

    # ── what the line orders ─────────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, outcomes: list[Outcome], now: float) -> list[Outcome]:
        news: list[Outcome] = []
        for outcome in outcomes:
            match outcome:
                case GoOffHook():
                    self._ear.begin()
                    self._carrier.go_off_hook()
                case GoOnHook():
                    self._carrier.go_on_hook(now)
                case SendDigits(number=number):
                    self._carrier.say(to_mulaw(dial_tones(number)), whole=True)
                case BreakLoop():
                    self._carrier.flash(now)
                case _:
                    news.append(outcome)
        return news
