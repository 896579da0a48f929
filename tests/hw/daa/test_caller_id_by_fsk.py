"""Caller id from sound: both tone plans, noise, wrong speed, cut anywhere, damaged."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.fsk import mdmf, message, modulate, noisy, transmission

from hw.daa.fsk import BELL_202, PLANS, V23, Demodulator, TonePlan
from hw.daa.messages import SDMF, Messages, read_message
from hw.errors import ChecksumError, SignalError
from hw.line.caller_id import Absence, CallerId

HAN = mdmf((0x01, b"11221830"), (0x02, b"0225550123"), (0x07, b"HAN MINSEO"))
CALLER = CallerId(number="0225550123", name="HAN MINSEO", month=11, day=22, hour=18, minute=30)


def decode(samples: Iterable[int], plan: TonePlan) -> list[CallerId]:
    messages = Messages()
    found = [messages.feed(byte) for byte in Demodulator(plan).feed(samples)]
    return [caller for caller in found if caller is not None]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_caller_when_sent_clearly_then_number_name_and_date(plan: TonePlan) -> None:
    sound = noisy(modulate(transmission(HAN), plan), 40.0, random.Random(1))
    assert decode(sound, plan) == [CALLER]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_caller_when_25_db_above_the_noise_then_99_of_100_are_read_and_none_is_invented(plan: TonePlan) -> None:
    read = 0
    for seed in range(100):
        chance = random.Random(seed)
        sound = noisy(modulate(transmission(HAN), plan, amplitude=chance.uniform(500, 12000)), 25.0, chance)
        found = decode_or_fault(sound, plan)
        assert found in (CALLER, None)
        read += found == CALLER
    assert read >= 99


@pytest.mark.parametrize("snr_db", [12.0, 8.0, 5.0, 2.0])
def test_caller_when_drowned_in_noise_then_right_or_reported_but_never_wrong(snr_db: float) -> None:
    for seed in range(25):
        sound = noisy(modulate(transmission(HAN), BELL_202), snr_db, random.Random(seed))
        assert decode_or_fault(sound, BELL_202) in (CALLER, None)


@pytest.mark.parametrize("baud", [1188.0, 1212.0])
def test_caller_when_the_exchange_is_one_percent_off_then_still_read(baud: float) -> None:
    sound = noisy(modulate(transmission(HAN), BELL_202, baud=baud), 30.0, random.Random(7))
    assert decode(sound, BELL_202) == [CALLER]


def test_caller_when_the_other_plan_is_expected_then_nothing_is_invented() -> None:
    sound = noisy(modulate(transmission(HAN), V23), 30.0, random.Random(3))
    assert decode_or_fault(sound, BELL_202) in (None, CALLER)  # 100 Hz apart: near enough to be read, too


def test_caller_when_there_is_only_noise_then_nobody() -> None:
    chance = random.Random(5)
    sound = [chance.randint(-8000, 8000) for _ in range(40_000)]
    assert decode_or_fault(sound, BELL_202) is None


def test_sound_when_cut_into_pieces_then_the_same_bytes() -> None:
    sound = noisy(modulate(transmission(HAN), BELL_202), 30.0, random.Random(2))
    whole = list(Demodulator(BELL_202).feed(sound))
    pieces = Demodulator(BELL_202)
    assert [byte for at in range(0, len(sound), 77) for byte in pieces.feed(sound[at : at + 77])] == whole


def decode_or_fault(sound: Iterable[int], plan: TonePlan) -> CallerId | None:
    """The caller, None where there is none or the message was reported as damaged."""
    try:
        found = decode(sound, plan)
    except SignalError:
        return None
    return found[0] if found else None


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def feed(data: bytes) -> CallerId | None:
    messages = Messages()
    found = [messages.feed(byte) for byte in b"\x55" * 30 + data]
    return found[-1]


def test_message_when_single_then_number_or_why_not() -> None:
    assert feed(message(SDMF, b"010203045551234")) == CallerId(number="5551234", month=1, day=2, hour=3, minute=4)
    assert feed(message(SDMF, b"01020304P")) == CallerId(no_number=Absence.PRIVATE, month=1, day=2, hour=3, minute=4)


def test_message_when_a_parameter_is_unknown_then_passed_over() -> None:
    assert feed(mdmf((0x11, b"\x01"), (0x02, b"110"), (0x08, b"O"))) == CallerId(
        number="110", no_name=Absence.OUT_OF_AREA
    )


def test_message_when_withheld_then_it_says_why() -> None:
    assert feed(mdmf((0x04, b"P"))) == CallerId(no_number=Absence.PRIVATE)


@given(st.integers(0, len(HAN) - 1), st.integers(0, 7))
def test_message_when_any_bit_is_wrong_then_reported_never_read(place: int, bit: int) -> None:
    damaged = bytearray(HAN)
    damaged[place] ^= 1 << bit
    with pytest.raises(SignalError):
        read_message(bytes(damaged))


def test_message_when_its_checksum_is_wrong_then_the_error_says_so() -> None:
    with pytest.raises(ChecksumError, match="checksum 0x"):
        feed(HAN[:-1] + bytes([HAN[-1] ^ 1]))


def test_message_when_it_never_comes_whole_then_the_end_says_so() -> None:
    messages = Messages()
    for byte in b"\x55" * 30 + HAN[:9]:
        assert messages.feed(byte) is None
    with pytest.raises(SignalError, match="never came whole"):
        messages.finish()
    messages.finish()


def test_message_when_no_seizure_came_before_then_it_is_noise() -> None:
    messages = Messages()
    assert [messages.feed(byte) for byte in HAN] == [None] * len(HAN)


@given(st.binary(max_size=200))
def test_message_when_any_bytes_then_a_caller_or_an_error(data: bytes) -> None:
    try:
        read_message(data)
    except SignalError:
        return
    assert sum(data) % 256 == 0
