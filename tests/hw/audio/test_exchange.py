"""A device's sound in both directions: side tone, echo, and a ring that leaves nothing behind."""

from __future__ import annotations

import array
import math
import random
from collections import deque

from hw.audio.echo import SpeexCanceller
from hw.audio.exchange import BLOCK_SAMPLES, CALL_SAMPLES, SoundExchange
from hw.audio.level import amplified, level_db

Far = deque[bytes]


def _voice(seconds: float) -> array.array[int]:
    """Noise in syllables."""
    dice = random.Random(3)
    wave = (dice.gauss(0, 3000) * abs(math.sin(n / 2500)) for n in range(round(8000 * seconds)))
    return array.array("h", (max(-32768, min(32767, round(sample))) for sample in wave))


def _echo_db(exchange: SoundExchange, now: list[float], *, seconds: float) -> float:
    """A loudspeaker that the microphone hears 30 ms later, 12 dB softer; what the far end hears of itself at last."""
    voice, room = _voice(seconds), deque([bytes(2 * BLOCK_SAMPLES)] * 3)
    left = b""
    for at in range(0, len(voice), CALL_SAMPLES):
        exchange.heard(voice[at : at + CALL_SAMPLES].tobytes())
        for _ in range(CALL_SAMPLES // BLOCK_SAMPLES):
            played = array.array("h", exchange.to_play(BLOCK_SAMPLES))
            room.append(array.array("h", (sample // 4 for sample in played)).tobytes())
            exchange.captured(room.popleft())
            now[0] += BLOCK_SAMPLES / 8000
        left += exchange.said()
    exchange.close()
    exchange.close()
    return level_db(left[-32000:])


def test_echo_when_cancelled_then_much_less_comes_back() -> None:
    now = [0.0]
    plain = _echo_db(SoundExchange(clock=lambda: now[0]), now, seconds=6.0)
    canceller = SpeexCanceller(240)
    quiet = _echo_db(SoundExchange(canceller=canceller, clock=lambda: now[0]), now, seconds=6.0)
    assert plain > -45
    assert quiet < plain - 15


def test_side_tone_when_wanted_then_the_ear_hears_the_own_voice() -> None:
    loud = array.array("h", [8000, -8000] * (BLOCK_SAMPLES // 2)).tobytes()
    exchange = SoundExchange(side_tone=0.25, clock=lambda: 0.0)
    exchange.captured(loud)
    assert array.array("h", exchange.to_play(BLOCK_SAMPLES)).tolist() == [2000, -2000] * (BLOCK_SAMPLES // 2)
    assert SoundExchange(clock=lambda: 0.0).to_play(BLOCK_SAMPLES) == bytes(2 * BLOCK_SAMPLES)


def test_exchange_when_begun_anew_then_nothing_of_the_ring_is_left() -> None:
    now = [0.0]
    exchange = SoundExchange(clock=lambda: now[0])
    for _ in range(10):
        exchange.heard(array.array("h", [5000] * CALL_SAMPLES).tobytes())
    exchange.begin_anew()
    assert exchange.to_play(BLOCK_SAMPLES) == bytes(2 * BLOCK_SAMPLES)
    assert exchange.to_device.depth == 0


def test_levels_when_somebody_looks_then_of_both_sides() -> None:
    exchange = SoundExchange(clock=lambda: 0.0)
    exchange.metered = True
    exchange.captured(array.array("h", [16384, -16384] * (BLOCK_SAMPLES // 2)).tobytes())
    assert round(exchange.microphone_db) == -6


def test_volume_when_turned_then_what_is_played_follows_and_stays_inside() -> None:
    loud = array.array("h", [8000, -8000, 30000, -30000]).tobytes()
    assert array.array("h", amplified(loud, -6.0206)).tolist() == [4000, -4000, 15000, -15000]
    assert array.array("h", amplified(loud, 6.0206)).tolist() == [16000, -16000, 32767, -32768]


def test_ruptures_when_sound_was_late_then_told_in_words_and_else_not_at_all() -> None:
    now = [0.0]
    exchange = SoundExchange(clock=lambda: now[0])
    for turn in range(60):
        if turn not in (40, 41):
            exchange.heard(array.array("h", [5000, -5000] * (CALL_SAMPLES // 2)).tobytes())
        if turn == 40:
            assert exchange.ruptures == ""
        for _ in range(CALL_SAMPLES // BLOCK_SAMPLES):
            exchange.to_play(BLOCK_SAMPLES)
            now[0] += BLOCK_SAMPLES / 8000
    assert exchange.to_device.underruns == 1
    made_ms = exchange.to_device.concealed // 8
    assert 0 < made_ms <= 60
    assert exchange.ruptures == f"the ear: gaps 1 ({made_ms} ms made), cuts 0"
