"""The echo canceller: an echo goes, the far end stays."""

from __future__ import annotations

import math
import random
from array import array

from hw.audio.echo import BLOCK, NoCanceller, SpeexCanceller

PATH = {190: 0.25, 205: -0.12, 240: 0.05}  # samples after which so much of it comes back


def power(samples: list[int]) -> float:
    return sum(sample * sample for sample in samples) / len(samples)


def voice(seconds: float, seed: int) -> list[int]:
    """Noise in syllables."""
    chance = random.Random(seed)
    return [round(chance.gauss(0, 3000) * abs(math.sin(n / 2500))) for n in range(round(8000 * seconds))]


def echo_of(said: list[int]) -> list[int]:
    return [round(sum(part * said[n - delay] for delay, part in PATH.items() if n >= delay)) for n in range(len(said))]


def cancelled(canceller: SpeexCanceller | NoCanceller, heard: list[int], played: list[int]) -> list[int]:
    far: list[int] = []
    for at in range(0, len(heard), BLOCK):
        far += canceller.cancel(array("h", heard[at : at + BLOCK]), array("h", played[at : at + BLOCK]))
    canceller.close()
    return far


def test_echo_when_only_we_talk_then_less_than_a_hundredth_is_left() -> None:
    played = voice(4.0, 1)
    heard = echo_of(played)
    left = cancelled(SpeexCanceller(), heard, played)
    assert power(left[-8000:]) < power(heard[-8000:]) / 100


def test_far_end_when_only_it_talks_then_heard_as_it_is() -> None:
    said = voice(2.0, 2)
    heard = cancelled(SpeexCanceller(), said, [0] * len(said))
    assert 0.5 < power(heard[-8000:]) / power(said[-8000:]) < 1.5


def test_canceller_when_closed_then_harmless_and_what_was_heard_comes_back() -> None:
    canceller = SpeexCanceller()
    canceller.close()
    canceller.close()
    canceller.forget()
    block = array("h", range(BLOCK))
    assert canceller.cancel(block, block) == block
    assert cancelled(NoCanceller(), [1] * BLOCK, [2] * BLOCK) == [1] * BLOCK
