"""Voice on its way to a modem, by direction."""

from __future__ import annotations

import pytest

from hw.line.g711 import SILENCE
from hw.modem.pacing import AHEAD, AWAITED, KEYS_AHEAD, MOST_AHEAD
from hw.modem.voice import LONGEST_VOICE, TICK_S, Direction, VoiceOut


def talk(out: VoiceOut, seconds: float) -> int:
    """A frame comes, a frame is played; how many samples the modem has at the end."""
    had = 0
    for _ in range(round(50 * seconds)):
        out.put(b"\x20" * 160, whole=False)
        had += len(out.take()) - 160
        out.received(160)
        had += len(out.take())
    return had


def test_voice_when_the_modem_ran_dry_then_it_is_given_more_until_it_is_enough() -> None:
    out = VoiceOut()
    out.begin(Direction.BOTH, 0.0)
    out.ran_dry()  # before the first voice
    assert talk(out, 1.0) == AHEAD - AWAITED
    for _ in range(3):
        out.ran_dry()  # one time, told thrice
    more = talk(out, 1.0)
    assert more == AWAITED
    for _ in range(20):
        out.ran_dry()
        more += talk(out, 1.0)
    assert AHEAD - AWAITED + more == MOST_AHEAD - AWAITED
    out.begin(Direction.BOTH, 9.0)
    assert talk(out, 1.0) == AHEAD - AWAITED


def test_voice_when_it_goes_both_ways_then_what_came_paces_what_goes() -> None:
    out = VoiceOut()
    out.begin(Direction.BOTH, 5.0)
    assert out.next_tick() is None
    assert out.take() == bytes([SILENCE]) * AHEAD
    out.put(b"\x20" * 300, whole=False)
    assert out.take() == b""
    out.received(160)
    assert out.take() == b"\x20" * 160


def test_voice_when_it_is_a_little_late_then_awaited_and_silence_only_when_the_modem_would_run_dry() -> None:
    out = VoiceOut()
    out.begin(Direction.BOTH, 0.0)
    out.put(b"\x20" * AHEAD, whole=False)
    out.take()
    out.received(AWAITED)
    assert out.take() == b""
    out.received(100)
    assert out.take() == bytes([SILENCE]) * 100
    out.put(b"\x20" * 160, whole=False)
    assert out.take() == b"\x20" * 160
    out.received(2 * AHEAD)
    assert out.take() == bytes([SILENCE]) * AHEAD  # nobody speaks any more


def test_voice_when_the_modem_gave_us_as_much_then_what_it_played_meanwhile() -> None:
    out = VoiceOut()
    out.begin(Direction.BOTH, 0.0)
    out.put(b"\x20" * AHEAD, whole=False)
    assert out.take() == b"\x20" * AHEAD
    assert out.received(AHEAD - 10) == b"\x20" * (AHEAD - 10)
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
    assert out.take() == b"\x03" * 100 + b"\x02" * (AHEAD - 100)
    out.clear()
    assert not out.waits
