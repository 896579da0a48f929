"""Call-progress tones of several countries, in noise and beside voices."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence

import pytest

from hw.daa.call_progress import CallProgress
from hw.line.signals import Tone
from hw.line.tones import TONES, ToneSpec, tones_of

RATE_HZ = 8000


def tone(frequencies_hz: Sequence[float], seconds: float, amplitude: float = 4000.0) -> list[float]:
    return [
        sum(amplitude * math.sin(2 * math.pi * hz * at / RATE_HZ) for hz in frequencies_hz)
        for at in range(round(seconds * RATE_HZ))
    ]


def played(spec: ToneSpec, seconds: float, amplitude: float = 4000.0) -> list[float]:
    """The tone in its rhythm for at least `seconds`."""
    if not spec.cadence_s:
        return tone(spec.frequencies_hz, seconds, amplitude)
    sound: list[float] = []
    for on, length in zip(itertools.cycle((True, False)), itertools.cycle(spec.cadence_s), strict=False):
        sound += tone(spec.frequencies_hz, length, amplitude) if on else [0.0] * round(length * RATE_HZ)
        if len(sound) >= seconds * RATE_HZ:
            return sound
    raise AssertionError


def in_noise(sound: Sequence[float], sigma: float = 20.0, seed: int = 1) -> list[int]:
    chance = random.Random(seed)
    return [round(sample + chance.gauss(0, sigma)) for sample in sound]


def voice(seconds: float, seed: int) -> Iterator[float]:
    """Something like speech: a gliding harmonic sound in syllables of a busy tone's length."""
    chance = random.Random(seed)
    phase = 0.0
    for at in range(round(seconds * RATE_HZ)):
        second = at / RATE_HZ
        pitch = 120 + 30 * math.sin(2 * math.pi * 0.7 * second + seed)
        phase += 2 * math.pi * pitch / RATE_HZ
        loud = 0.0 if int(second * 2) % 2 else 1.0
        yield loud * sum(3000 / harmonic * math.sin(harmonic * phase) for harmonic in range(1, 9)) + chance.gauss(0, 30)


@pytest.mark.parametrize("country", sorted(TONES))
@pytest.mark.parametrize("kind", [Tone.DIAL, Tone.RINGBACK, Tone.BUSY, Tone.CONGESTION])
def test_tone_when_played_in_its_rhythm_then_it_is_the_only_one_heard(country: str, kind: Tone) -> None:
    (spec,) = [one for one in tones_of(country) if one.tone is kind]
    seconds = 6.0 if not spec.cadence_s else 4.2 * sum(spec.cadence_s)
    heard = CallProgress(tones_of(country)).feed(in_noise(played(spec, seconds)))
    assert {one.tone for one in heard} == {kind}
    assert heard[-1].cycles == (1 if not spec.cadence_s else len(heard))


@pytest.mark.parametrize("seed", range(6))
def test_voice_when_it_pauses_like_a_busy_tone_then_no_tone_is_heard(seed: int) -> None:
    for country in TONES:
        assert CallProgress(tones_of(country)).feed(round(sample) for sample in voice(6.0, seed)) == []


def test_busy_when_somebody_talks_over_it_then_only_the_cycles_in_the_clear_count() -> None:
    (busy,) = [one for one in tones_of("US") if one.tone is Tone.BUSY]
    sound = played(busy, 4.0)
    both = [one + other for one, other in zip(sound, voice(4.0, 3), strict=False)]
    assert CallProgress(tones_of("US")).feed(round(sample) for sample in both) == []


def test_tone_when_cut_into_pieces_then_the_same() -> None:
    (busy,) = [one for one in tones_of("DE") if one.tone is Tone.BUSY]
    sound = in_noise(played(busy, 4.0))
    pieces = CallProgress(tones_of("DE"))
    found = [one for at in range(0, len(sound), 111) for one in pieces.feed(sound[at : at + 111])]
    assert found == CallProgress(tones_of("DE")).feed(sound)
    assert found


@pytest.mark.parametrize("amplitude", [200.0, 12000.0])
def test_tone_when_faint_or_loud_then_heard(amplitude: float) -> None:
    (dial,) = [one for one in tones_of("US") if one.tone is Tone.DIAL]
    heard = CallProgress(tones_of("US")).feed(in_noise(played(dial, 4.0, amplitude), sigma=10))
    assert [one.tone for one in heard] == [Tone.DIAL]


def test_silence_and_noise_when_heard_then_nothing() -> None:
    chance = random.Random(9)
    assert CallProgress(tones_of("")).feed([0] * 40_000) == []
    assert CallProgress(tones_of("")).feed(round(chance.gauss(0, 3000)) for _ in range(40_000)) == []


@pytest.mark.parametrize("country", ["US", "DE", "KR"])
@pytest.mark.parametrize("kind", [Tone.RINGBACK, Tone.BUSY, Tone.CONGESTION])
@pytest.mark.parametrize("late", [1, 60, 100, 140, 199])
def test_tone_when_its_edges_fall_between_blocks_then_heard_all_the_same(country: str, kind: Tone, late: int) -> None:
    (spec,) = [one for one in tones_of(country) if one.tone is kind]
    sound = [0.0] * late + played(spec, 4.2 * sum(spec.cadence_s))
    heard = CallProgress(tones_of(country)).feed(in_noise(sound))
    assert {one.tone for one in heard} == {kind}
    assert max(one.cycles for one in heard) >= 3
