"""A voice modem as a line: its session and the line's state machine, joined. Pure (sans I/O), the clock passed in.

Voice is µ-law at 8 kHz both ways, or one way at a time where the chip can do no better. Dial tone and busy are found in
the sound by us as well as by the chip; keys are sent as sound, so that nothing has to leave the stream. The port is
`port`'s business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hw.daa.call_progress import CallProgress
from hw.line.caller_id import CallerId, with_text
from hw.line.dtmf import dial_tones
from hw.line.g711 import to_mulaw, to_samples
from hw.line.machine import Line
from hw.line.profile import Profile
from hw.line.signals import (
    Alerted,
    AnswerSeen,
    BreakLoop,
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRead,
    ExtensionPickedUp,
    GoOffHook,
    GoOnHook,
    KeyPressed,
    LineFound,
    LineLost,
    LoopBroken,
    Outcome,
    Rang,
    Request,
    SendDigits,
    Signal,
    SilenceLasted,
    Tone,
    ToneHeard,
    VoiceFailed,
    VoltageBack,
    VoltageGone,
)
from hw.line.silence import SilenceWatch
from hw.line.states import LineState
from hw.modem import session as s
from hw.modem.dle import Code, Told
from hw.modem.replies import Result
from hw.modem.turns import Turns
from hw.modem.voice import Direction

RING_TEXT = "RING"
RETRY_S = 10.0  # until a modem that stopped answering is asked again
CARRIES = frozenset({LineState.DIALLED, LineState.TALKING})  # before an answer too: it can't always be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound(Outcome):
    """News: what the line says, µ-law at 8 kHz."""

    mulaw: bytes


News = CallArrived | CallConnected | CallEnded | LineLost | LineFound | Sound | KeyPressed


class ModemLine:
    """One line by one modem."""

    def __init__(self, profile: Profile) -> None:
        self.session = s.Session(profile.country)
        self.line = Line(profile)
        self._profile = profile
        self._caller = CallerId()
        self._progress: CallProgress | None = None
        self._silence = SilenceWatch(profile.silence_s)
        self._hook_down = True  # as we have ordered it
        self._flashing = False
        self._turns = Turns()
        self._turning = False  # the stream was left to begin another one
        self.one_way = False  # it carries voice one way at a time, as the first call has shown
        self._retry_at: float | None = None

    @property
    def state(self) -> LineState:
        return self.line.state

    @property
    def at_rest(self) -> bool:
        """On-hook, and nothing more to say to the modem."""
        return self._hook_down and self.session.at_rest

    def start(self, now: float) -> None:
        """Find out what modem it is; until then there is no line."""
        self._retry_at = None
        self._flashing = False
        self.session.start(now)

    def ask(self, request: Request, now: float) -> list[Outcome]:
        """What the user wants; news in return."""
        return self._carry_out(self.line.handle(request, now), now)

    def send(self, mulaw: bytes) -> None:
        """Voice for the line."""
        if self.state in CARRIES:
            self._say(mulaw)

    def take_output(self, now: float) -> bytes:
        """Bytes for the port."""
        if self.one_way and not self._hook_down:
            self._turn_around(now)
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

    def _news(self, events: list[s.Event], now: float) -> list[Outcome]:
        news: list[Outcome] = []
        for event in events:
            match event:
                case s.Line(text=text):
                    news += self._text(text, now)
                case s.Audio(data=data):
                    news += self._sound(data, now)
                case s.Heard(told=told):
                    news += self._told(told, now)
                case s.Failed():
                    self._retry_at = now + RETRY_S
                    news += self._signal(VoltageGone(), now)
                case s.Ready(mulaw=mulaw):
                    news += self._signal(VoltageGone() if mulaw is None else VoltageBack(), now)
                case s.Done(command=command, result=result) if command in s.VOICE:
                    news += self._stream_began(s.VOICE[command], result, now)
                case s.StreamEnded():
                    news += self._stream_ended(now)
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

    def _sound(self, data: bytes, now: float) -> list[Outcome]:
        news: list[Outcome] = [Sound(mulaw=data)] if self.state in CARRIES else []
        if self._progress is not None:
            samples = to_samples(data)
            for heard in self._progress.feed(samples):
                news += self._signal(heard, now)
            if self.state is LineState.TALKING and self._silence.feed(samples, now):
                news += self._signal(SilenceLasted(), now)
        return news

    def _told(self, told: Told, now: float) -> list[Outcome]:
        if told.digit:
            return [KeyPressed(key=told.digit)] if self.state in CARRIES else []
        if told.code is Code.EXTENSION_PICKUP and self.session.model.pickup_is_hangup:
            return self._signal(self._broken(), now)
        if told.code in _UNSURE_IN_TALK and self.state is LineState.TALKING:
            return []  # a chip takes some voices for it; in talk only what we hear ourselves counts
        make = _SIGNALS.get(told.code) if told.code is not None else None
        return [] if make is None else self._signal(make(self._profile), now)

    def _broken(self) -> Signal:
        return LoopBroken(duration_s=self._profile.loop_drop_s)

    def _stream_began(self, direction: Direction, result: Result, now: float) -> list[Outcome]:
        """Too late, where we hung up meanwhile; never, where the modem can't carry voice or the line broke."""
        if result is Result.CONNECT:
            if self._hook_down or self._flashing:  # which was asked for meanwhile
                self.session.leave_stream(now)
            return []
        if self._hook_down:
            return []
        if direction is not Direction.BOTH:
            return self._signal(VoiceFailed(), now)
        self.one_way = True
        self.session.stream(Direction.LISTEN)
        return []

    def _turn_around(self, now: float) -> None:
        """Of a modem that carries voice one way at a time: who speaks now?"""
        if self.session.direction is Direction.SPEAK:
            self.session.send(self._turns.take(), whole=True)
            if not self._turns.speak and not self.session.speaks_yet:
                self._turning = True
                self.session.leave_stream(now)
        elif self.session.direction is Direction.LISTEN and self._turns.speak:
            self._turning = True
            self.session.leave_stream(now)

    def _stream_ended(self, now: float) -> list[Outcome]:
        """By us, when we hung up; else the modem gave up, and so does the call."""
        if self._hook_down:
            self.session.command("AT+VLS=0")
            return []
        if self._flashing:
            self._flashing = self._turning = False
            self.session.command("AT+VTS=!")
            self._carry_voice()
            return []
        if self._turning:
            self._turning = False
            self.session.stream(Direction.SPEAK if self._turns.speak else Direction.LISTEN)
            return []
        return self._signal(self._broken(), now)

    def _signal(self, signal: Signal, now: float) -> list[Outcome]:
        return self._carry_out(self.line.handle(signal, now), now)

    # ── what the line orders ─────────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, outcomes: list[Outcome], now: float) -> list[Outcome]:
        news: list[Outcome] = []
        for outcome in outcomes:
            match outcome:
                case GoOffHook():
                    self._go_off_hook()
                case GoOnHook():
                    self._go_on_hook(now)
                case SendDigits(number=number):
                    self._say(to_mulaw(dial_tones(number)), whole=True)
                case BreakLoop():
                    self._flashing = True  # which is a command, and none can be given in the stream
                    self.session.leave_stream(now)
                case _:
                    news.append(outcome)
        return news

    def _go_off_hook(self) -> None:
        self._hook_down = False
        self._progress = CallProgress(self._profile.all_tones())
        self._silence = SilenceWatch(self._profile.silence_s)
        self._turns, self._turning = Turns(), False
        self.session.command("AT+VLS=1")
        self._carry_voice()

    def _carry_voice(self) -> None:
        """Both ways, unless this modem has refused that before."""
        self.session.stream(Direction.LISTEN if self.one_way else Direction.BOTH)

    def _say(self, mulaw: bytes, *, whole: bool = False) -> None:
        if self.one_way:
            self._turns.said(mulaw)
        else:
            self.session.send(mulaw, whole=whole)

    def _go_on_hook(self, now: float) -> None:
        self._hook_down = True
        self._flashing = False
        self._progress = None
        if self.session.mode is s.Mode.STREAM:
            self.session.leave_stream(now)
        else:
            self.session.forget_stream()
            self.session.command("AT+VLS=0")


_UNSURE_IN_TALK = frozenset({Code.DIAL_TONE, Code.STUTTER_DIAL_TONE})
_SIGNALS: dict[Code, Callable[[Profile], Signal]] = {
    Code.RING: lambda _: Rang(),
    Code.DIAL_TONE: lambda _: ToneHeard(tone=Tone.DIAL),
    Code.STUTTER_DIAL_TONE: lambda _: ToneHeard(tone=Tone.DIAL),
    Code.RINGBACK: lambda _: ToneHeard(tone=Tone.RINGBACK),
    Code.BUSY: lambda profile: ToneHeard(tone=Tone.BUSY, cycles=profile.busy_cycles),
    Code.FAST_BUSY: lambda profile: ToneHeard(tone=Tone.CONGESTION, cycles=profile.busy_cycles),
    Code.SPECIAL_INFORMATION: lambda _: ToneHeard(tone=Tone.SPECIAL_INFORMATION),
    Code.POLARITY_REVERSAL: lambda _: AnswerSeen(),
    Code.LOOP_INTERRUPTION: lambda profile: LoopBroken(duration_s=profile.loop_drop_s),
    Code.LINE_CURRENT_BREAK: lambda profile: LoopBroken(duration_s=profile.loop_drop_s),
    Code.EXTENSION_PICKUP: lambda _: ExtensionPickedUp(),
    Code.SILENCE: lambda _: SilenceLasted(),
}
