"""espeak-ng, the real one: what it is given, how long and how high it speaks."""

from __future__ import annotations

import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.speech import espeak
from appliance.contact.speech.engine import Manner, Voice
from appliance.contact.speech.espeak import PROGRAM, Espeak, pitch, plain, speed
from appliance.contact.speech.programs import Patience
from appliance.errors import ContactError

NORMAL = Manner()
ENGLISH = Voice(PROGRAM, "en-us+f2")
THRESHOLD = 200


def say(text: str, voice: Voice = ENGLISH, manner: Manner = NORMAL) -> tuple[float, array.array[int]]:
    sound = Espeak().speak(text, voice, manner, Patience(20))
    samples = array.array("h", sound.pcm)
    return len(samples) / sound.rate_hz, samples


def edges(samples: array.array[int]) -> tuple[int, int]:
    """Silent samples before and after."""
    loud = [index for index, sample in enumerate(samples) if abs(sample) > THRESHOLD]
    return loud[0], len(samples) - loud[-1]


@pytest.mark.parametrize("text", ["Hello there.", "Hello there", "One, two, three!", "Is it?"])
def test_speak_when_a_sentence_then_no_silence_around_it(text: str) -> None:
    seconds, samples = say(text)
    before, after = edges(samples)
    assert 0.3 < seconds < 3
    assert before < 22050 * 0.06
    assert after < 22050 * 0.06


def test_speak_when_faster_then_shorter_and_slower_longer() -> None:
    normal = say("You are number three in the queue.")[0]
    assert normal / 1.7 < say("You are number three in the queue.", manner=Manner(rate=1.5))[0] < normal / 1.3
    assert normal * 1.5 < say("You are number three in the queue.", manner=Manner(rate=0.5))[0] < normal * 2.5


def test_speak_when_other_voice_then_other_sound() -> None:
    sounds = {say("Hello", Voice(PROGRAM, name))[1].tobytes() for name in ("en-us+f2", "en-us+m3", "ko+f2")}
    assert len(sounds) == 3


@pytest.mark.parametrize("text", ["", "   ", "\x01\x02", "\n"])
def test_speak_when_there_is_nothing_then_no_sound(text: str) -> None:
    assert say(text)[0] == 0


@pytest.mark.parametrize("text", ["--help", "-w /tmp/x.wav", "-v ko", "$(reboot)", "<speak>", "&amp;"])
def test_speak_when_text_looks_like_something_else_then_it_is_spoken(text: str) -> None:
    assert say(text)[0] > 0.2


def test_speak_when_the_voice_is_unknown_then_says_which() -> None:
    with pytest.raises(ContactError, match=r"espeak-ng failed \(exit code \d+\); is there a voice 'xx\+f2'\?"):
        say("hello", Voice(PROGRAM, "xx+f2"))


def test_speak_when_watched_then_no_text_in_argv(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, ...]] = []

    def watch(command: tuple[str, ...], given: bytes, patience: Patience, remedy: str) -> bytes:
        seen.append(command)
        assert b"4111111111111111" in given
        return b""

    monkeypatch.setattr(espeak, "run", watch)
    say("card 4111111111111111")
    assert len(seen) == 1
    assert "4111" not in repr(seen)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b c", "A, B, C"),
        ("A b 1", "A, B, 1"),
        ("1 2 3", "1 2 3"),
        ("press 1 or 2", "press 1 or 2"),
        ("your code a b is right", "your code A, B is right"),
        ("[[h@'loU]]", "[ [h@'loU]]"),
        ("a\x01b", "a, b".upper()),
        ("two\nlines", "two lines"),
    ],
)
def test_plain_when_text_has_meaning_to_espeak_then_it_is_only_words(text: str, words: str) -> None:
    assert plain(text) == words


@given(st.text(max_size=60))
def test_plain_when_any_text_then_no_commands_and_no_phonemes(text: str) -> None:
    words = plain(text)
    assert "[[" not in words
    assert not any(ord(char) < 32 for char in words)


@given(st.floats(0.01, 100))
def test_manner_when_any_factor_then_within_what_espeak_takes(factor: float) -> None:
    assert 80 <= speed(factor) <= 450
    assert 0 <= pitch(factor) <= 99


def test_manner_when_factor_is_one_then_the_voices_own() -> None:
    assert (speed(1.0), pitch(1.0)) == (160, 50)
    assert pitch(1.2) > 60
    assert pitch(0.8) < 40
