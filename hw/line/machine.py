"""One analog line, whatever drives it: a pure state machine with the clock passed in.

`handle(event, now)` takes what the driver tells and what the user asks, and returns orders for the driver and news for
the user, in order. `next_timer` says when `handle_timer` wants to be called. Times in seconds on one scale.

    IDLE ── ring, alert ──► CALLER_ID ── caller, second ring, patience ──► RINGING ── Answer ──► SEIZED ──► TALKING
    IDLE ── Dial ──► SEIZED ──► DIAL_TONE ──► DIALLED ── answer seen, or assumed ──► TALKING
    any of them ── end ──► RELEASING ── guard time ──► IDLE;   no voltage: NO_LINE
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from hw.line.caller_id import CallerId
from hw.line.profile import CallerIdStart, Profile
from hw.line.signals import (
    Alerted,
    Answer,
    AnswerSeen,
    BreakLoop,
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRead,
    Dial,
    EndReason,
    ExtensionPickedUp,
    Flash,
    GoOffHook,
    GoOnHook,
    HangUp,
    LineFound,
    LineLost,
    LoopBroken,
    Outcome,
    Rang,
    Request,
    SendDigits,
    SendKeys,
    Signal,
    SilenceLasted,
    Tone,
    ToneHeard,
    VoiceFailed,
    VoltageBack,
    VoltageGone,
)


class LineState(enum.StrEnum):
    IDLE = "idle"
    CALLER_ID = "caller_id"  # it rings or is about to; who calls isn't known yet
    RINGING = "ringing"
    SEIZED = "seized"  # off-hook, settling
    DIAL_TONE = "dial_tone"
    DIALLED = "dialled"
    TALKING = "talking"
    RELEASING = "releasing"
    NO_LINE = "no_line"


OFF_HOOK = frozenset({LineState.SEIZED, LineState.DIAL_TONE, LineState.DIALLED, LineState.TALKING})
INCOMING = frozenset({LineState.CALLER_ID, LineState.RINGING})
_FAILED = {
    Tone.BUSY: EndReason.BUSY,
    Tone.CONGESTION: EndReason.NOT_DIALABLE,
    Tone.SPECIAL_INFORMATION: EndReason.NOT_DIALABLE,
}


class Line:
    """The state of one line. `caller`: of the call that rings or is under way."""

    def __init__(self, profile: Profile) -> None:
        self.state = LineState.IDLE
        self.caller = CallerId()
        self._profile = profile
        self._number = ""
        self._told = False  # the user knows of the incoming call
        self._took = False  # we have answered it
        self._due: float | None = None
        self._gone_at: float | None = None  # when the caller counts as having given up

    def handle(self, event: Signal | Request, now: float) -> list[Outcome]:
        """What follows from `event`; nothing for one that means nothing in this state."""
        found = _TABLE.get((self.state, type(event)))
        return [] if found is None else found(self, event, now)

    def next_timer(self) -> float | None:
        """When `handle_timer` is due, None: never."""
        return min((at for at in (self._due, self._gone_at) if at is not None), default=None)

    def handle_timer(self, now: float) -> list[Outcome]:
        """What follows from time alone."""
        if self._gone_at is not None and self._gone_at <= now:
            return self._given_up(now)
        if self._due is None or self._due > now:
            return []
        self._due = None
        return _TIMERS[self.state](self, now) if self.state in _TIMERS else []

    # ── incoming ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _alerted(self, _event: Alerted, now: float) -> list[Outcome]:
        self._enter(LineState.CALLER_ID)
        self._gone_at = now + self._profile.ring_gap_s
        return []

    def _first_ring(self, _event: Rang, now: float) -> list[Outcome]:
        self._gone_at = now + self._profile.ring_gap_s
        if self._profile.caller_id is not CallerIdStart.AFTER_RING:
            return self._offer(now)
        self._enter(LineState.CALLER_ID, now + self._profile.caller_id_wait_s)
        self._gone_at = now + self._profile.ring_gap_s
        return []

    def _ring_again(self, _event: Rang, now: float) -> list[Outcome]:
        """By the second ring whoever is to come knows the number, or goes without."""
        self._gone_at = now + self._profile.ring_gap_s
        return self._offer(now)

    def _caller(self, event: CallerRead, now: float) -> list[Outcome]:
        self.caller = event.caller
        rings = self._due is not None  # it was a ring that brought us here, and not an alert
        return self._offer(now) if rings else []

    def _later_caller(self, event: CallerRead, _now: float) -> list[Outcome]:
        """The user has the call already: one more word on who it is."""
        if event.caller == self.caller:
            return []
        self.caller = event.caller
        return [CallArrived(caller=self.caller)]

    def _offer(self, now: float) -> list[Outcome]:
        gone_at = self._gone_at
        self._enter(LineState.RINGING)
        self._gone_at = gone_at or now + self._profile.ring_gap_s
        if self._told:
            return []
        self._told = True
        return [CallArrived(caller=self.caller)]

    def _given_up(self, _now: float) -> list[Outcome]:
        told = self._told
        self._enter(LineState.IDLE)
        return [CallEnded(reason=EndReason.CALLER_GAVE_UP)] if told else []

    def _answer(self, _event: Answer, now: float) -> list[Outcome]:
        self._took = True
        self._enter(LineState.SEIZED, now + self._profile.settle_s)
        return [GoOffHook()]

    # ── outgoing ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _dial(self, event: Dial, now: float) -> list[Outcome]:
        self._number = event.number
        self._enter(LineState.SEIZED, now + self._profile.settle_s)
        return [GoOffHook()]

    def _settled(self, now: float) -> list[Outcome]:
        if not self._number:
            self._enter(LineState.TALKING)
            return [CallConnected()]
        if self._profile.blind_dial:
            return self._send(now)
        self._enter(LineState.DIAL_TONE, now + self._profile.dial_tone_wait_s)
        return []

    def _dial_tone(self, event: ToneHeard, now: float) -> list[Outcome]:
        return self._send(now) if event.tone is Tone.DIAL else []

    def _no_dial_tone(self, now: float) -> list[Outcome]:
        return self._end(EndReason.NO_LINE, now)

    def _send(self, now: float) -> list[Outcome]:
        self._enter(LineState.DIALLED, now + self._profile.answer_s)
        return [SendDigits(number=self._number)]

    def _progress(self, event: ToneHeard, now: float) -> list[Outcome]:
        if event.tone is Tone.RINGBACK:
            self._due = now + self._profile.ringback_gap_s
        elif event.tone in _FAILED:
            return self._end(_FAILED[event.tone], now)
        return []

    def _answered(self, _event: AnswerSeen, _now: float) -> list[Outcome]:
        self._enter(LineState.TALKING)
        return [CallConnected()]

    def _assumed(self, _now: float) -> list[Outcome]:
        self._enter(LineState.TALKING)
        return [CallConnected(certain=False)]

    # ── talk and end ─────────────────────────────────────────────────────────────────────────────────────────────

    def _tone_in_talk(self, event: ToneHeard, now: float) -> list[Outcome]:
        """Busy tone; and a dial tone where we took a call: the caller had gone as we did."""
        over = event.tone in (Tone.BUSY, Tone.CONGESTION) and event.cycles >= self._profile.busy_cycles
        gone = event.tone is Tone.DIAL and self._took
        return self._end(EndReason.FAR_END, now) if over or gone else []

    def _broken(self, event: LoopBroken, now: float) -> list[Outcome]:
        return self._end(EndReason.FAR_END, now) if event.duration_s >= self._profile.loop_drop_s else []

    def _flash(self, _event: Flash, _now: float) -> list[Outcome]:
        return [BreakLoop(duration_s=self._profile.flash_s)]

    def _keys(self, event: SendKeys, _now: float) -> list[Outcome]:
        return [SendDigits(number=event.keys)]

    def _silent(self, _event: SilenceLasted, now: float) -> list[Outcome]:
        return self._end(EndReason.SILENCE, now)

    def _voiceless(self, _event: VoiceFailed, now: float) -> list[Outcome]:
        return self._end(EndReason.NO_VOICE, now)

    def _hang_up(self, _event: HangUp, now: float) -> list[Outcome]:
        return self._end(EndReason.HUNG_UP, now)

    def _decline(self, _event: HangUp, _now: float) -> list[Outcome]:
        """A ringing call can't be refused on an analog line: it goes on ringing, and nobody here minds."""
        return [CallEnded(reason=EndReason.HUNG_UP)] if self._told else []

    def _extension_takes_it(self, _event: ExtensionPickedUp, _now: float) -> list[Outcome]:
        told = self._told
        self._enter(LineState.IDLE)
        return [CallEnded(reason=EndReason.EXTENSION)] if told else []

    def _yield(self, _event: ExtensionPickedUp, now: float) -> list[Outcome]:
        return self._end(EndReason.EXTENSION, now)

    def _glare(self, _event: Rang, now: float) -> list[Outcome]:
        """It rang while we took the line: the caller is there, our number was not dialled."""
        return self._end(EndReason.GLARE, now) if self._number else []

    def _refuse(self, _event: Request, _now: float) -> list[Outcome]:
        return [CallEnded(reason=EndReason.REFUSED)]

    def _lost(self, _event: VoltageGone, _now: float) -> list[Outcome]:
        under_way = self.state in OFF_HOOK or self._told
        orders: list[Outcome] = [GoOnHook()] if self.state in OFF_HOOK else []
        self._enter(LineState.NO_LINE)
        return [*orders, *([CallEnded(reason=EndReason.NO_LINE)] if under_way else []), LineLost()]

    def _found(self, _event: VoltageBack, _now: float) -> list[Outcome]:
        self._enter(LineState.IDLE)
        return [LineFound()]

    def _end(self, reason: EndReason, now: float) -> list[Outcome]:
        self._enter(LineState.RELEASING, now + self._profile.guard_s)
        return [GoOnHook(), CallEnded(reason=reason)]

    def _free(self, _now: float) -> list[Outcome]:
        self._enter(LineState.IDLE)
        return []

    def _enter(self, state: LineState, due: float | None = None) -> None:
        self.state, self._due, self._gone_at = state, due, None
        if state in (LineState.IDLE, LineState.RELEASING, LineState.NO_LINE):
            self._told, self._took, self._number, self.caller = False, False, "", CallerId()


Handler = Callable[[Line, Any, float], list[Outcome]]
_TABLE: dict[tuple[LineState, type], Handler] = {
    (LineState.IDLE, Alerted): Line._alerted,
    (LineState.IDLE, Rang): Line._first_ring,
    (LineState.IDLE, Dial): Line._dial,
    (LineState.IDLE, Answer): Line._refuse,
    (LineState.CALLER_ID, Rang): Line._ring_again,
    (LineState.CALLER_ID, CallerRead): Line._caller,
    (LineState.CALLER_ID, ExtensionPickedUp): Line._extension_takes_it,
    (LineState.RINGING, Rang): Line._ring_again,
    (LineState.RINGING, CallerRead): Line._later_caller,
    (LineState.RINGING, Answer): Line._answer,
    (LineState.RINGING, HangUp): Line._decline,
    (LineState.RINGING, ExtensionPickedUp): Line._extension_takes_it,
    (LineState.SEIZED, Rang): Line._glare,
    (LineState.DIAL_TONE, Rang): Line._glare,
    (LineState.DIAL_TONE, ToneHeard): Line._dial_tone,
    (LineState.DIALLED, ToneHeard): Line._progress,
    (LineState.DIALLED, AnswerSeen): Line._answered,
    (LineState.TALKING, ToneHeard): Line._tone_in_talk,
    (LineState.TALKING, SilenceLasted): Line._silent,
    (LineState.TALKING, Flash): Line._flash,
    (LineState.TALKING, SendKeys): Line._keys,
    (LineState.NO_LINE, VoltageBack): Line._found,
}
_TABLE |= {(state, HangUp): Line._hang_up for state in OFF_HOOK}
_TABLE |= {(state, VoiceFailed): Line._voiceless for state in OFF_HOOK}
_TABLE |= {(state, LoopBroken): Line._broken for state in (LineState.DIALLED, LineState.TALKING)}
_TABLE |= {(state, ExtensionPickedUp): Line._yield for state in OFF_HOOK}
_TABLE |= {(state, VoltageGone): Line._lost for state in LineState if state is not LineState.NO_LINE}
_TABLE |= {(state, Dial): Line._refuse for state in LineState if state is not LineState.IDLE}

_TIMERS: dict[LineState, Callable[[Line, float], list[Outcome]]] = {
    LineState.CALLER_ID: Line._offer,
    LineState.SEIZED: Line._settled,
    LineState.DIAL_TONE: Line._no_dial_tone,
    LineState.DIALLED: Line._assumed,
    LineState.RELEASING: Line._free,
}
