"""A DAA's sound: in step with its echo whatever its threads do; and by real PortAudio, where there is snd-aloop."""

from __future__ import annotations

import math
import os
import time
from array import array
from pathlib import Path

import pytest
from kit.card_clock import Card
from kit.hybrid import reduction_db, voice

from hw.audio import cards
from hw.audio.echo import SpeexCanceller
from hw.audio.portaudio import PortAudioStream
from hw.daa.codec import Codec, open_card
from hw.daa.daa_line import BLOCK
from hw.daa.goertzel import Goertzel
from hw.daa.wiring import parse_wiring
from hw.errors import DeviceAbsentError

SAID = voice(12.0, 1)
HZ, PATIENCE_S = 1000.0, 60.0  # an emulated machine is slow
_ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.near { type plug slave.pcm "hw:CARD=Loopback,DEV=0,SUBDEV=0" hint { show on description "near" } }
pcm.far { type plug slave.pcm "hw:CARD=Loopback,DEV=1,SUBDEV=0" hint { show on description "far" } }
"""


def reductions_db(card: Card, seconds: float = 12.0, *, stalls: dict[float, float] | None = None) -> list[float]:
    """Of the echo, second by second, while only we talk. stalls: when the playing thread is away, and how long."""
    canceller, at = SpeexCanceller(), 0
    heard, left, waiting = array("h"), array("h"), dict(stalls or {})
    for turned in card.run(seconds):
        for begins_s in [one for one in waiting if one <= card.now]:
            card.stalled_until = card.now + waiting.pop(begins_s)
        heard += turned.heard
        left += canceller.cancel(turned.heard, turned.played)
        card.codec.play(SAID[at : at + BLOCK])
        at = (at + BLOCK) % (len(SAID) - BLOCK)
    canceller.close()
    return [reduction_db(heard[n : n + 8000], left[n : n + 8000]) for n in range(0, len(heard) - 7999, 8000)]


@pytest.mark.parametrize("late_s", [0.0, 0.003])
def test_echo_when_threads_are_late_then_gone_all_the_same(late_s: float) -> None:
    """3 ms late on average, 12 at worst: what the card holds bears that."""
    card = Card(late_s=late_s)
    found = reductions_db(card)
    assert min(found[7:]) > 25, found
    assert card.codec.to_device.underruns == 0


def test_echo_when_the_card_ran_dry_then_gone_again_a_few_seconds_later() -> None:
    card = Card()
    found = reductions_db(card, stalls={5.0: 0.2})
    assert found[4] > 25, found
    assert min(found[10:]) > 25, found
    assert card.codec.reference.shifts == 1


def test_sound_when_the_line_speaks_then_played_whole_and_in_order() -> None:
    card, played = Card(), array("h")
    said = array("h", range(1, 1 + 50 * BLOCK))
    pieces = iter([bytes(2 * BLOCK)] * 100 + [said[at : at + BLOCK].tobytes() for at in range(0, len(said), BLOCK)])
    for turned in card.run(4.0):
        card.codec.play(array("h", next(pieces, bytes(2 * BLOCK))))
        played += turned.played
    assert [sample for sample in played if sample] == list(said)


def test_listening_when_the_card_gives_nothing_then_it_says_so_in_time() -> None:
    assert Codec().listen(0.0) is None


def test_card_when_there_is_none_of_that_name_then_that_is_said() -> None:
    with pytest.raises(DeviceAbsentError, match="no sound card 'nowhere'; there is: "):
        open_card(parse_wiring("daa:ring=1,hook=2,audio=nowhere"), Codec())


def has_loopback() -> bool:
    there = cards.CARDS.exists() and "Loopback" in cards.CARDS.read_text()
    assert there or os.environ.get("LINEKEEPER_DEVICES") != "required", "snd-aloop is required and isn't loaded"
    return there


on_loopback = pytest.mark.skipif(
    not has_loopback(), reason="no snd-aloop; 'sh image/bootstrap.sh test-devices' has one"
)


@on_loopback
def test_card_when_a_tone_is_played_into_the_loop_then_it_is_heard_at_the_other_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loopback's device 0 plays what device 1 records, and the other way round."""
    (tmp_path / "asound.conf").write_text(_ALSA)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    near, far = Codec(block_samples=480), Codec(block_samples=480)
    tone = array("h", (round(8000 * math.sin(2 * math.pi * HZ * n / 8000)) for n in range(BLOCK)))
    goertzel, best = Goertzel([HZ]), 0.0
    with PortAudioStream("near", near), PortAudioStream("far", far):
        until = time.monotonic() + PATIENCE_S
        while best <= 0.95 and time.monotonic() < until:
            if near.listen(0.1) is not None:
                near.play(tone)
            if (turned := far.listen(0.1)) is not None:
                far.play(array("h", bytes(2 * BLOCK)))
                shares, _power = goertzel.powers(turned.heard)
                best = max(best, shares[0])
    assert best > 0.95


@on_loopback
def test_card_when_opened_by_its_id_then_by_a_pcm_of_our_own_and_it_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", "/usr/share/alsa/alsa.conf")
    codec = Codec(block_samples=480)
    with open_card(parse_wiring("daa:ring=1,hook=2,audio=Loopback"), codec):
        until, turned = time.monotonic() + PATIENCE_S, None
        while turned is None and time.monotonic() < until:
            turned = codec.listen(0.1)
        assert turned is not None
        assert len(turned.heard) == len(turned.played) == BLOCK
