"""Real PortAudio on a sound server whose speaker is its own microphone: what a call says comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit import sound_server
from kit.audio import Sound
from kit.call_clock import TONE_HZ, Call
from kit.processes import wait_until
from kit.sound_server import SoundServer

from hw.audio.exchange import SoundExchange
from hw.audio.portaudio import PortAudioStream
from hw.errors import DeviceAbsentError

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.skipif(not sound_server.is_there(), reason="pulseaudio or libasound2-plugins is missing"),
]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    with SoundServer(tmp_path / "sound") as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def test_stream_when_speaker_is_the_microphone_then_the_call_hears_itself(server: SoundServer) -> None:
    exchange = SoundExchange()
    with PortAudioStream(sound_server.PCM, exchange, hurry=False) as stream:
        call = Call(exchange)

        def hears_itself() -> bool:
            return Sound(rate_hz=8000, samples=call.heard).part(-0.5).has_tone(TONE_HZ, share=0.8)

        try:
            wait_until(hears_itself, timeout_s=60, what="the tone")
        finally:
            call.stop()
        assert stream.fault == ""
    stream.close()


def test_stream_when_the_device_goes_then_it_says_so_and_closes(server: SoundServer) -> None:
    with PortAudioStream(sound_server.PCM, SoundExchange(), hurry=False) as stream:
        server.program.stop()
        wait_until(lambda: stream.fault != "", timeout_s=30, what="the stream notices")
        assert "plug it in again" in stream.fault


def test_stream_when_the_name_is_none_then_what_there_is_is_named(server: SoundServer) -> None:
    with pytest.raises(DeviceAbsentError, match=r"no sound device nowhere; PortAudio sees: .*loop"):
        PortAudioStream("nowhere", SoundExchange())
