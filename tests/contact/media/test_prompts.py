"""Prompts as a contact process finds them, with a real studio, espeak-ng and sox."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit import studio
from kit.audio import read_sides, write_tone
from kit.proc import open_files
from kit.processes import wait_until

from appliance.contact.media import prompts as prompts_module
from appliance.contact.media.prompts import Prompts, Rendering, duration_s
from appliance.errors import ContactError
from appliance.flow.commands import Message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "prompts"
    made.mkdir()
    (tmp_path / "secret.wav").write_bytes(write_tone(tmp_path / "t.wav", frequency_hz=500, duration_s=0.1).read_bytes())
    return made


@pytest.fixture
def prompts(folder: Path) -> Iterator[Prompts]:
    with studio.running(folder):
        yield Prompts(folder, folder / studio.SOCKET)


def made(found: Path | Rendering) -> Path:
    """The finished file."""
    if isinstance(found, Path):
        return found
    wait_until(found.poll, timeout_s=20, what=f"{found.target} is made")
    return found.target


def assert_fits_the_bridge(path: Path) -> None:
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() > 0


# ── speech ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_find_when_text_is_new_makes_speech_the_bridge_can_play(prompts: Prompts) -> None:
    found = prompts.find(Message(text="Hello, how are you?"))
    assert isinstance(found, Rendering)
    path = made(found)
    assert_fits_the_bridge(path)
    assert 0.5 < duration_s(path) < 5
    assert read_sides(path)[0].rms() > 300


def test_find_when_the_same_text_was_made_gives_the_file_without_a_studio(folder: Path) -> None:
    with studio.running(folder):
        prompts = Prompts(folder, folder / studio.SOCKET)
        first = made(prompts.find(Message(text="You are next.")))
    assert prompts.find(Message(text="You are next.")) == first


def test_find_when_the_same_text_was_made_counts_as_use(prompts: Prompts) -> None:
    path = made(prompts.find(Message(text="You are next.")))
    os.utime(path, (1, 1))
    prompts.find(Message(text="You are next."))
    assert path.stat().st_mtime > time.time() - 60


def test_find_when_text_voice_or_language_differ_makes_another_file(prompts: Prompts) -> None:
    paths = {
        made(prompts.find(message))
        for message in (
            Message(text="one two"),
            Message(text="one too"),
            Message(text="one two", language="en-GB"),
            Message(text="one two", language="ko-KR"),
        )
    }
    assert len(paths) == 4


def test_find_when_another_process_shares_the_folder_uses_what_it_made(prompts: Prompts, folder: Path) -> None:
    path = made(prompts.find(Message(text="shared")))
    assert Prompts(folder, folder / "elsewhere").find(Message(text="shared")) == path


def test_find_when_the_same_text_is_wanted_twice_at_once_makes_it_once(prompts: Prompts, folder: Path) -> None:
    first, second = (prompts.find(Message(text="again and again")) for _ in range(2))
    path = made(first)
    assert made(second) == path
    assert_fits_the_bridge(path)
    assert list((folder / "cache").glob("*.wav")) == [path]


def test_find_when_text_is_longer_than_a_flow_may_say_fails_at_the_making(prompts: Prompts) -> None:
    with pytest.raises(ContactError, match="6001 characters; at most 6000"):
        made(prompts.find(Message(text="말" * 6001, language="ko-KR")))


def test_find_when_text_is_as_long_as_allowed_is_spoken_whole(prompts: Prompts) -> None:
    assert duration_s(made(prompts.find(Message(text="two words. " * 545)))) > 300


def test_find_when_text_holds_half_a_character_is_spoken(prompts: Prompts) -> None:
    assert_fits_the_bridge(made(prompts.find(Message(text="hello \ud800 there"))))


def test_find_when_the_language_is_unknown_fails_at_the_making(prompts: Prompts, folder: Path) -> None:
    found = prompts.find(Message(text="hello", language="xx-YY"))
    assert isinstance(found, Rendering)
    with pytest.raises(ContactError, match="espeak-ng"):
        made(found)
    assert list((folder / "cache").glob("*.wav")) == []


def test_find_when_a_power_cut_left_an_empty_cache_file_makes_it_again(prompts: Prompts) -> None:
    path = made(prompts.find(Message(text="precious")))
    path.write_bytes(b"")
    assert_fits_the_bridge(made(prompts.find(Message(text="precious"))))


def test_abandon_when_called_twice_closes_its_socket_once(prompts: Prompts) -> None:
    before = open_files(os.getpid())
    found = prompts.find(Message(text="a very long story " * 300))
    assert isinstance(found, Rendering)
    found.abandon()
    found.abandon()
    wait_until(lambda: open_files(os.getpid()) == before, timeout_s=20, what="the studio let go of it")


def test_poll_when_the_file_can_not_be_kept_is_a_contact_error(prompts: Prompts, folder: Path) -> None:
    cache = folder / "cache"
    (cache / ".made-by").unlink()
    cache.rmdir()
    with pytest.raises(ContactError, match="can't be kept"):
        made(prompts.find(Message(text="hello")))


def test_poll_when_there_is_no_studio_fails_after_a_while(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts_module, "ABSENT_S", 0.05)
    with pytest.raises(ContactError, match=r"studio can't be reached .* is linekeeper-contact running"):
        made(Prompts(folder, folder / "nobody.sock").find(Message(text="hello")))


def test_poll_when_the_studio_starts_late_is_made_all_the_same(folder: Path) -> None:
    found = Prompts(folder, folder / studio.SOCKET).find(Message(text="hello"))
    assert isinstance(found, Rendering)
    assert not found.poll()
    with studio.running(folder):
        assert_fits_the_bridge(made(found))


def test_poll_when_the_studio_dies_over_it_twice_fails(folder: Path) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(folder / "dying.sock"))
    listener.listen()
    found = Prompts(folder, folder / "dying.sock").find(Message(text="hello"))
    assert isinstance(found, Rendering)
    listener.accept()[0].close()
    assert not found.poll()
    assert not found.poll()
    listener.accept()[0].close()
    with pytest.raises(ContactError, match="died over a message, twice"):
        found.poll()
    listener.close()


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_find_when_the_file_fits_the_bridge_gives_it_as_it_is(prompts: Prompts, folder: Path) -> None:
    path = write_tone(folder / "menu.wav", frequency_hz=500, duration_s=0.5)
    assert prompts.find(Message(prompt="menu")) == path


@pytest.mark.parametrize("prompt", ["arn:aws:connect:x:1:instance/2/prompt/menu", "prompt/menu", "/menu"])
def test_find_when_the_prompt_is_an_arn_uses_its_last_part(prompts: Prompts, folder: Path, prompt: str) -> None:
    path = write_tone(folder / "menu.wav", frequency_hz=500, duration_s=0.5)
    assert prompts.find(Message(prompt=prompt)) == path


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("wide.wav", ["-r", "44100", "-c", "2", "-b", "24"]),
        ("eight.wav", ["-r", "8000", "-c", "1", "-b", "8"]),
        ("law.wav", ["-r", "8000", "-c", "1", "-e", "mu-law"]),
        ("sound.flac", ["-r", "48000", "-c", "2"]),
        ("sound.ogg", ["-r", "16000", "-c", "1"]),
        ("sound.au", ["-r", "8000", "-c", "1", "-e", "mu-law"]),
    ],
)
def test_find_when_the_file_is_of_another_format_converts_it_once(
    prompts: Prompts, folder: Path, name: str, options: list[str]
) -> None:
    source = write_tone(folder.parent / "source.wav", frequency_hz=440, duration_s=1.0, rate_hz=48000)
    subprocess.run(["sox", str(source), *options, str(folder / name)], check=True)
    found = prompts.find(Message(prompt=Path(name).stem))
    assert isinstance(found, Rendering)
    path = made(found)
    assert_fits_the_bridge(path)
    assert abs(duration_s(path) - 1.0) < 0.05
    assert read_sides(path)[0].has_tone(440)
    assert prompts.find(Message(prompt=Path(name).stem)) == path


def test_find_when_a_converted_file_is_replaced_converts_the_new_one(prompts: Prompts, folder: Path) -> None:
    write_tone(folder / "menu.wav", frequency_hz=440, duration_s=0.5, rate_hz=16000)
    first = made(prompts.find(Message(prompt="menu")))
    write_tone(folder / "menu.wav", frequency_hz=880, duration_s=0.7, rate_hz=16000)
    second = made(prompts.find(Message(prompt="menu")))
    assert first != second
    assert read_sides(second)[0].has_tone(880)


def test_find_when_names_begin_alike_gives_the_one_that_is_meant(prompts: Prompts, folder: Path) -> None:
    for name in ("menu.en.wav", "menu.wav", "men.wav", "menu-2.wav", "menus.wav"):
        write_tone(folder / name, frequency_hz=500, duration_s=0.2)
    assert prompts.find(Message(prompt="menu")) == folder / "menu.wav"
    assert prompts.find(Message(prompt="menu.en")) == folder / "menu.en.wav"


def test_find_when_there_is_a_wav_beside_another_format_takes_the_wav(prompts: Prompts, folder: Path) -> None:
    (folder / "menu.zzz").write_text("notes")
    (folder / "menu.mp3").write_text("no sound")
    path = write_tone(folder / "menu.wav", frequency_hz=500, duration_s=0.2)
    assert prompts.find(Message(prompt="menu")) == path


def test_find_when_the_file_is_no_sound_fails_at_the_making(prompts: Prompts, folder: Path) -> None:
    (folder / "menu.wav").write_text("this is no sound")
    found = prompts.find(Message(prompt="menu"))
    assert isinstance(found, Rendering)
    with pytest.raises(ContactError, match="sox failed"):
        made(found)


@pytest.mark.parametrize(
    "prompt",
    [
        "unknown",
        "",
        "..",
        ".",
        "../secret",
        "../../etc/passwd",
        "/etc/passwd",
        "..%2Fsecret",
        "..\\secret",
        "*",
        "?",
        "[m]enu",
        "men?",
        "menu.waves",
        "cache",
        ".hidden",
        "menu\x00",
        "arn:prompt/",
        "x" * 5000,
    ],
)
def test_find_when_the_prompt_is_unknown_or_a_trick_names_the_folder_for_it(
    prompts: Prompts, folder: Path, prompt: str
) -> None:
    write_tone(folder / "menu.wav", frequency_hz=500, duration_s=0.2)
    write_tone(folder / ".hidden.wav", frequency_hz=500, duration_s=0.2)
    with pytest.raises(ContactError, match=r"does not exist; .*prompt import FILE"):
        prompts.find(Message(prompt=prompt))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompt=st.text(st.one_of(st.characters(), st.sampled_from("./\\*?[]\x00 ")), max_size=30))
def test_find_when_the_prompt_is_any_text_finds_nothing_outside_its_folder(
    prompts: Prompts, folder: Path, prompt: str
) -> None:
    try:
        found = prompts.find(Message(prompt=prompt))
    except ContactError:
        return
    assert isinstance(found, Path)
    assert found.parent == folder


def test_find_when_the_prompt_has_an_ending_gives_the_file(prompts: Prompts, folder: Path) -> None:
    path = write_tone(folder / "menu.wav", frequency_hz=500, duration_s=0.2)
    assert prompts.find(Message(prompt="menu.wav")) == path
    assert prompts.find(Message(prompt="arn:aws:connect:x:1:instance/2/prompt/menu.mp3")) == path


def test_find_when_the_message_is_a_uri_takes_the_imported_file_of_that_name(prompts: Prompts, folder: Path) -> None:
    path = write_tone(folder / "night greeting.wav", frequency_hz=500, duration_s=0.2)
    for uri in (
        "s3://bucket/prompts/night%20greeting.wav",
        "https://bucket.s3.eu-west-1.amazonaws.com/night%20greeting.wav?versionId=3",
        "https://bucket.s3.amazonaws.com/night%20greeting",
    ):
        assert prompts.find(Message(uri=uri)) == path


def test_find_when_the_message_is_a_uri_not_imported_says_what_to_do(prompts: Prompts) -> None:
    with pytest.raises(ContactError, match="media 's3://bucket/x' does not exist; 'linekeeper prompt import"):
        prompts.find(Message(uri="s3://bucket/x"))


def test_find_when_the_folder_has_gone_is_a_contact_error(prompts: Prompts, folder: Path) -> None:
    folder.rename(folder.with_name("gone"))
    with pytest.raises(ContactError, match="can't be used"):
        prompts.find(Message(prompt="menu"))


def test_duration_when_the_file_is_no_wav_says_how_to_mend_it(tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    for content in (b"", b"RIFF", b"no sound at all, but long enough to be read as a header of one"):
        bad.write_bytes(content)
        with pytest.raises(ContactError, match=r"is no WAV file.*convert it with sox"):
            duration_s(bad)


def test_message_when_named_by_its_secret_then_it_is_found_and_nothing_else_is(tmp_path: Path) -> None:
    messages = tmp_path / "voicemail"
    messages.mkdir()
    secret = "0123456789abcdef" * 2
    (messages / f"{secret}.wav").write_bytes(b"")
    (tmp_path / "store.wav").write_bytes(b"")
    prompts = Prompts(tmp_path / "prompts", tmp_path / "studio.sock", messages)
    assert prompts.find(Message(prompt=f"voicemail/{secret}")) == messages / f"{secret}.wav"
    for name in (f"voicemail/{secret[::-1]}", "voicemail/../store", "voicemail/../voicemail/" + secret, f"x/{secret}"):
        with pytest.raises(ContactError):
            prompts.find(Message(prompt=name))
