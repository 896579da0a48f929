"""Messages to samples: what is said by whom, how long, in which order. Engines are the test's own or real."""

from __future__ import annotations

import array
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit.audio import read_sides, write_tone

from appliance.contact.settings import SpeechSettings, VoiceChoice
from appliance.contact.speech import speaker as speaker_module
from appliance.contact.speech.engine import Manner, Sound, Voice
from appliance.contact.speech.espeak import PROGRAM
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.recorded import index
from appliance.contact.speech.sound import write_wav
from appliance.contact.speech.speaker import TAIL_S, Made, Speaker, engines
from appliance.errors import ContactError
from appliance.flow.commands import Message

RATE_HZ = 16000
PLAIN = SpeechSettings(recordings="")
NEURAL = SpeechSettings(recordings="", voices=(VoiceChoice(language="en", engine="piper", model="joe"),))


class FakeEngine:
    """Says each letter as 0.1 s of a tone; remembers what it was asked."""

    def __init__(self, frequency_hz: int = 440, fault: str = "") -> None:
        self.said: list[tuple[str, str, Manner]] = []
        self.fault = fault
        self.closed = 0
        self._frequency_hz = frequency_hz

    def speak(self, text: str, voice: Voice, manner: Manner, patience: Patience) -> Sound:
        self.said.append((text, voice.name, manner))
        if self.fault:
            raise ContactError(self.fault)
        count = round(len(text) * 0.1 * RATE_HZ)
        turn = 2 * math.pi * self._frequency_hz / RATE_HZ
        return Sound(array.array("h", (round(9000 * math.sin(turn * at)) for at in range(count))).tobytes(), RATE_HZ)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def fake() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def speaker(fake: FakeEngine) -> Speaker:
    return Speaker(PLAIN, {PROGRAM: fake})


def speak(speaker: Speaker, *, ssml: str | None = None, text: str | None = None, **fields: str) -> Made:
    return speaker.speak(Message(ssml=ssml, text=text, **fields), Patience(30))


def seconds(made: Made) -> float:
    return len(made.pcm) / 16000 - TAIL_S


def test_speak_when_text_then_said_by_the_voice_of_language_and_name(speaker: Speaker, fake: FakeEngine) -> None:
    assert abs(seconds(speak(speaker, text="hello", voice="Matthew")) - 0.5) < 0.01
    speak(speaker, text="안녕", language="ko-KR", voice="Seoyeon")
    assert fake.said == [("hello", "en-us+m3", Manner()), ("안녕", "ko+f2", Manner())]


@pytest.mark.parametrize(
    ("ssml", "expected_s"),
    [
        ("<speak>ab<break time='2s'/>cd</speak>", 2.4),
        ("<speak>ab<break time='500ms'/>cd</speak>", 0.9),
        ("<speak><break time='5s'/></speak>", 5.0),
        ("<speak>ab<break time='1s'/><break time='1s'/></speak>", 2.2),
        ("<speak></speak>", 0.0),
        ("<speak>.</speak>", 0.0),
        ("ab", 0.2),
    ],
)
def test_speak_when_there_are_breaks_then_exactly_that_long(speaker: Speaker, ssml: str, expected_s: float) -> None:
    assert abs(seconds(speak(speaker, ssml=ssml)) - expected_s) < 0.01


def test_speak_when_a_break_is_between_words_then_silence_there_and_nowhere_else(
    speaker: Speaker, tmp_path: Path
) -> None:
    write_wav(tmp_path / "a.wav", speak(speaker, ssml="<speak>abcde<break time='1s'/>fghij</speak>").pcm)
    (sound,) = read_sides(tmp_path / "a.wav")
    assert sound.part(0.05, 0.45).has_tone(440)
    assert sound.part(0.51, 1.49).rms() < 30
    assert sound.part(1.55, 1.95).has_tone(440)


def test_speak_when_manner_and_language_change_then_the_engine_is_told(speaker: Speaker, fake: FakeEngine) -> None:
    speak(
        speaker,
        ssml="<speak>one <prosody rate='200%' pitch='+10%'>two</prosody> <lang xml:lang='ko-KR'>셋</lang> four</speak>",
        voice="Matthew",
    )
    assert fake.said == [
        ("one", "en-us+m3", Manner()),
        ("two", "en-us+m3", Manner(2.0, 1.1)),
        ("셋", "ko+m3", Manner()),
        ("four", "en-us+m3", Manner()),
    ]


def test_speak_when_a_tag_is_unknown_then_said_through_and_logged(
    speaker: Speaker, fake: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    speak(speaker, ssml="<speak>a <blink>b</blink></speak>")
    assert fake.said[0][0] == "a b"
    assert "<blink> is unknown" in caplog.text


@pytest.mark.parametrize(
    "ssml", ["<speak>a <b>c</speak>", "<!DOCTYPE x [<!ENTITY e 'e'>]><speak>&e;a</speak>", "a & c"]
)
def test_speak_when_markup_is_broken_or_hostile_then_words_are_said(
    speaker: Speaker, fake: FakeEngine, ssml: str
) -> None:
    speak(speaker, ssml=ssml)
    assert "a" in fake.said[0][0]


@pytest.mark.parametrize(("field", "text"), [("text", "x" * 6001), ("ssml", "<speak>" + "x" * 6000 + "</speak>")])
def test_speak_when_too_long_then_an_error(speaker: Speaker, field: str, text: str) -> None:
    with pytest.raises(ContactError, match=r"has \d+ characters; at most 6000"):
        speaker.speak(Message(**{field: text}), Patience(10))


def test_speak_when_breaks_add_up_to_too_much_then_an_error(speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker_module, "LONGEST_S", 25.0)
    with pytest.raises(ContactError, match="longer than 25 s; shorten it"):
        speak(speaker, ssml="<speak>" + "a<break time='10s'/>" * 3 + "</speak>")


def test_speak_when_the_message_is_a_file_then_an_error(speaker: Speaker) -> None:
    with pytest.raises(ContactError, match="prompt 'menu' is no speech"):
        speaker.speak(Message(prompt="menu"), Patience(10))


def test_speak_when_builtin_then_the_sentence_of_the_language(speaker: Speaker, fake: FakeEngine) -> None:
    speaker.speak(Message(prompt="builtin/goodbye", language="ko-KR", voice="Seoyeon"), Patience(10))
    speaker.speak(Message(prompt="builtin/goodbye", language="nl-NL", voice="Laura"), Patience(10))
    assert [said[:2] for said in fake.said] == [("안녕히 계십시오.", "ko+f2"), ("Goodbye.", "en-us+f2")]


def test_speak_when_korean_numbers_are_said_then_as_a_person_says_them(speaker: Speaker, fake: FakeEngine) -> None:
    speak(speaker, text="3번째", language="ko-KR")
    speak(speaker, text="3번째", language="en-US")
    assert [said[0] for said in fake.said] == ["세 번째", "3번째"]


def test_speak_when_the_chosen_voice_fails_then_the_spare_one_says_it(caplog: pytest.LogCaptureFixture) -> None:
    spare, neural = FakeEngine(), FakeEngine(fault="no model")
    made = speak(Speaker(NEURAL, {PROGRAM: spare, "piper": neural}), text="hello")
    assert made.spare
    assert [said[:2] for said in spare.said] == [("hello", "en-us+f2")]
    assert "en-us+f2 speaks instead of joe: no model" in caplog.text


def test_speak_when_the_spare_voice_fails_too_then_an_error() -> None:
    broken = FakeEngine(fault="no sound")
    with pytest.raises(ContactError, match="no sound"):
        speak(Speaker(NEURAL, {PROGRAM: broken, "piper": broken}), text="hello")
    assert len(broken.said) == 2


def test_speak_when_a_neural_voice_has_no_pitch_then_it_is_changed_afterwards(tmp_path: Path) -> None:
    neural = FakeEngine()
    known = {PROGRAM: FakeEngine(), "piper": neural}
    made = speak(Speaker(NEURAL, known), ssml="<speak><prosody pitch='+50%'>0123456789</prosody></speak>")
    assert not made.spare
    write_wav(tmp_path / "a.wav", made.pcm)
    assert read_sides(tmp_path / "a.wav")[0].part(0.2, 0.8).has_tone(660)


def test_close_when_done_then_engines_are_closed(fake: FakeEngine, speaker: Speaker) -> None:
    speaker.close()
    assert fake.closed == 1


# ── recorded voices ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings as tones of 880 Hz, 0.2 s each; one of them at another rate."""
    root = tmp_path_factory.mktemp("sounds")
    folder = root / index().folders["en"]
    (folder / "digits").mkdir(parents=True)
    for name in ("queue-thereare", "queue-callswaiting", "vm-goodbye", *(f"digits/{digit}" for digit in range(10))):
        rate_hz = 16000 if name.endswith("7") else 8000
        write_tone(folder / f"{name}.wav", frequency_hz=880, duration_s=0.2, rate_hz=rate_hz)
    return root


def test_speak_when_a_sentence_is_recorded_then_the_recording(sounds: Path, fake: FakeEngine) -> None:
    speaker = Speaker(SpeechSettings(recordings=str(sounds)), {PROGRAM: fake})
    made = speaker.speak(Message(prompt="builtin/queue_position?position=7"), Patience(10))
    assert fake.said == []
    assert abs(seconds(made) - 0.6) < 0.01


def test_speak_when_digits_are_said_then_recorded_between_spoken_words(
    sounds: Path, fake: FakeEngine, tmp_path: Path
) -> None:
    speaker = Speaker(SpeechSettings(recordings=str(sounds)), {PROGRAM: fake})
    made = speak(speaker, ssml="<speak>abcde <say-as interpret-as='digits'>1234</say-as> fghij</speak>")
    assert [said[0].strip() for said in fake.said] == ["abcde", "fghij"]
    write_wav(tmp_path / "a.wav", made.pcm)
    (sound,) = read_sides(tmp_path / "a.wav")
    end_s = 0.1 * len(fake.said[0][0])
    assert sound.part(0.1, 0.4).has_tone(440)
    assert sound.part(end_s + 0.1, end_s + 0.7).has_tone(880)


def test_speak_when_a_neural_voice_is_configured_then_no_recordings(sounds: Path, fake: FakeEngine) -> None:
    choice = VoiceChoice(language="en", engine="piper", model="joe")
    speaker = Speaker(SpeechSettings(recordings=str(sounds), voices=(choice,)), {PROGRAM: fake, "piper": fake})
    speaker.speak(Message(prompt="builtin/goodbye"), Patience(10))
    speak(speaker, text="1 2 3 4")
    assert [said[0] for said in fake.said] == ["Goodbye.", "1 2 3 4"]


def test_made_by_when_voices_or_recordings_change_then_it_changes(sounds: Path) -> None:
    made_by = {Speaker(chosen, {}).made_by() for chosen in (PLAIN, NEURAL, SpeechSettings(recordings=str(sounds)))}
    assert len(made_by) == 3


# ── the real engine ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ssml", "language", "least_s", "most_s"),
    [
        ("Hello, how are you?", "en-US", 0.7, 3),
        ("안녕하세요. 반갑습니다.", "ko-KR", 1.5, 4),
        ("<say-as interpret-as='telephone'>02-555-0100</say-as>", "ko-KR", 1.5, 8),
        ("<say-as interpret-as='currency'>$42.50</say-as>", "en-US", 1, 5),
        ("<say-as interpret-as='date' format='mdy'>09/15/2024</say-as>", "en-US", 1, 6),
    ],
)
def test_speak_when_espeak_says_it_then_as_long_as_a_person_would(
    ssml: str, language: str, least_s: float, most_s: float, tmp_path: Path
) -> None:
    made = speak(Speaker(PLAIN, engines(PLAIN)), ssml=ssml, language=language)
    write_wav(tmp_path / "a.wav", made.pcm)
    assert read_sides(tmp_path / "a.wav")[0].rms() > 300
    assert least_s < seconds(made) < most_s


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.sampled_from(["<speak>", "</speak>", "<break time='1s'/>", "<p>", "</p>", "<prosody rate='9e9%'>"])
        | st.sampled_from(
            ["</prosody>", "<say-as interpret-as='digits'>", "</say-as>", "&", "<", "&#0;", "1 2 3 4", "a"]
        )
        | st.text(max_size=5),
        max_size=12,
    ).map("".join),
    st.sampled_from(["en-US", "ko-KR", "fr", "", "xx-YY"]),
)
def test_speak_when_any_markup_then_sound_or_our_error(
    fake: FakeEngine, sounds: Path, ssml: str, language: str
) -> None:
    speaker = Speaker(SpeechSettings(recordings=str(sounds)), {PROGRAM: fake})
    try:
        made = speaker.speak(Message(ssml=ssml, language=language), Patience(30))
    except ContactError:
        return
    assert len(made.pcm) % 2 == 0
