"""The announcer with real speech and real timers; the bridge is the test's own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from contact.bridge import Bridge
from kit import studio
from kit.audio import write_tone
from kit.processes import wait_until

from appliance.contact.media.announcer import RENDER_LIMIT_S, Announcer
from appliance.contact.media.prompts import Prompts
from appliance.contact.timers import Timers
from appliance.flow.commands import Message


class Stage:
    """An announcer whose clock moves by hand; what it told stands in `told`."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 0.0
        self.folder = folder
        self.bridge = Bridge()
        self.timers = Timers(lambda: self.now_s)
        self.ports: list[str | None] = []
        self.told: list[str] = []
        self.announcer = Announcer(
            self.bridge.as_engine, Prompts(folder, folder / studio.SOCKET), self.timers, self._changed
        )

    def _changed(self) -> None:
        port = self.announcer.port
        self.ports.append(None if port is None else port.name)

    def tone(self, name: str, seconds: float, rate_hz: int = 8000) -> None:
        write_tone(self.folder / f"{name}.wav", frequency_hz=440, duration_s=seconds, rate_hz=rate_hz)

    def play(self, *messages: Message) -> None:
        self.announcer.play(messages, on_end=lambda: self.told.append("end"), on_failure=self.told.append)

    def go(self, seconds: float) -> None:
        self.now_s += seconds
        self.timers.run_due()

    def go_until_told(self) -> None:
        def told() -> bool:
            self.go(0.01)
            return bool(self.told)

        wait_until(told, timeout_s=20, what="the announcer tells something")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with studio.running(tmp_path):
        made = Stage(tmp_path)
        made.tone("one", 1.0)
        made.tone("two", 2.0)
        yield made
        made.announcer.stop()


def test_play_when_given_messages_plays_each_to_its_end_and_tells_once(stage: Stage) -> None:
    stage.play(Message(prompt="one"), Message(prompt="two"))
    assert stage.bridge.played == ["one"]
    stage.go(0.99)
    assert stage.bridge.played == ["one"]
    stage.go(0.01)
    assert stage.bridge.played == ["one", "two"]
    stage.go(1.99)
    assert stage.told == []
    stage.go(0.02)
    assert stage.told == ["end"]
    assert stage.announcer.port is None
    assert [port.name for port in stage.bridge.retired] == ["player of one", "player of two"]
    stage.go(60)
    assert stage.told == ["end"]


def test_play_when_another_plays_replaces_it_and_the_first_tells_nothing(stage: Stage) -> None:
    stage.play(Message(prompt="two"))
    stage.go(0.5)
    stage.play(Message(prompt="one"))
    stage.go(1.5)
    assert stage.told == ["end"]
    stage.go(60)
    assert stage.told == ["end"]
    assert stage.bridge.played == ["two", "one"]


def test_stop_when_something_plays_is_silent_at_once_and_tells_nothing(stage: Stage) -> None:
    stage.play(Message(prompt="one"))
    stage.announcer.stop()
    stage.announcer.stop()
    assert stage.announcer.port is None
    stage.go(60)
    assert stage.told == []


def test_play_when_a_prompt_is_unknown_fails_once(stage: Stage) -> None:
    stage.play(Message(text="never to be heard"), Message(prompt="unknown"))
    assert len(stage.told) == 1
    assert "'unknown' does not exist" in stage.told[0]
    stage.go(60)
    assert len(stage.told) == 1
    assert stage.bridge.played == []


def test_play_when_speech_has_to_be_made_plays_it_when_it_is_ready(stage: Stage) -> None:
    stage.play(Message(text="You are number one."), Message(text="You are number one."), Message(prompt="one"))
    stage.go_until_told()
    assert stage.told == ["end"]
    assert stage.bridge.played[-1] == "one"
    assert stage.bridge.played[0] == stage.bridge.played[1]


def test_play_when_speech_takes_too_long_fails_and_ends_the_making(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.contact.media.prompts.Rendering.poll", lambda _rendering: False)
    stage.play(Message(text="slow"))
    for _ in range(round(RENDER_LIMIT_S * 100) + 5):
        stage.go(0.01)
    assert stage.told == ["speech took too long; is the box overloaded?"]


def test_play_when_the_file_in_the_cache_breaks_fails_and_does_not_raise(stage: Stage) -> None:
    stage.play(Message(prompt="one"), Message(prompt="two"))
    (stage.folder / "two.wav").write_bytes(b"")
    stage.go(1.0)
    assert len(stage.told) == 1
    assert "is no WAV file" in stage.told[0]
    assert stage.announcer.port is None


def test_play_when_its_end_starts_the_next_does_not_lose_it(stage: Stage) -> None:
    ends: list[str] = []

    def again() -> None:
        ends.append("first")
        stage.announcer.play((Message(prompt="one"),), on_end=lambda: ends.append("second"), on_failure=ends.append)

    stage.announcer.play((Message(prompt="one"),), on_end=again, on_failure=ends.append)
    stage.go(1.0)
    stage.go(1.0)
    assert ends == ["first", "second"]


def test_play_when_there_is_nothing_to_play_ends_at_once(stage: Stage) -> None:
    stage.play()
    assert stage.told == ["end"]


def test_loop_when_started_plays_until_stopped(stage: Stage) -> None:
    stage.announcer.loop("one")
    stage.go(3600)
    assert stage.bridge.looped == ["one"]
    assert stage.announcer.port is not None
    stage.announcer.stop()
    assert stage.ports == ["player of one", None]


def test_loop_when_the_branch_put_its_own_music_of_another_format_plays_that(stage: Stage) -> None:
    stage.tone("music", 1.0, rate_hz=44100)
    stage.announcer.loop("music")

    def looped() -> bool:
        stage.go(0.01)
        return bool(stage.bridge.looped)

    wait_until(looped, timeout_s=20, what="the converted music plays")
    assert stage.announcer.port is not None


def test_loop_when_a_message_follows_and_loops_again_is_endless_again_only_then(stage: Stage) -> None:
    stage.announcer.loop("one")
    stage.play(Message(prompt="two"))
    assert (stage.bridge.looped, stage.bridge.played) == (["one"], ["two"])
    stage.go(2.0)
    assert stage.told == ["end"]


def test_loop_when_the_prompt_is_missing_is_silent_and_says_so(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        stage.announcer.loop("ringback")
    assert stage.announcer.port is None
    assert "silence instead of ringback" in caplog.text
