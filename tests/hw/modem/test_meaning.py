"""What a modem's codes mean, by chip and by what the line is doing."""

from __future__ import annotations

import pytest

from hw.line.profile import Profile
from hw.line.signals import AnswerSeen, ExtensionPickedUp, LoopBroken, Signal, Tone, ToneHeard
from hw.modem.dle import Code
from hw.modem.meaning import signal_of
from hw.modem.models import CX930XX, GENERIC, Model

PROFILE = Profile(country="US", loop_drop_s=0.5, busy_cycles=4)
BROKEN = LoopBroken(duration_s=0.5)


@pytest.mark.parametrize(
    ("code", "model", "talking", "signal"),
    [
        (Code.POLARITY_REVERSAL, GENERIC, False, AnswerSeen()),
        (Code.LOOP_INTERRUPTION, GENERIC, True, BROKEN),
        (Code.EXTENSION_PICKUP, GENERIC, True, ExtensionPickedUp()),
        (Code.EXTENSION_PICKUP, CX930XX, True, BROKEN),
        (Code.BUSY, GENERIC, True, ToneHeard(tone=Tone.BUSY, cycles=4)),
        (Code.DIAL_TONE, GENERIC, False, ToneHeard(tone=Tone.DIAL)),
        (Code.DIAL_TONE, GENERIC, True, None),
        (Code.UNDERRUN, GENERIC, True, None),
        (None, GENERIC, True, None),
    ],
)
def test_code_when_told_then_what_it_means(
    code: Code | None, model: Model, talking: bool, signal: Signal | None
) -> None:
    assert signal_of(code, PROFILE, model, talking=talking) == signal
