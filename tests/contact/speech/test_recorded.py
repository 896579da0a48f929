"""Recorded voices: with a folder of the test's own, and with Debian's packages where they are installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.audio import read_sides, write_tone

from appliance.contact.speech.recorded import Clips, Recordings, index
from appliance.contact.speech.sentences import Builtin, sentences

INSTALLED = Path("/usr/share/asterisk/sounds")
FILES = ("queue-thereare", "queue-callswaiting", "vm-goodbye")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """English with numbers, French with digits only."""
    made = tmp_path_factory.mktemp("sounds")
    numbers = [*range(21), *range(30, 100, 10), "hundred"]
    for name in (*FILES, *(f"digits/{number}" for number in numbers)):
        tone(made / index().folders["en"] / f"{name}.wav")
    for name in (*FILES, *(f"digits/{digit}" for digit in range(10))):
        tone(made / index().folders["fr"] / f"{name}.wav")
    tone(made / index().folders["es"] / "digits" / "1.wav")  # half installed
    return made


def tone(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tone(path, frequency_hz=440, duration_s=0.1)


def names(clips: Clips | None) -> list[str]:
    assert clips is not None
    return [str(file.relative_to(file.parents[1])).removesuffix(".wav") if file else "," for file in clips.files]


def spoken(root: Path, number: str, language: str = "en-US") -> list[str] | None:
    clips = Recordings(root).sentence(Builtin("queue_position", {"position": number}), language)
    return None if clips is None else [name.rpartition("/")[2] for name in names(clips)][1:-1]


def test_languages_when_asked_then_only_whole_ones(root: Path) -> None:
    assert Recordings(root).languages() == ["en", "fr"]
    assert Recordings(None).languages() == []
    assert Recordings(root / "nowhere").languages() == []


@pytest.mark.parametrize(
    ("number", "files"),
    [
        ("0", ["0"]),
        ("7", ["7"]),
        ("20", ["20"]),
        ("23", ["20", "3"]),
        ("90", ["90"]),
        ("100", ["1", "hundred"]),
        ("117", ["1", "hundred", "17"]),
        ("999", ["9", "hundred", "90", "9"]),
        ("007", ["7"]),
        ("1000", None),
        ("-1", None),
        ("", None),
        ("three", None),
        ("٣", None),
    ],
)
def test_sentence_when_a_number_is_in_it_then_its_files(root: Path, number: str, files: list[str] | None) -> None:
    assert spoken(root, number) == files


def test_sentence_when_the_language_has_no_such_number_then_none(root: Path) -> None:
    assert spoken(root, "9", "fr-CA") == ["9"]
    assert spoken(root, "23", "fr-CA") is None
    assert spoken(root, "3", "ko-KR") is None


def test_sentence_when_not_recorded_or_not_installed_then_none(root: Path) -> None:
    recordings = Recordings(root)
    assert names(recordings.sentence(Builtin("goodbye", {}), "en-GB")) == [f"{index().folders['en']}/vm-goodbye"]
    assert recordings.sentence(Builtin("queue_next", {}), "en-US") is None  # the file is missing
    assert recordings.sentence(Builtin("closed", {}), "en-US") is None  # nobody recorded it
    assert Recordings(None).sentence(Builtin("goodbye", {}), "en-US") is None


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Your code is 1 2 3 4.", ["Your code is ", "1234", "."]),
        ("2 1 2, 5 5 5, 0 1 0 0", ["212,555,0100"]),
        ("1 2", ["1 2"]),
        ("12 34 56", ["12 34 56"]),
        ("1 2 34", ["1 2 34"]),
        ("1 2 3 4.5", ["123", " 4.5"]),
        ("room 1 2 3 and 4 5 6 now", ["room ", "123", " and ", "456", " now"]),
        ("", []),
    ],
)
def test_split_when_digits_stand_alone_then_they_are_recorded(root: Path, text: str, pieces: list[str]) -> None:
    found = Recordings(root).split(text, "en-US")
    shown = ["".join(name[-1] for name in names(piece)) if isinstance(piece, Clips) else piece for piece in found]
    assert shown == pieces


@given(st.lists(st.sampled_from([*"0123456789", "1 2 3", ", ", " ", "a", "."]), max_size=30).map("".join))
def test_split_when_any_text_then_nothing_of_it_is_lost(root: Path, text: str) -> None:
    pieces = Recordings(root).split(text, "en-US")
    digits = "".join(
        "".join(file.stem for file in piece.files if file) if isinstance(piece, Clips) else piece for piece in pieces
    )
    assert [char for char in digits if char not in ", "] == [char for char in text if char not in ", "]


def test_split_when_the_language_has_no_recordings_then_the_text(root: Path) -> None:
    assert Recordings(root).split("1 2 3 4", "ko-KR") == ["1 2 3 4"]
    assert Recordings(None).split("1 2 3 4", "en-US") == ["1 2 3 4"]


def test_index_when_it_names_sentences_then_the_box_knows_them_and_their_parameters() -> None:
    for name, parts in index().sentences.items():
        sentence = sentences("en")[name]
        assert [part for part in parts if part.startswith("{")] == [
            part for part in ("{position}", "{minutes}") if part in sentence
        ]


@pytest.mark.parametrize("language", sorted(index().folders))
def test_sentence_when_debians_packages_are_there_then_every_file_of_the_index_sounds(language: str) -> None:
    recordings = Recordings(INSTALLED)
    if language not in recordings.languages():
        pytest.skip(f"asterisk-core-sounds-{language}-wav is not installed")
    found = [
        recordings.sentence(Builtin(name, {"position": "3", "minutes": "5"}), language) for name in index().sentences
    ]
    clips = [clip for clip in found if clip is not None]
    assert len(clips) >= 6
    assert language != "en" or len(clips) == len(index().sentences)
    for file in (file for clip in clips for file in clip.files if file is not None):
        (sound,) = read_sides(file)
        assert sound.rms() > 300, file
