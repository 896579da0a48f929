"""Voice on its way to a modem, by direction."""

from __future__ import annotations

import pytest

from hw.line.g711 import SILENCE
from hw.modem.pacing import KEYS_AHEAD, LEAST_AHEAD, MOST_AHEAD
from hw.modem.voice import LONGEST_VOICE, TICK_S, Direction, VoiceOut


def test_voice_when_it_goes_both_ways_then_what_came_paces_what_goes() -> None:
    out = VoiceOut()
    out.begin(Direction.BOTH, 5.0)
    assert out.next_tick() is None
    assert out.take() == bytes([SILENCE]) * LEAST_AHEAD
    out.put(b"\x20" * 300, whole=False)
    assert out.take() == b"\x20" * 300
    out.put(b"\x20" * 300, whole=False)
    assert len(out.take()) == MOST_AHEAD - LEAST_AHEAD - 300
    out.received(160)
    assert len(out.take()) == 160


def test_voice_when_the_modem_gave_us_as_much_then_what_it_played_meanwhile() -> None:
    out = VoiceOut()
    out.begin(Direction.BOTH, 0.0)
    out.put(b"\x20" * LEAST_AHEAD, whole=False)
    assert out.take() == b"\x20" * LEAST_AHEAD
    assert out.received(LEAST_AHEAD - 10) == b"\x20" * (LEAST_AHEAD - 10)
    assert out.received(30) == b"\x20" * 10 + bytes([SILENCE]) * 20
    out.begin(Direction.LISTEN, 1.0)
    assert out.received(160) == b""


def test_voice_when_the_modem_only_plays_then_the_clock_paces_it_and_the_listener_has_silence() -> None:
    out = VoiceOut()
    out.begin(Direction.SPEAK, 5.0)
    out.put(b"\x20" * 2000, whole=True)
    assert len(out.take()) == KEYS_AHEAD
    assert out.next_tick() == pytest.approx(5.0 + TICK_S)
    assert out.tick(5.02) == bytes([SILENCE]) * 160
    assert len(out.take()) == 160
    assert out.waits
    assert len(out.tick(60.0)) == 4000  # who was away for long doesn't make up for it


def test_voice_when_the_modem_only_listens_then_nothing_is_sent() -> None:
    out = VoiceOut()
    out.begin(Direction.LISTEN, 5.0)
    out.put(b"\x20" * 100, whole=True)
    assert (out.take(), out.next_tick()) == (b"", None)


def test_voice_when_it_waits_too_long_then_the_newest_is_heard_but_keys_are_whole() -> None:
    out = VoiceOut()
    out.put(b"\x01" * 900 + b"\x02" * LONGEST_VOICE, whole=False)
    out.put(b"\x03" * 100, whole=True)
    out.begin(Direction.BOTH, 0.0)
    assert out.take() == b"\x03" * 100 + b"\x02" * (MOST_AHEAD - 100)
    out.clear()
    assert not out.waits
