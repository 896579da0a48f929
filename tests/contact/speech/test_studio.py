"""The studio: who is answered, what is made once, what happens to those who leave."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit import studio as kit
from kit.audio import write_tone
from kit.proc import open_files
from kit.processes import wait_until

from appliance.contact.settings import SpeechSettings, VoiceChoice
from appliance.contact.speech import studio as studio_module
from appliance.contact.speech.engine import Manner, Sound, Voice
from appliance.contact.speech.espeak import PROGRAM
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.wire import LONGEST_PACKET, Reply, Request, key_of
from appliance.errors import ContactError
from appliance.flow.commands import Message

ANSWER_S = 20.0


class GatedEngine:
    """Speaks when it is let; `asked` says what it was asked to say, `together` how many at a time at most."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked: list[str] = []
        self.together = 0
        self._now = 0
        self._lock = threading.Lock()

    def speak(self, text: str, voice: Voice, manner: Manner, patience: Patience) -> Sound:
        with self._lock:
            self.asked.append(text)
            self._now += 1
            self.together = max(self.together, self._now)
        try:
            if text == "bug":
                raise KeyError("bug")
            if voice.engine != PROGRAM:
                raise ContactError("no such model")
            assert self.gate.wait(ANSWER_S)
            return Sound(bytes(16000), 8000)
        finally:
            with self._lock:
                self._now -= 1

    def close(self) -> None: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def engine() -> GatedEngine:
    return GatedEngine()


@pytest.fixture
def running(folder: Path, engine: GatedEngine) -> Iterator[None]:
    with kit.running(folder, kit.PLAIN, {PROGRAM: engine}):
        yield
        engine.gate.set()


def connected(folder: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.settimeout(ANSWER_S)
    client.connect(str(folder / kit.SOCKET))
    return client


def order(folder: Path, text: str) -> socket.socket:
    message = Message(text=text)
    client = connected(folder)
    client.send(msgspec.json.encode(Request(key=key_of(message), message=message)))
    return client


def answer(client: socket.socket) -> Reply:
    with client:
        return msgspec.json.decode(client.recv(LONGEST_PACKET), type=Reply)


def test_order_when_made_then_the_file_is_named(folder: Path, engine: GatedEngine, running: None) -> None:
    engine.gate.set()
    reply = answer(order(folder, "one"))
    assert reply == Reply(file=f"{key_of(Message(text='one'))}.wav")
    assert (folder / "cache" / reply.file).is_file()


def test_order_when_several_want_the_same_then_made_once_and_all_are_told(
    folder: Path, engine: GatedEngine, running: None
) -> None:
    clients = [order(folder, "one") for _ in range(5)]
    wait_until(lambda: engine.asked, timeout_s=10, what="the first is being made")
    clients += [order(folder, "one") for _ in range(5)]
    engine.gate.set()
    assert {answer(client).file for client in clients} == {f"{key_of(Message(text='one'))}.wav"}
    assert engine.asked == ["one"]


def test_order_when_many_come_then_no_more_than_agreed_at_a_time(
    folder: Path, engine: GatedEngine, running: None
) -> None:
    clients = [order(folder, f"text {number}") for number in range(12)]
    wait_until(lambda: len(engine.asked) == 2, timeout_s=10, what="two are being made")
    engine.gate.set()
    assert all(answer(client).file for client in clients)
    assert engine.together == kit.PLAIN.parallel == 2


def test_order_when_whoever_asked_has_gone_then_it_is_not_made(
    folder: Path, engine: GatedEngine, running: None
) -> None:
    first = [order(folder, "first"), order(folder, "second")]
    wait_until(lambda: len(engine.asked) == 2, timeout_s=10, what="both threads are busy")
    order(folder, "gone").close()
    last = order(folder, "last")
    before = answer(bad := connected_with(folder, b"nonsense"))  # read after those before it
    assert before.fault
    assert bad.fileno() == -1
    engine.gate.set()
    assert all(answer(client).file for client in (*first, last))
    assert sorted(engine.asked) == ["first", "last", "second"]


def connected_with(folder: Path, packet: bytes) -> socket.socket:
    client = connected(folder)
    client.send(packet)
    return client


def test_order_when_it_can_not_be_made_then_why(folder: Path, running: None, caplog: pytest.LogCaptureFixture) -> None:
    reply = answer(order(folder, "x" * 7000))
    assert reply.file == ""
    assert "7000 characters" in reply.fault
    assert "a sound can't be made: a message has 7000 characters" in caplog.text


def test_order_when_the_studio_itself_fails_over_it_then_the_others_are_made(
    folder: Path, engine: GatedEngine, running: None, caplog: pytest.LogCaptureFixture
) -> None:
    engine.gate.set()
    for _ in range(kit.PLAIN.parallel + 1):
        assert "see its log" in answer(order(folder, "bug")).fault
    assert answer(order(folder, "one")).file
    assert "KeyError" in caplog.text


def test_order_when_too_many_wait_then_the_next_is_refused_at_once(
    folder: Path, engine: GatedEngine, running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio_module, "MOST_WAITING", 3)
    waiting = [order(folder, f"text {number}") for number in range(3)]
    wait_until(lambda: len(engine.asked) == 2, timeout_s=10, what="two are being made")
    assert "overloaded" in answer(order(folder, "one more")).fault
    engine.gate.set()
    assert all(answer(client).file for client in waiting)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    packet=st.binary(min_size=1, max_size=300)
    | st.builds(lambda source: b'{"key":"k","source":"%s"}' % source, st.binary())
)
def test_order_when_it_is_no_order_then_a_fault_and_the_studio_lives(
    folder: Path, running: None, packet: bytes
) -> None:
    assert answer(connected_with(folder, packet)).fault


@pytest.mark.parametrize(
    "source", ["../secret.wav", "/etc/passwd", "..", "", "cache/x.wav", "missing.wav", "a\x00.wav"]
)
def test_order_when_the_file_is_a_trick_or_missing_then_a_fault(folder: Path, running: None, source: str) -> None:
    request = Request(key="k", source=source)
    assert answer(connected_with(folder, msgspec.json.encode(request))).fault
    assert not list((folder / "cache").glob("*.wav"))


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden", "a.wav"])
def test_order_when_the_key_is_no_plain_name_then_a_fault(folder: Path, running: None, key: str) -> None:
    request = Request(key=key, message=Message(text="one"))
    assert "can't be a sound's name" in answer(connected_with(folder, msgspec.json.encode(request))).fault


def test_order_when_a_file_was_copied_then_converted_once(folder: Path, running: None) -> None:
    write_tone(folder / "a.wav", frequency_hz=440, duration_s=0.3, rate_hz=16000)
    (folder / "b.wav").write_bytes((folder / "a.wav").read_bytes())
    replies = [
        answer(connected_with(folder, msgspec.json.encode(Request(key=key, source=source))))
        for key, source in (("one", "a.wav"), ("two", "b.wav"))
    ]
    assert [reply.file for reply in replies] == ["one.wav", "two.wav"]
    assert (folder / "cache" / "one.wav").samefile(folder / "cache" / "two.wav")


def test_order_when_another_voice_had_to_speak_then_not_kept_as_the_right_one(folder: Path) -> None:
    engine = GatedEngine()
    engine.gate.set()
    choices = SpeechSettings(recordings="", voices=(VoiceChoice(language="en", engine="piper", model="x"),))
    with kit.running(folder, choices, {PROGRAM: engine, "piper": engine}):
        key = key_of(Message(text="one"))
        assert answer(order(folder, "one")).file == f"{key}-spare.wav"
        assert answer(order(folder, "one")).file == f"{key}-spare.wav"
    assert not (folder / "cache" / f"{key}.wav").exists()
    assert len(engine.asked) == 4


def test_run_when_stopped_then_nothing_is_left_open(folder: Path) -> None:
    before = open_files(os.getpid())
    with kit.running(folder):
        clients = [order(folder, f"text {number}") for number in range(3)]
        assert all(answer(client).file for client in clients)
        idle = connected(folder)
    idle.close()
    assert open_files(os.getpid()) == before


def test_run_when_a_socket_of_a_dead_studio_is_there_then_it_is_replaced(folder: Path) -> None:
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)) as dead:
        dead.bind(str(folder / kit.SOCKET))
    with kit.running(folder):
        assert answer(order(folder, "one")).file
