"""µ-law and keys as sound."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.daa.goertzel import Goertzel
from hw.errors import SignalError
from hw.line.dtmf import KEYS, RATE_HZ, dial_tones
from hw.line.g711 import SILENCE, mulaw_of, pcm_of, to_mulaw, to_samples


@given(st.binary(max_size=50))
def test_mulaw_when_decoded_and_encoded_then_the_same_but_for_the_two_zeros(data: bytes) -> None:
    assert to_mulaw(to_samples(data)) == data.replace(b"\x7f", b"\xff")


@given(st.integers(-32768, 32767))
def test_sample_when_encoded_then_within_the_step_of_its_size(sample: int) -> None:
    (back,) = to_samples(to_mulaw([sample]))
    clipped = max(-32124, min(32124, sample))
    assert abs(back - clipped) <= (abs(clipped) + 132) / 32  # half a step of its segment, which begins at 132 << n


def test_silence_when_decoded_then_nothing() -> None:
    assert to_samples(bytes([SILENCE])).tolist() == [0]


@pytest.mark.parametrize("key", sorted(KEYS))
def test_key_when_dialled_then_just_its_two_tones(key: str) -> None:
    frequencies = sorted({hz for pair in KEYS.values() for hz in pair})
    sound = list(dial_tones(key))
    shares, _ = Goertzel(frequencies).powers(sound[:800])
    strong = [hz for hz, share in zip(frequencies, shares, strict=True) if share > 0.2]
    assert strong == sorted(KEYS[key])
    assert sum(shares) > 0.95
    assert len(sound) == round(0.2 * RATE_HZ)


def test_pause_and_nonsense_when_dialled_then_silence_and_an_error() -> None:
    assert set(dial_tones(",")) == {0}
    with pytest.raises(SignalError, match="'x' is no key"):
        list(dial_tones("0x1"))


@given(st.binary(max_size=50))
def test_pcm_when_turned_by_tables_then_as_sample_by_sample(mulaw: bytes) -> None:
    assert pcm_of(mulaw) == to_samples(mulaw).tobytes()


@given(st.lists(st.integers(-32768, 32767), max_size=50))
def test_mulaw_when_turned_by_tables_then_as_sample_by_sample(samples: list[int]) -> None:
    assert mulaw_of(array("h", samples).tobytes()) == to_mulaw(samples)
