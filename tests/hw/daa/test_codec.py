"""The DAA's sound card: real PortAudio, on the kernel's loop-back card where there is one (snd-aloop)."""

from __future__ import annotations

import math
import os
from array import array
from pathlib import Path

import pytest

from hw.daa.codec import SoundCard
from hw.daa.daa_line import BLOCK
from hw.daa.goertzel import Goertzel
from hw.errors import DeviceError

CARDS = Path("/proc/asound/cards")
HZ = 1000.0


def has_loopback() -> bool:
    there = CARDS.exists() and "Loopback" in CARDS.read_text()
    assert there or os.environ.get("LINEKEEPER_DEVICES") != "required", "snd-aloop is required and isn't loaded"
    return there


def test_card_when_there_is_none_of_that_name_then_those_that_are_there() -> None:
    with pytest.raises(DeviceError, match="no sound card 'nowhere'"):
        SoundCard("nowhere")


@pytest.mark.skipif(not has_loopback(), reason="no snd-aloop; 'sh image/bootstrap.sh test-devices' has one")
def test_card_when_a_tone_is_played_into_the_loop_then_it_is_heard_at_the_other_end() -> None:
    """Loopback's device 0 plays what device 1 records, and the other way round."""
    near, far = SoundCard("Loopback: PCM (hw:0,0)"), SoundCard("Loopback: PCM (hw:0,1)")
    tone = array("h", (round(8000 * math.sin(2 * math.pi * HZ * n / 8000)) for n in range(BLOCK)))
    silence = array("h", bytes(2 * BLOCK))
    goertzel = Goertzel([HZ])
    best = 0.0
    for _ in range(100):
        near.turn(tone)
        shares, _power = goertzel.powers(far.turn(silence))
        best = max(best, shares[0])
    near.close()
    near.close()
    far.close()
    assert best > 0.95
