"""The headset's sound on a real card of the kernel: snd-aloop, whose device 0 plays what its device 1 records."""

from __future__ import annotations

import array
import os
import time
from pathlib import Path

import pytest
from kit.call_clock import TONE_HZ, Call

from hw.audio.exchange import SoundExchange
from hw.audio.loop import Loop
from hw.audio.portaudio import PortAudioStream
from hw.audio.roundtrip import CHIRP, find_chirp
from hw.daa.goertzel import Goertzel
from hw.errors import DeviceBusyError, DeviceError

CARDS = Path("/proc/asound/cards")
PATIENCE_S = 60.0  # an emulated machine is slow
CHIRPS = 1
BLOCK = 480  # 60 ms: an emulated machine is late
PCM = "headset"
_ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.headset {
    type asym
    playback.pcm { type plug slave.pcm "hw:CARD=Loopback,DEV=0,SUBDEV=0" }
    capture.pcm { type plug slave.pcm "hw:CARD=Loopback,DEV=1,SUBDEV=0" }
    hint { show on description "loop-back" }
}
"""


def has_loopback() -> bool:
    there = CARDS.exists() and "Loopback" in CARDS.read_text()
    assert there or os.environ.get("LINEKEEPER_DEVICES") != "required", "snd-aloop is required and isn't loaded"
    return there


pytestmark = pytest.mark.skipif(not has_loopback(), reason="no snd-aloop; 'image/bootstrap.sh test-devices' has one")


@pytest.fixture(autouse=True)
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asound.conf").write_text(_ALSA)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))


def test_stream_when_the_card_loops_then_the_call_hears_itself() -> None:
    exchange = SoundExchange(block_samples=BLOCK)
    with PortAudioStream(PCM, exchange) as stream:
        call = Call(exchange)
        try:
            until = time.monotonic() + PATIENCE_S
            while not _is_tone(call.heard[-800:]) and time.monotonic() < until:
                time.sleep(0.1)
            assert _is_tone(call.heard[-800:])
        finally:
            call.stop()
        assert stream.fault == ""


def _is_tone(samples: array.array[int]) -> bool:
    if len(samples) < 800:
        return False
    shares, _power = Goertzel([TONE_HZ]).powers(samples)
    return shares[0] > 0.8


def test_delay_when_chirps_go_round_then_found() -> None:
    """An emulated machine is late now and then, so that not every chirp comes back whole."""
    exchange, found = SoundExchange(block_samples=BLOCK), list[float]()
    with PortAudioStream(PCM, exchange), Loop(exchange) as loop:
        until = time.monotonic() + PATIENCE_S
        while len(found) < CHIRPS and time.monotonic() < until:
            before = len(loop.heard)
            loop.say(CHIRP.tobytes())
            loop.wait(2.0)
            at = find_chirp(loop.heard[before:])
            found += [at / 8] if at is not None else []
    buffers = (exchange.to_device, exchange.from_device)
    print(f"there and back: {found} ms; underruns {[buffer.underruns for buffer in buffers]}")
    assert len(found) >= CHIRPS


def test_card_when_it_is_in_use_then_its_holder_is_named() -> None:
    """Who has the microphone's file open: this process."""
    with (
        PortAudioStream(PCM, SoundExchange()),
        pytest.raises(DeviceError) as caught,
        PortAudioStream(PCM, SoundExchange(), file="/dev/snd/pcmC0D1c"),
    ):
        pass
    assert isinstance(caught.value, DeviceBusyError)
    assert str(os.getpid()) in caught.value.holder
