"""The mock sound device: says what it was given, keeps what it heard, and its clock may be wrong."""

from __future__ import annotations

import array

from kit.audio import Sound
from kit.call_clock import TONE_HZ, Call
from kit.processes import wait_until

from hw.audio.exchange import CALL_SAMPLES, SoundExchange, mix
from hw.audio.level import SILENT_DB, Meter, bar, level_db
from hw.audio.mock import MockStream

BLOCK = array.array("h", [5000 if n // 8 % 2 else -5000 for n in range(CALL_SAMPLES)]).tobytes()  # 500 Hz


def test_mock_when_it_speaks_then_the_call_hears_it_and_is_heard() -> None:
    exchange = SoundExchange()
    with MockStream(exchange, microphone=BLOCK) as device:
        call = Call(exchange)
        try:
            wait_until(lambda: _hears(call.heard), timeout_s=30, what="the microphone in the call")
            wait_until(lambda: _hears(array.array("h", bytes(device.heard))), timeout_s=30, what="the call in the ear")
        finally:
            call.stop()


def _hears(samples: array.array[int]) -> bool:
    return Sound(rate_hz=8000, samples=samples).part(-0.2).has_tone(TONE_HZ)


def test_mock_when_unplugged_then_it_says_why_and_closing_twice_is_safe() -> None:
    device = MockStream(SoundExchange())
    device.inject_unplug()
    assert "unplugged" in device.fault
    device.close()
    device.close()


def test_levels_when_measured_then_in_decibels_of_full_scale() -> None:
    assert level_db(b"") == level_db(bytes(320)) == SILENT_DB
    full = array.array("h", [32767, -32768] * 80).tobytes()
    assert abs(level_db(full)) < 0.01
    half = array.array("h", [16384, -16384] * 80).tobytes()
    assert abs(level_db(half) + 6.02) < 0.01


def test_meter_when_it_gets_quiet_then_the_needle_falls_slowly() -> None:
    meter = Meter()
    loud = meter.take(array.array("h", [16384] * 80).tobytes(), 0.01)
    assert meter.take(bytes(160), 0.1) == loud - 2.0


def test_bar_when_drawn_then_as_full_as_loud() -> None:
    assert bar(0.0, 10) == "##########"
    assert bar(-30.0, 10) == "#####-----"
    assert bar(SILENT_DB, 10) == "----------"


def test_mix_when_both_are_loud_then_it_is_limited() -> None:
    loud = array.array("h", [30000] * 4).tobytes()
    assert array.array("h", mix(loud, loud, 0.5)).tolist() == [32767] * 4
    assert array.array("h", mix(bytes(8), loud, 0.5)).tolist() == [15000] * 4
