"""The doctor on captures of simulated lines: what is well is found, what is wrong is said in words."""

from __future__ import annotations

import math
from array import array
from dataclasses import replace

import pytest
from kit.caller_sound import CallerStandard
from kit.exchange import Exchange, Plan
from kit.line_captures import CALLER, echo, of_a_line, record, with_noise

from hw.line.doctor import captures as c
from hw.line.doctor.callers import Standard
from hw.line.doctor.captures import Captures
from hw.line.doctor.findings import Disconnect, Loop, find
from hw.line.doctor.probe import FREQUENCIES_HZ, echo_of
from hw.line.doctor.words import facts_of, remarks_of
from hw.line.profile import CallerIdStart
from hw.line.signals import Tone
from hw.line.tones import TONES


def tone(*frequencies_hz: float, level: int = 3000, on_s: float = 0.0, seconds: float = 4.0) -> array[int]:
    samples = [
        round(level * sum(math.sin(2 * math.pi * hz * at / 8000) for hz in frequencies_hz))
        * (not on_s or int(at / 8000 / on_s) % 2 == 0)
        for at in range(round(seconds * 8000))
    ]
    return array("h", samples)


@pytest.mark.parametrize("country", ["US", "DE", "FR", "KR", "GB", "NL"])
def test_line_when_it_is_well_then_its_own_country_and_nothing_to_say(country: str) -> None:
    found = find(of_a_line(Plan(country=country, breaks=False)))
    assert found.loop is Loop.LINE
    assert found.countries[0] == country
    assert (found.disconnect, found.end_tone) == (Disconnect.TONE, busy_of(country))
    assert found.caller is not None
    assert (found.caller.standard, found.caller.caller.number) == (Standard.BELL_202, CALLER.number)
    assert found.profile.country == country
    assert found.profile.tones == ()
    assert remarks_of(found) == ()


def busy_of(country: str) -> object:
    return next(spec for spec in TONES[country] if spec.tone is Tone.BUSY)


@pytest.mark.parametrize(
    ("standard", "before_ring", "expected"),
    [
        (CallerStandard.BELL, False, Standard.BELL_202),
        (CallerStandard.V23, False, Standard.V23),
        (CallerStandard.V23, True, Standard.V23),
        (CallerStandard.DTMF, True, Standard.KEYS),
        (CallerStandard.NONE, False, Standard.NONE),
    ],
)
def test_caller_when_sent_by_any_standard_then_which_and_when(
    standard: CallerStandard, before_ring: bool, expected: Standard
) -> None:
    found = find(of_a_line(Plan(caller_standard=standard, before_ring=before_ring)))
    assert found.caller is not None
    assert found.caller.standard is expected
    if expected is not Standard.NONE:
        assert found.caller.before_ring is before_ring
        start = CallerIdStart.BEFORE_RING if before_ring else CallerIdStart.AFTER_RING
        assert found.profile.caller_id is start
    else:
        assert found.profile.caller_id is CallerIdStart.NONE
        assert any("order it from the provider" in remark for remark in remarks_of(found))


@pytest.mark.parametrize("loss_db", [4.0, 10.0, 20.0])
def test_echo_when_so_much_comes_back_then_measured_within_a_decibel(loss_db: float) -> None:
    measured = echo_of(with_noise(echo(loss_db, 0.09), 8.0))
    assert measured is not None
    assert measured.return_loss_db == pytest.approx(loss_db, abs=1.0)
    assert measured.delay_s == pytest.approx(0.09, abs=0.02)
    assert set(measured.at_hz) == set(FREQUENCIES_HZ)
    told = any("comes back" in remark for remark in remarks_of(find(Captures(sounds={c.ECHO: echo(loss_db, 0.1)}))))
    assert told is (loss_db < 8)


def test_echo_when_too_little_was_recorded_then_unknown() -> None:
    assert echo_of(array("h", [0] * 800)) is None


def test_line_when_off_hook_not_a_sound_comes_then_cable_or_wrong_socket() -> None:
    found = find(Captures(country="US", sounds={c.OFF_HOOK: with_noise(array("h", [0] * 24_000), 3.0)}))
    assert found.loop is Loop.DEAD
    assert remarks_of(found) == (
        "No loop current: off-hook, not a sound comes. Cable or wrong socket, or somebody has the line.",
    )
    assert facts_of(found) == {"line": "no loop current"}


def test_line_when_it_has_no_voltage_then_told_whatever_is_heard() -> None:
    found = find(Captures(country="US", voltage_v=1.4))
    assert found.loop is Loop.NO_VOLTAGE
    assert remarks_of(found)[0].startswith("No voltage (1.4 V): the cable is out")


def test_line_when_it_sounds_of_talk_then_no_dial_tone_and_blind_dialling() -> None:
    noise = with_noise(array("h", [0] * 24_000), 3000.0)
    found = find(Captures(country="US", sounds={c.OFF_HOOK: noise}))
    assert found.loop is Loop.NO_DIAL_TONE
    assert found.profile.blind_dial
    assert "blind_dial" in remarks_of(found)[0]


def test_country_when_set_wrongly_then_whose_dial_tone_it_is() -> None:
    heard, _ = record(Exchange(Plan(country="DE")), 3.0, off_hook=True)
    found = find(Captures(country="US", sounds={c.OFF_HOOK: heard}))
    assert found.countries == ("DE", "NL")
    assert found.profile.country == "DE"
    assert "that of DE or NL, but the line is set to US" in remarks_of(found)[0]


def test_tones_when_no_country_has_them_then_the_profile_has_them_as_heard() -> None:
    sounds = {c.OFF_HOOK: tone(380.0), c.ENDED: tone(380.0, on_s=0.6)}
    found = find(Captures(country="US", sounds=sounds))
    assert found.countries == ()
    dial, busy = found.profile.tones
    assert (dial.tone, dial.frequencies_hz, dial.cadence_s) == (Tone.DIAL, (380.0,), ())
    assert (busy.tone, busy.frequencies_hz) == (Tone.BUSY, (380.0,))
    assert busy.cadence_s == pytest.approx((0.6, 0.6), abs=0.05)
    assert found.profile.all_tones()[-2:] == (dial, busy)
    assert "as it was heard" in remarks_of(found)[0]


@pytest.mark.parametrize(("level", "word"), [(40, "weak"), (14000, "very loud")])
def test_dial_tone_when_its_level_is_odd_then_told(level: int, word: str) -> None:
    found = find(Captures(country="US", sounds={c.OFF_HOOK: tone(350.0, 440.0, level=level)}))
    assert found.loop is Loop.LINE
    assert word in remarks_of(found)[0]


def test_idle_line_when_it_hums_then_told() -> None:
    found = find(Captures(country="US", sounds={c.IDLE: tone(50.0, level=300)}))
    assert found.idle_dbm0 == pytest.approx(-37.6, abs=1.0)
    assert "noisy" in remarks_of(found)[0]


@pytest.mark.parametrize(
    ("break_s", "sound", "expected"),
    [
        (0.35, array("h", [0] * 16_000), Disconnect.BREAK),
        (None, tone(480.0, 620.0, on_s=0.25), Disconnect.TONE),
        (None, array("h", [0] * 16_000), Disconnect.SILENCE),
        (None, array("h"), Disconnect.UNKNOWN),
    ],
)
def test_hang_up_when_told_somehow_then_how(break_s: float | None, sound: array[int], expected: Disconnect) -> None:
    found = find(Captures(country="US", sounds={c.ENDED: sound}, break_s=break_s))
    assert found.disconnect is expected
    if break_s is not None:
        assert found.profile.loop_drop_s == pytest.approx(0.245)
        assert facts_of(found)["hang-up"] == "loop break of 350 ms"
    if expected is Disconnect.TONE:
        assert facts_of(found)["hang-up"] == "congestion tone, 480 + 620 Hz, 0.25 s on, 0.25 s off"
    silent = expected is Disconnect.SILENCE
    assert any("three minutes of silence" in remark for remark in remarks_of(found)) is silent
    assert found.profile.silence_s == (180.0 if silent else 0.0)


def test_caller_when_the_device_read_it_then_so_told() -> None:
    found = find(Captures(country="US", caller=CALLER, caller_before_ring=True, rings_s=(1.0,)))
    assert facts_of(found)["caller id"] == "read by the device"


def test_caller_when_the_message_came_damaged_then_told_and_not_used() -> None:
    captures = of_a_line(Plan())
    sound = captures.sounds[c.RINGING]
    middle = round((2.5 + 0.6) * 8000)
    broken = array("h", [*sound[:middle], *([0] * 160), *sound[middle + 160 :]])
    found = find(replace(captures, sounds={**captures.sounds, c.RINGING: broken}))
    assert found.caller is not None
    assert found.caller.damaged
    assert any("came damaged" in remark for remark in remarks_of(found))


def test_captures_when_there_are_none_then_all_is_unknown_and_nothing_invented() -> None:
    found = find(Captures())
    assert facts_of(found) == {"line": "unknown"}
    assert remarks_of(found) == ()
