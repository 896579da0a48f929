"""Any common format to the bridge's, with the real sox and opusdec."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from kit.audio import read_sides, write_tone

from appliance.contact.speech import conversion
from appliance.contact.speech.conversion import convert, digest, to_bridge
from appliance.contact.speech.engine import Sound
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.sound import write_wav
from appliance.errors import ContactError

WAYS = {
    "wide.wav": ("-r", "44100", "-c", "2", "-b", "24"),
    "eight.wav": ("-r", "8000", "-c", "1", "-b", "8"),
    "law.wav": ("-r", "8000", "-c", "1", "-e", "mu-law"),
    "float.wav": ("-r", "16000", "-c", "1", "-e", "floating-point", "-b", "32"),
    "a.flac": ("-r", "48000", "-c", "2"),
    "a.ogg": ("-r", "16000", "-c", "1"),
    "a.mp3": ("-r", "44100", "-c", "2"),
    "a.au": ("-r", "8000", "-c", "1", "-e", "mu-law"),
    "a.aiff": ("-r", "22050", "-c", "1"),
    "a.gsm": ("-r", "8000", "-c", "1"),
    "a.ulaw": ("-r", "8000", "-c", "1", "-t", "ul"),
    "a.alaw": ("-r", "8000", "-c", "1", "-t", "al"),
    "a.sln": ("-r", "8000", "-c", "1", "-t", "raw", "-e", "signed-integer", "-b", "16", "-L"),
    "UPPER.WAV": ("-r", "16000", "-c", "1"),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tone(tmp_path_factory.mktemp("s") / "s.wav", frequency_hz=440, duration_s=1.0, rate_hz=48000)


def assert_is_the_tone(pcm: bytes, folder: Path, *, seconds: float = 1.0) -> None:
    write_wav(folder / "made.wav", pcm)
    (sound,) = read_sides(folder / "made.wav")
    assert abs(sound.duration_s - seconds) < 0.06
    assert sound.part(0.1, seconds - 0.1).has_tone(440)


@pytest.mark.parametrize("name", WAYS)
def test_convert_when_a_common_format_then_the_same_tone_as_long(name: str, source: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    subprocess.run(["sox", str(source), *WAYS[name], str(path)], check=True)
    assert_is_the_tone(convert(path, Patience(20)), tmp_path)


@pytest.mark.parametrize("name", ["a.opus", "a.ogg"])
def test_convert_when_opus_then_the_same_tone_as_long(name: str, source: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    subprocess.run(["opusenc", "--quiet", str(source), str(path)], check=True)
    assert_is_the_tone(convert(path, Patience(20)), tmp_path)


@pytest.mark.parametrize("name", ["-n.wav", "|id.wav", "a b.wav", "인사.wav", "x;reboot.wav"])
def test_convert_when_the_name_has_meaning_to_sox_then_it_is_a_file_all_the_same(
    name: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(source.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert_is_the_tone(convert(Path(name), Patience(20)), tmp_path)


@pytest.mark.parametrize("name", ["list.m3u", "list.pls", "a.txt", "a", "a.wav.exe"])
def test_convert_when_the_ending_is_no_sound_then_which_are(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("|reboot\n")
    with pytest.raises(ContactError, match=r"has no known audio format; use one of aif, .*, wav$"):
        convert(tmp_path / name, Patience(10))


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.ogg", "a.flac", "a.opus"])
@pytest.mark.parametrize("content", [b"", b"no sound", bytes(5000)])
def test_convert_when_the_content_is_no_sound_then_an_error(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ContactError, match=r"failed|holds no sound"):
        convert(tmp_path / name, Patience(20))


def test_convert_when_the_file_is_missing_then_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContactError, match="sox failed"):
        convert(tmp_path / "a.wav", Patience(20))


def test_convert_when_longer_than_an_hour_then_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "LONGEST_S", 1)
    path = write_tone(tmp_path / "a.wav", frequency_hz=440, duration_s=1.5)
    with pytest.raises(ContactError, match=r"a\.wav is longer than an hour; cut it"):
        convert(path, Patience(20))


def tone(source: Path, rate_hz: int) -> Sound:
    asked = ["sox", str(source), "-r", str(rate_hz), "-t", "raw", "-b", "16", "-e", "signed-integer", "-"]
    return Sound(subprocess.run(asked, check=True, capture_output=True).stdout, rate_hz)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 48000])
def test_to_bridge_when_any_rate_then_the_same_tone_as_long(rate_hz: int, source: Path, tmp_path: Path) -> None:
    assert_is_the_tone(to_bridge(tone(source, rate_hz), 1.0, 1.0, Patience(20)), tmp_path)


def loudness(pcm: bytes, folder: Path) -> float:
    write_wav(folder / "made.wav", pcm)
    return read_sides(folder / "made.wav")[0].rms()


def test_to_bridge_when_softer_louder_or_silent_then_that_much_and_as_long(source: Path, tmp_path: Path) -> None:
    plain = to_bridge(tone(source, 16000), 1.0, 0.5, Patience(20))
    soft = to_bridge(tone(source, 16000), 1.0, 0.25, Patience(20))
    silent = to_bridge(tone(source, 16000), 1.0, 0.0, Patience(20))
    assert 1.9 < loudness(plain, tmp_path) / loudness(soft, tmp_path) < 2.1
    assert loudness(silent, tmp_path) == 0
    assert len(plain) == len(soft) == len(silent)


def test_to_bridge_when_much_too_loud_then_limited_not_overflowed(source: Path, tmp_path: Path) -> None:
    pcm = to_bridge(tone(source, 16000), 1.0, 4.0, Patience(20))
    write_wav(tmp_path / "made.wav", pcm)
    assert read_sides(tmp_path / "made.wav")[0].part(0.1, 0.9).has_tone(440)


def test_to_bridge_when_higher_then_higher_and_as_long(source: Path, tmp_path: Path) -> None:
    pcm = to_bridge(tone(source, 16000), 1.5, 1.0, Patience(20))
    write_wav(tmp_path / "made.wav", pcm)
    (sound,) = read_sides(tmp_path / "made.wav")
    assert abs(sound.duration_s - 1.0) < 0.06
    assert sound.part(0.2, 0.8).has_tone(660)


def test_digest_when_content_is_the_same_then_the_same(tmp_path: Path) -> None:
    for name, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / name).write_bytes(content)
    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")
