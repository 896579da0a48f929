"""A caller's number as keys: receiver and message, in noise, beside voices, and framed wrongly."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.daa.caller_id_dtmf import MOST_KEYS, KeyedCallerId, read_keys
from hw.daa.keys import KeyReceiver
from hw.errors import SignalError
from hw.line.caller_id import Absence, CallerId
from hw.line.dtmf import KEYS, dial_tones

ALL = "".join(KEYS)


def sound(keys: str, *, key_s: float = 0.07, gap_s: float = 0.07, sigma: float = 50.0, seed: int = 1) -> list[int]:
    chance = random.Random(seed)
    quiet = [0] * chance.randrange(400)
    return [
        round(one + chance.gauss(0, sigma)) for one in (*quiet, *dial_tones(keys, key_s=key_s, gap_s=gap_s), *[0] * 400)
    ]


@pytest.mark.parametrize("seed", range(10))
def test_keys_when_every_one_sounds_for_70_ms_in_noise_then_each_once(seed: int) -> None:
    assert "".join(KeyReceiver().feed(sound(ALL + "1155", sigma=200.0, seed=seed))) == ALL + "1155"


@given(st.integers(1, 997))
def test_keys_when_cut_anywhere_then_the_same(piece: int) -> None:
    heard, receiver = sound("D0225550123C"), KeyReceiver()
    found = [key for at in range(0, len(heard), piece) for key in receiver.feed(heard[at : at + piece])]
    assert "".join(found) == "D0225550123C"


def test_keys_when_held_for_long_then_once() -> None:
    assert KeyReceiver().feed(sound("5", key_s=2.0)) == ["5"]


def test_keys_when_there_is_only_noise_or_one_tone_then_none() -> None:
    chance = random.Random(7)
    assert KeyReceiver().feed([round(chance.gauss(0, 3000)) for _ in range(80_000)]) == []


@pytest.mark.parametrize(
    ("keys", "caller"),
    [
        ("A0225550123#", CallerId(number="0225550123")),
        ("A0225550123C", CallerId(number="0225550123")),
        ("D45551234C", CallerId(number="45551234")),
        ("A5551234D5559999C", CallerId(number="5551234")),
        ("B10C", CallerId(no_number=Absence.PRIVATE)),
        ("B00C", CallerId(no_number=Absence.OUT_OF_AREA)),
        ("B77C", CallerId(no_number=Absence.OUT_OF_AREA)),
        ("D1#", CallerId(no_number=Absence.PRIVATE)),
        ("D2#", CallerId(no_number=Absence.OUT_OF_AREA)),
    ],
)
def test_caller_when_framed_well_then_read(keys: str, caller: CallerId) -> None:
    reader = KeyedCallerId()
    told = [reader.feed(key) for key in "39" + keys]  # what came before is not of it
    assert told[-1] == caller
    assert set(told[:-1]) == {None}
    reader.finish()


@pytest.mark.parametrize("keys", ["AC", "DC", "A12A34C", "A123456789012345678901C", "A1", "", "5C"])
def test_caller_when_framed_wrongly_then_an_error_and_nothing_invented(keys: str) -> None:
    with pytest.raises(SignalError, match=r"caller id by keys"):
        read_keys(keys)


def test_caller_when_it_never_ends_then_an_error_and_the_next_one_is_read() -> None:
    reader = KeyedCallerId()
    reader.feed("A")
    with pytest.raises(SignalError, match=r"never ended"):
        reader.finish()
    with pytest.raises(SignalError, match=r"longer than 48"):
        for key in "A" + "1" * MOST_KEYS:
            reader.feed(key)
    assert [reader.feed(key) for key in "D77C"][-1] == CallerId(number="77")


@given(st.text(alphabet=ALL, max_size=60))
def test_caller_when_any_keys_come_then_a_number_of_theirs_or_an_error(keys: str) -> None:
    reader = KeyedCallerId()
    for key in keys:
        try:
            caller = reader.feed(key)
        except SignalError:
            continue
        assert caller is None or caller.number in keys
