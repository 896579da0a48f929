"""The rules of going off-hook and of a call that we dial: dial tone, digits, what the exchange says to them. Pure."""

from __future__ import annotations

from hw.line.signals import (
    Answer,
    AnswerSeen,
    CallConnected,
    CallEnded,
    Dial,
    EndReason,
    GoOffHook,
    Outcome,
    Rang,
    Request,
    SendDigits,
    Tone,
    ToneHeard,
)
from hw.line.situation import Rules, Situation, TimeRules
from hw.line.states import LineState

_FAILED = {
    Tone.BUSY: EndReason.BUSY,
    Tone.CONGESTION: EndReason.NOT_DIALABLE,
    Tone.SPECIAL_INFORMATION: EndReason.NOT_DIALABLE,
}


def _dial(line: Situation, event: Dial, now: float) -> list[Outcome]:
    line.number = event.number
    line.enter(LineState.SEIZED, now + line.profile.settle_s)
    return [GoOffHook()]


def _settled(line: Situation, now: float) -> list[Outcome]:
    if not line.number:
        line.enter(LineState.TALKING)
        return [CallConnected()]
    if line.profile.blind_dial:
        return _send(line, now)
    line.enter(LineState.DIAL_TONE, now + line.profile.dial_tone_wait_s)
    return []


def _dial_tone(line: Situation, event: ToneHeard, now: float) -> list[Outcome]:
    return _send(line, now) if event.tone is Tone.DIAL else []


def _no_dial_tone(line: Situation, now: float) -> list[Outcome]:
    return line.end(EndReason.NO_LINE, now)


def _send(line: Situation, now: float) -> list[Outcome]:
    line.enter(LineState.DIALLED, now + line.profile.answer_s)
    return [SendDigits(number=line.number)]


def _progress(line: Situation, event: ToneHeard, now: float) -> list[Outcome]:
    if event.tone is Tone.RINGBACK:
        line.due = now + line.profile.ringback_gap_s
    elif event.tone in _FAILED:
        return line.end(_FAILED[event.tone], now)
    return []


def _answered(line: Situation, _event: AnswerSeen, _now: float) -> list[Outcome]:
    line.enter(LineState.TALKING)
    return [CallConnected()]


def _assumed(line: Situation, _now: float) -> list[Outcome]:
    line.enter(LineState.TALKING)
    return [CallConnected(certain=False)]


def _glare(line: Situation, _event: Rang, now: float) -> list[Outcome]:
    """It rang while we took the line: the caller is there, our number was not dialled."""
    return line.end(EndReason.GLARE, now) if line.number else []


def _refuse(_line: Situation, _event: Request, _now: float) -> list[Outcome]:
    return [CallEnded(reason=EndReason.REFUSED)]


RULES: Rules = {
    (LineState.IDLE, Dial): _dial,
    (LineState.IDLE, Answer): _refuse,
    (LineState.SEIZED, Rang): _glare,
    (LineState.DIAL_TONE, Rang): _glare,
    (LineState.DIAL_TONE, ToneHeard): _dial_tone,
    (LineState.DIALLED, ToneHeard): _progress,
    (LineState.DIALLED, AnswerSeen): _answered,
}
RULES |= {(state, Dial): _refuse for state in LineState if state is not LineState.IDLE}
TIME_RULES: TimeRules = {
    LineState.SEIZED: _settled,
    LineState.DIAL_TONE: _no_dial_tone,
    LineState.DIALLED: _assumed,
}
