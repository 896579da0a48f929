"""The rules of a call that has a line, and of its ends: by either side, by a fault, by a line that is gone. Pure."""

from __future__ import annotations

from hw.line.signals import (
    BreakLoop,
    CallEnded,
    EndReason,
    ExtensionPickedUp,
    Flash,
    GoOnHook,
    HangUp,
    LineFound,
    LineLost,
    LoopBroken,
    Outcome,
    SendDigits,
    SendKeys,
    SilenceLasted,
    Tone,
    ToneHeard,
    VoiceFailed,
    VoltageBack,
    VoltageGone,
)
from hw.line.situation import Rules, Situation, TimeRules
from hw.line.states import CARRIES, OFF_HOOK, LineState


def _tone(line: Situation, event: ToneHeard, now: float) -> list[Outcome]:
    """Busy tone; and a dial tone where we took a call: the caller had gone as we did."""
    over = event.tone in (Tone.BUSY, Tone.CONGESTION) and event.cycles >= line.profile.busy_cycles
    gone = event.tone is Tone.DIAL and line.took
    return line.end(EndReason.FAR_END, now) if over or gone else []


def _broken(line: Situation, event: LoopBroken, now: float) -> list[Outcome]:
    return line.end(EndReason.FAR_END, now) if event.duration_s >= line.profile.loop_drop_s else []


def _flash(line: Situation, _event: Flash, _now: float) -> list[Outcome]:
    return [BreakLoop(duration_s=line.profile.flash_s)]


def _keys(_line: Situation, event: SendKeys, _now: float) -> list[Outcome]:
    return [SendDigits(number=event.keys)]


def _silent(line: Situation, _event: SilenceLasted, now: float) -> list[Outcome]:
    return line.end(EndReason.SILENCE, now)


def _voiceless(line: Situation, _event: VoiceFailed, now: float) -> list[Outcome]:
    return line.end(EndReason.NO_VOICE, now)


def _hang_up(line: Situation, _event: HangUp, now: float) -> list[Outcome]:
    return line.end(EndReason.HUNG_UP, now)


def _yield(line: Situation, _event: ExtensionPickedUp, now: float) -> list[Outcome]:
    return line.end(EndReason.EXTENSION, now)


def _lost(line: Situation, _event: VoltageGone, _now: float) -> list[Outcome]:
    under_way = line.state in OFF_HOOK or line.told
    orders: list[Outcome] = [GoOnHook()] if line.state in OFF_HOOK else []
    line.enter(LineState.NO_LINE)
    return [*orders, *([CallEnded(reason=EndReason.NO_LINE)] if under_way else []), LineLost()]


def _found(line: Situation, _event: VoltageBack, _now: float) -> list[Outcome]:
    line.enter(LineState.IDLE)
    return [LineFound()]


def _free(line: Situation, _now: float) -> list[Outcome]:
    line.enter(LineState.IDLE)
    return []


RULES: Rules = {
    (LineState.TALKING, ToneHeard): _tone,
    (LineState.TALKING, SilenceLasted): _silent,
    (LineState.TALKING, Flash): _flash,
    (LineState.TALKING, SendKeys): _keys,
    (LineState.NO_LINE, VoltageBack): _found,
}
RULES |= {(state, HangUp): _hang_up for state in OFF_HOOK}
RULES |= {(state, VoiceFailed): _voiceless for state in OFF_HOOK}
RULES |= {(state, LoopBroken): _broken for state in CARRIES}
RULES |= {(state, ExtensionPickedUp): _yield for state in OFF_HOOK}
RULES |= {(state, VoltageGone): _lost for state in LineState if state is not LineState.NO_LINE}
TIME_RULES: TimeRules = {LineState.RELEASING: _free}
