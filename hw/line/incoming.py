"""The rules of a call that comes in: rings, who it is, whether we take it, somebody else, or nobody. Pure."""

from __future__ import annotations

from hw.line.profile import CallerIdStart
from hw.line.signals import (
    Alerted,
    Answer,
    CallArrived,
    CallEnded,
    CallerRead,
    EndReason,
    ExtensionPickedUp,
    GoOffHook,
    HangUp,
    Outcome,
    Rang,
)
from hw.line.situation import Rules, Situation, TimeRules
from hw.line.states import LineState


def _alerted(line: Situation, _event: Alerted, now: float) -> list[Outcome]:
    line.enter(LineState.CALLER_ID)
    line.gone_at = now + line.profile.ring_gap_s
    return []


def _first_ring(line: Situation, _event: Rang, now: float) -> list[Outcome]:
    line.gone_at = now + line.profile.ring_gap_s
    if line.profile.caller_id is not CallerIdStart.AFTER_RING:
        return _offer(line, now)
    line.enter(LineState.CALLER_ID, now + line.profile.caller_id_wait_s)
    line.gone_at = now + line.profile.ring_gap_s
    return []


def _ring_again(line: Situation, _event: Rang, now: float) -> list[Outcome]:
    """By the second ring whoever is to come knows the number, or goes without."""
    line.gone_at = now + line.profile.ring_gap_s
    return _offer(line, now)


def _caller(line: Situation, event: CallerRead, now: float) -> list[Outcome]:
    line.caller = event.caller
    rings = line.due is not None  # it was a ring that brought us here, and not an alert
    return _offer(line, now) if rings else []


def _later_caller(line: Situation, event: CallerRead, _now: float) -> list[Outcome]:
    """The user has the call already: one more word on who it is."""
    if event.caller == line.caller:
        return []
    line.caller = event.caller
    return [CallArrived(caller=line.caller)]


def _offer(line: Situation, now: float) -> list[Outcome]:
    gone_at = line.gone_at
    line.enter(LineState.RINGING)
    line.gone_at = gone_at or now + line.profile.ring_gap_s
    if line.told:
        return []
    line.told = True
    return [CallArrived(caller=line.caller)]


def given_up(line: Situation) -> list[Outcome]:
    """No ring for too long."""
    return _no_more(line, EndReason.CALLER_GAVE_UP)


def _extension_takes_it(line: Situation, _event: ExtensionPickedUp, _now: float) -> list[Outcome]:
    return _no_more(line, EndReason.EXTENSION)


def _no_more(line: Situation, reason: EndReason) -> list[Outcome]:
    told = line.told
    line.enter(LineState.IDLE)
    return [CallEnded(reason=reason)] if told else []


def _answer(line: Situation, _event: Answer, now: float) -> list[Outcome]:
    line.took = True
    line.enter(LineState.SEIZED, now + line.profile.settle_s)
    return [GoOffHook()]


def _decline(line: Situation, _event: HangUp, _now: float) -> list[Outcome]:
    """A ringing call can't be refused on an analog line: it goes on ringing, and nobody here minds."""
    return [CallEnded(reason=EndReason.HUNG_UP)] if line.told else []


RULES: Rules = {
    (LineState.IDLE, Alerted): _alerted,
    (LineState.IDLE, Rang): _first_ring,
    (LineState.CALLER_ID, Rang): _ring_again,
    (LineState.CALLER_ID, CallerRead): _caller,
    (LineState.CALLER_ID, ExtensionPickedUp): _extension_takes_it,
    (LineState.RINGING, Rang): _ring_again,
    (LineState.RINGING, CallerRead): _later_caller,
    (LineState.RINGING, Answer): _answer,
    (LineState.RINGING, HangUp): _decline,
    (LineState.RINGING, ExtensionPickedUp): _extension_takes_it,
}
TIME_RULES: TimeRules = {LineState.CALLER_ID: _offer}
