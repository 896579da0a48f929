"""`linekeeper prompt`: import, list, say; no box runs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from kit.audio import read_sides, write_tone

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_import_and_list_when_files_are_given_then_prompts_are_there(tmp_path: Path, run: Run, capsys: Capture) -> None:
    for name in ("one", "two"):
        write_tone(tmp_path / f"{name}.wav", frequency_hz=440, duration_s=0.5, rate_hz=16000)
    assert run("prompt", "import", str(tmp_path / "one.wav"), str(tmp_path / "two.wav")) == ExitCode.OK
    assert capsys.readouterr().out == "prompt one is there (0.5 s)\nprompt two is there (0.5 s)\n"
    assert run("prompt", "list", "--json") == ExitCode.OK
    rows = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["seconds"]) for row in rows] == [("one", 0.5), ("two", 0.5)]
    assert (tmp_path / "data" / "prompts" / "one.wav").is_file()


def test_import_when_named_then_under_that_name(tmp_path: Path, run: Run, capsys: Capture) -> None:
    file = write_tone(tmp_path / "one.wav", frequency_hz=440, duration_s=0.5)
    assert run("prompt", "import", str(file), "--name", "night menu", "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)[0]["file"] == "night menu.wav"
    assert run("prompt", "import", str(file), "--name", "night menu") == ExitCode.FAILURE
    assert "replace it with --replace" in capsys.readouterr().err
    assert run("prompt", "import", str(file), "--name", "night menu", "--replace") == ExitCode.OK


def test_import_when_a_name_is_given_to_two_files_then_wrong_usage(tmp_path: Path, run: Run) -> None:
    assert run("prompt", "import", str(tmp_path / "a.wav"), str(tmp_path / "b.wav"), "--name", "x") == ExitCode.USAGE


def test_list_when_there_is_nothing_then_how_to_import(tmp_path: Path, run: Run, capsys: Capture) -> None:
    (tmp_path / "data" / "prompts").mkdir(parents=True)
    assert run("prompt", "list") == ExitCode.OK
    assert "import one: linekeeper prompt import FILE" in capsys.readouterr().out


def test_list_when_builtin_then_sentences_of_the_language_with_what_they_take(run: Run, capsys: Capture) -> None:
    assert run("prompt", "list", "--builtin", "--language", "ko-KR", "--json") == ExitCode.OK
    rows = {row["prompt"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["builtin/queue_position"]["takes"] == "position"
    assert rows["builtin/goodbye"]["sentence"] == "안녕히 계십시오."


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        (("Hello there.",), 0.5),
        (("<speak>a<break time='3s'/>b</speak>", "--ssml"), 3.3),
        (("안녕하세요.", "--language", "ko-KR"), 0.8),
        (("builtin/queue_position?position=3",), 2.0),
        (("Hello there.", "--voice", "Matthew", "--language", "en-GB"), 0.5),
    ],
)
def test_say_when_given_words_then_a_file_with_speech(
    words: tuple[str, ...], seconds: float, tmp_path: Path, run: Run, capsys: Capture
) -> None:
    output = tmp_path / "said.wav"
    assert run("prompt", "say", *words, "--output", str(output), "--json") == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    (sound,) = read_sides(output)
    assert abs(told["seconds"] - sound.duration_s) < 0.06
    assert seconds < sound.duration_s < seconds + 4
    assert sound.rms() > 100


def test_say_when_text_comes_by_standard_input_then_spoken(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello there."))
    assert run("prompt", "say", "-", "--output", str(tmp_path / "a.wav")) == ExitCode.OK
    assert read_sides(tmp_path / "a.wav")[0].duration_s > 0.5


@pytest.mark.parametrize("words", [("builtin/nonsense",), ("hello", "--language", "xx-YY"), ("x" * 6001,)])
def test_say_when_it_can_not_be_said_then_exit_code_1_and_no_file(
    words: tuple[str, ...], tmp_path: Path, run: Run
) -> None:
    assert run("prompt", "say", *words, "--output", str(tmp_path / "a.wav")) == ExitCode.FAILURE
    assert not (tmp_path / "a.wav").exists()


def test_say_when_the_file_can_not_be_written_then_exit_code_1(tmp_path: Path, run: Run, capsys: Capture) -> None:
    assert run("prompt", "say", "hello", "--output", str(tmp_path / "no" / "a.wav")) == ExitCode.FAILURE
    assert "can't be written" in capsys.readouterr().err


def test_help_when_asked_then_each_has_an_example(capsys: Capture) -> None:
    for word in ("list", "import", "say"):
        assert main(["prompt", word, "--help"]) == ExitCode.OK
        assert "Example: linekeeper prompt" in capsys.readouterr().out
