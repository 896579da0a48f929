"""What a modem's codes mean for the line, as signals of its state machine; and what of them isn't believed. Pure."""

from __future__ import annotations

from collections.abc import Callable

from hw.line.profile import Profile
from hw.line.signals import (
    AnswerSeen,
    ExtensionPickedUp,
    LoopBroken,
    Rang,
    Signal,
    SilenceLasted,
    Tone,
    ToneHeard,
)
from hw.modem.dle import Code
from hw.modem.models import Model


def loop_broken(profile: Profile) -> Signal:
    """For long enough; the chip doesn't say how long."""
    return LoopBroken(duration_s=profile.loop_drop_s)


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
    Code.LOOP_INTERRUPTION: loop_broken,
    Code.LINE_CURRENT_BREAK: loop_broken,
    Code.EXTENSION_PICKUP: lambda _: ExtensionPickedUp(),
    Code.SILENCE: lambda _: SilenceLasted(),
}


def signal_of(code: Code | None, profile: Profile, model: Model, *, talking: bool) -> Signal | None:
    """None for what means nothing. A chip takes some voices for a dial tone: in talk only what we hear ourselves
    counts."""
    if code is Code.EXTENSION_PICKUP and model.pickup_is_hangup:
        return loop_broken(profile)
    if code is None or (talking and code in _UNSURE_IN_TALK):
        return None
    make = _SIGNALS.get(code)
    return None if make is None else make(profile)
