"""The simulated modem and its exchange do what they are for: they notice a driver that does wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import serial
from kit.caller_sound import CallerStandard
from kit.exchange import FRAME, SILENCE, STEP_S, Exchange, KeyReceiver, Place, Plan, Sign
from kit.modem_on_pty import BUDGET, CallerEar, ModemOnPty

from hw.line.caller_id import CallerId
from hw.line.dtmf import dial_tones
from hw.line.g711 import to_mulaw
from hw.modem.dle import Unshield


@pytest.fixture
def modem() -> Iterator[ModemOnPty]:
    there = ModemOnPty("usr")
    yield there
    there.close()


def in_stream(modem: ModemOnPty) -> serial.Serial:
    port = serial.Serial(modem.path, timeout=5)
    port.write(b"AT+VLS=1\rAT+VTR\r")
    assert port.read_until(b"CONNECT\r\n").endswith(b"CONNECT\r\n")
    return port


def wait(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def test_modem_when_nobody_feeds_it_then_it_tells_of_underruns_and_of_its_own_hook(modem: ModemOnPty) -> None:
    with in_stream(modem) as port:
        told = [item.raw for item in Unshield().feed(port.read(2000)) if not isinstance(item, bytes)]
    assert ord("u") in told
    assert told.count(ord("H")) == 1
    wait(lambda: modem.underruns > 0 or modem.modem.streaming)


def test_modem_when_fed_too_fast_then_voice_is_lost_and_the_budget_shows(modem: ModemOnPty) -> None:
    with in_stream(modem) as port:
        for _ in range(20):
            port.write(b"\x55" * 2000)
        wait(lambda: modem.lost > 0 and modem.busiest > BUDGET)


def test_exchange_when_digits_sound_then_each_counts_once_whatever_its_length() -> None:
    receiver = KeyReceiver()
    sound = to_mulaw(dial_tones("11#05*", key_s=0.08, gap_s=0.06)) + SILENCE * 3
    found = "".join(receiver.feed(sound[at : at + FRAME]) for at in range(0, len(sound) - FRAME, FRAME))
    assert found == "11#05*"


def test_exchange_when_a_call_is_dialled_then_its_places_in_order() -> None:
    exchange = Exchange(Plan(subscribers=("12",), answer_after_s=0.1))
    places = [exchange.place]
    sound = SILENCE * 5 + to_mulaw(dial_tones("12")) + SILENCE * 20
    for at in range(0, len(sound) - FRAME, FRAME):
        exchange.step(sound[at : at + FRAME], True)
        places += [exchange.place] if exchange.place is not places[-1] else []
    exchange.hang_up()
    exchange.step(SILENCE, True)
    places.append(exchange.place)
    exchange.step(SILENCE, False)
    places.append(exchange.place)
    way = [Place.IDLE, Place.DIAL_TONE, Place.COLLECTING, Place.RINGBACK, Place.TALK]
    assert places == [*way, Place.HUNG_UP, Place.IDLE]


CALLER = CallerId(number="0225550123", name="HAN")


@pytest.mark.parametrize(
    ("standard", "country", "before_ring", "told"),
    [
        (CallerStandard.BELL, "B5", False, ["RING", "NMBR=0225550123", "NAME=HAN", "RING"]),
        (CallerStandard.V23, "B4", True, ["NMBR=0225550123", "NAME=HAN", "RING", "RING"]),
        (CallerStandard.DTMF, "31", True, ["NMBR=0225550123", "NAME=O", "RING", "RING"]),
        (CallerStandard.BELL, "31", False, ["RING", "RING"]),
        (CallerStandard.NONE, "B5", False, ["RING", "RING"]),
    ],
)
def test_modem_when_somebody_calls_then_it_reads_the_sound_as_its_country_has_it(
    standard: CallerStandard, country: str, before_ring: bool, told: list[str]
) -> None:
    exchange = Exchange(Plan(caller_standard=standard, before_ring=before_ring))
    ear, found = CallerEar(), []
    exchange.call(CALLER)
    for _ in range(round(9.0 / STEP_S)):
        step = exchange.step(SILENCE, False)
        found += ["RING" for sign in step.signs if sign is Sign.RING]
        caller = ear.hear(step.mulaw, country)
        found += [f"NMBR={caller.number}", f"NAME={caller.name or 'O'}"] if caller is not None else []
    assert found == told
