"""The ring in the ear: on and off as a telephone's, soft, and never a heap of it."""

from __future__ import annotations

import array

from kit.audio import Sound

from appliance.devices.agent.settings import FRAME_BYTES, RATE_HZ
from appliance.devices.seat.ringing import Ringing


def _heard(seconds: float, *, every_s: float) -> Sound:
    ringing, frames, turns = Ringing(100.0), [], round(seconds / every_s)
    for turn in range(turns + 1):
        frames += ringing.due(100.0 + turn * every_s + 1e-6)
    assert all(len(frame) == FRAME_BYTES for frame in frames)
    return Sound(rate_hz=RATE_HZ, samples=array.array("h", b"".join(frames)))


def test_ringing_when_turned_often_then_on_and_off() -> None:
    sound = _heard(6.0, every_s=0.02)
    assert abs(sound.duration_s - 6.0) < 0.05
    assert sound.part(0.1, 0.7).has_tone(554.0, share=0.4)
    assert sound.part(0.9, 2.9).rms() == 0
    assert sound.part(3.1, 3.7).has_tone(440.0, share=0.4)
    assert max(map(abs, sound.samples)) < 3300  # -20 dB of full scale


def test_ringing_when_there_was_a_stall_then_no_heap() -> None:
    ringing = Ringing(0.0)
    ringing.due(0.021)
    assert len(ringing.due(2.0)) == 3
    assert ringing.due(2.0) == []
