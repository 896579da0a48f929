"""The audio test on the mock headset: what each step finds, and what it makes of a technician's answers."""

from __future__ import annotations

import array
import math
import threading
from collections.abc import Callable, Iterator

import pytest

from appliance.cli.device import trial as steps
from appliance.cli.device.trial import Finding, Trial
from appliance.cli.device.voice import speak
from hw.audio.exchange import SoundExchange
from hw.audio.level import level_db
from hw.audio.loop import Loop
from hw.audio.mock import MockStream
from hw.headset.mock_headset import MockHeadset
from hw.headset.usages import LED_RING, NAMES
from hw.headset.wearer import Wearer


class Somebody:
    """Answers every question with `answer`; does what the wearer is told by `deeds`."""

    def __init__(self, answer: bool | None, deeds: dict[str, Callable[[], object]] | None = None) -> None:
        self.told: list[str] = []
        self.pictures: list[str] = []
        self.asked: list[str] = []
        self._threads: list[threading.Thread] = []
        self._answer = answer
        self._deeds = deeds or {}

    def tell(self, words: str) -> None:
        self.told.append(words)
        for said, deed in self._deeds.items():
            if said in words:
                self._threads.append(threading.Thread(target=deed))
                self._threads[-1].start()

    def finish(self) -> None:
        """Until everything that was asked for has been done."""
        for thread in self._threads:
            thread.join()

    def show(self, picture: str) -> None:
        self.pictures.append(picture)

    def agrees(self, question: str) -> bool | None:
        self.asked.append(question)
        return self._answer


class Bench:
    """A mock headset and its sound."""

    def __init__(self, loop: Loop, stream: MockStream) -> None:
        self.loop = loop
        self.stream = stream
        self.headset = MockHeadset()

    def trial(self, somebody: Somebody) -> Trial:
        return Trial(self.loop, self.headset, somebody, lambda _text: bytes(3200))


@pytest.fixture
def bench() -> Iterator[Bench]:
    exchange = SoundExchange()
    with MockStream(exchange) as stream, Loop(exchange) as loop:
        made = Bench(loop, stream)
        yield made
        made.headset.close()


def _tone(peak: int) -> bytes:
    return array.array("h", (round(peak * math.sin(math.pi * n / 8)) for n in range(800))).tobytes()


@pytest.mark.parametrize(
    ("peak", "fine", "word"), [(0, False, "muted"), (50, False, "quiet"), (4000, True, "good"), (32000, False, "loud")]
)
def test_microphone_when_listened_to_then_its_level_is_judged(bench: Bench, peak: int, fine: bool, word: str) -> None:
    bench.stream.inject_sound(_tone(peak))
    somebody = Somebody(True)
    finding = bench.trial(somebody).own_voice(0.5)
    assert (finding.fine, word in finding.words) == (fine, True)
    assert len(somebody.pictures) == 5
    assert all(picture.startswith("microphone ") for picture in somebody.pictures)


def test_own_voice_when_it_is_said_then_the_ear_hears_it(bench: Bench) -> None:
    bench.stream.inject_sound(_tone(4000))
    bench.trial(Somebody(True)).own_voice(0.5)
    heard = bytes(bench.stream.heard)
    assert max(level_db(heard[at : at + 1600]) for at in range(0, len(heard), 1600)) > -40


@pytest.mark.parametrize(("good_ms", "fine", "word"), [(1e6, True, "good"), (10.0, False, "long")])
def test_delay_when_microphone_is_at_the_ear_then_measured_and_judged(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, good_ms: float, fine: bool, word: str
) -> None:
    monkeypatch.setattr(steps, "GOOD_DELAY_MS", good_ms)
    bench.stream.inject_loop_back(0.05)
    tries = (bench.trial(Somebody(True)).delay() for _ in range(10))  # a busy machine may tear a chirp
    finding = next(one for one in tries if one.value is not None)
    assert finding.value is not None
    assert finding.value >= 50
    assert (finding.fine, word in finding.words) == (fine, True)


def test_delay_when_nothing_comes_back_then_what_to_do(bench: Bench) -> None:
    assert bench.trial(Somebody(True)).delay() == Finding(
        step="delay", fine=False, words="the chirp did not come back: microphone to the ear piece"
    )


def test_buttons_when_pressed_then_each_works_and_a_dead_one_is_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PRESS_S", 1.0)
    wearer = Wearer(bench.headset)
    words = {
        "hook switch": "lower",
        "mute": "mute",
        "flash": "flash",
        "redial": "redial",
        "volume up": "louder",
        "volume down": "softer",
    }
    deeds: dict[str, Callable[[], object]] = {}
    for name, word in words.items():
        deeds[f"button: {name}"] = lambda word=word: wearer.obey(word)
    somebody = Somebody(True, deeds)
    found = list(bench.trial(somebody).buttons())
    somebody.finish()
    assert {finding.step: finding.fine for finding in found} == dict.fromkeys(words, True) | {"reject": False}
    assert [finding.words for finding in found if not finding.fine] == ["no report in 1 s"]
    assert wearer.lamps == "dark"


@pytest.mark.parametrize(("answer", "fine", "words"), [(True, True, "works"), (False, False, "not seen")])
def test_lamps_when_walked_through_then_one_at_a_time(bench: Bench, answer: bool, fine: bool, words: str) -> None:
    somebody = Somebody(answer)
    found = list(bench.trial(somebody).lamps())
    assert [(finding.fine, finding.words) for finding in found] == [(fine, words)] * 4
    assert f"Does the {NAMES[LED_RING]} burn" in somebody.asked[1]
    burning = [lamps for _, lamps in bench.headset.history]
    assert [len(lamps) for lamps in burning] == [1, 1, 1, 1, 0]


def test_voice_when_it_is_not_heard_then_what_to_look_at(bench: Bench) -> None:
    assert bench.trial(Somebody(True)).voice().fine
    assert "volume" in bench.trial(Somebody(False)).voice().words
    assert bench.trial(Somebody(None)).voice().words == "not asked"


@pytest.mark.scenario
def test_voice_when_made_by_espeak_then_speech_at_the_rate_of_a_call() -> None:
    sound = speak("One two three.")
    assert 0.5 < len(sound) / 16000 < 5
    assert level_db(sound) > -40
