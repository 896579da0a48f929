"""The session with a fake modem of each chip: start, commands, stream, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.fake_modem import FakeModem

from hw.modem.commands import ANSWER_S
from hw.modem.dle import Code
from hw.modem.events import Audio, Done, Event, Failed, Heard, Line, Ready, StreamEnded
from hw.modem.models import CX930XX, GENERIC, USR5637, Model, model_of, mulaw_of
from hw.modem.pacing import AHEAD
from hw.modem.replies import Result
from hw.modem.session import Mode, Session
from hw.modem.voice import LONGEST_VOICE

VOICE = bytes(range(256))


class Bench:
    """Session and modem on one wire; bytes pass in pieces of `piece`."""

    def __init__(self, modem: FakeModem, piece: int = 1000) -> None:
        self.modem = modem
        self.session = Session()
        self.now = 0.0
        self.piece = piece
        self.events: list[Event] = []
        self.session.start(self.now)
        self.turn()

    def turn(self) -> None:
        """Until neither has anything to say."""
        while output := self.session.take_output(self.now):
            self.arrive(self.modem.receive(output))

    def arrive(self, data: bytes) -> None:
        for at in range(0, len(data), self.piece):
            self.events += self.session.feed(data[at : at + self.piece], self.now)

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.session.next_timer()) is not None and due <= until:
            self.now = due
            self.events += self.session.handle_timer(due)
            self.turn()
        self.now = until

    def command(self, text: str) -> None:
        self.session.command(text)
        self.turn()

    def news(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture(params=["cx", "usr", "other"])
def chip(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


MODELS: dict[str, tuple[Model, int]] = {"cx": (CX930XX, 131), "usr": (USR5637, 131), "other": (GENERIC, 4)}


@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_start_when_the_modem_is_idle_then_known_and_initialised(chip: str, piece: int) -> None:
    bench = Bench(FakeModem(chip), piece)
    bench.wait(2.0)
    model, mulaw = MODELS[chip]
    assert bench.news(Ready) == [Ready(model=model, mulaw=mulaw)]
    assert bench.session.mode is Mode.COMMAND
    assert set(model.caller_id) <= set(bench.modem.commands)
    assert bench.modem.commands[-1] == "AT+VLS=0"


def test_start_when_a_killed_process_left_it_in_the_stream_then_it_is_led_out(chip: str) -> None:
    bench = Bench(FakeModem(chip, stuck=True))
    bench.wait(2.0)
    assert len(bench.news(Ready)) == 1


def test_start_when_it_refuses_what_it_does_not_know_then_still_ready() -> None:
    bench = Bench(FakeModem("cx", refuses=("AT-SCID", "AT-STE", "AT+VGR", "AT+VSM=?")))
    bench.wait(2.0)
    assert bench.news(Ready) == [Ready(model=CX930XX, mulaw=131)]


def test_start_when_nothing_answers_then_dead_and_said_so() -> None:
    bench = Bench(FakeModem(mute=True))
    bench.wait(10.0)
    assert bench.events == [Failed(command="ATE0V1")]
    assert bench.session.mode is Mode.DEAD


@pytest.fixture
def bench(chip: str) -> Bench:
    made = Bench(FakeModem(chip))
    made.wait(2.0)
    made.events.clear()
    return made


def test_command_when_given_then_its_end_is_told_and_one_waits_for_the_other(bench: Bench) -> None:
    bench.session.command("AT+VLS=1")
    bench.session.command("ATDT110")
    assert bench.session.take_output(bench.now) == b"AT+VLS=1\r"
    assert bench.session.take_output(bench.now) == b""
    bench.arrive(b"\r\nOK\r\n")
    assert bench.session.take_output(bench.now) == b"ATDT110\r"
    bench.arrive(b"\r\nBUSY\r\n")
    assert bench.events == [Done(command="AT+VLS=1", result=Result.OK), Done(command="ATDT110", result=Result.BUSY)]


def test_command_when_it_is_not_answered_then_failed_and_the_next_one_follows(bench: Bench) -> None:
    bench.modem.mute = True
    bench.command("AT+VLS=1")
    bench.session.command("AT+VLS=0")
    bench.wait(ANSWER_S)
    assert bench.events == [Failed(command="AT+VLS=1")]
    bench.modem.mute = False
    bench.wait(ANSWER_S)
    assert bench.events[1:] == [Failed(command="AT+VLS=0")]


def test_ring_and_caller_when_they_come_then_as_lines_even_within_a_command(bench: Bench) -> None:
    bench.arrive(b"\r\nRING\r\n\r\nNMBR=5551234\r\n")
    bench.session.command("AT+VLS=1")
    bench.session.take_output(bench.now)
    bench.arrive(b"\r\nRING\r\n\r\nOK\r\n")
    assert bench.events == [
        Line(text="RING"),
        Line(text="NMBR=5551234"),
        Line(text="RING"),
        Done(command="AT+VLS=1", result=Result.OK),
    ]


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_stream_when_it_runs_then_voice_both_ways_and_events_in_order(bench: Bench, piece: int) -> None:
    bench.piece = piece
    bench.session.stream()
    bench.turn()
    assert bench.session.mode is Mode.STREAM
    bench.session.send(VOICE)
    bench.turn()
    assert bench.modem.heard == b"\xff" * AHEAD  # as much as it is given ahead
    bench.arrive(bench.modem.says(VOICE))
    bench.turn()
    assert bench.modem.heard[AHEAD:] == VOICE
    bench.events.clear()
    bench.arrive(bench.modem.says(VOICE, Code.BUSY.value) + bench.modem.says(VOICE))
    sound = b"".join(event.data for event in bench.events if isinstance(event, Audio))
    assert sound == VOICE + VOICE
    assert [event.told.code for event in bench.events if isinstance(event, Heard)] == [Code.BUSY]


def test_stream_when_left_then_commands_again(bench: Bench) -> None:
    bench.session.stream()
    bench.turn()
    bench.session.leave_stream(bench.now)
    bench.turn()
    assert bench.news(StreamEnded) == [StreamEnded()]
    bench.events.clear()
    bench.command("AT+VLS=0")
    assert Done(command="AT+VLS=0", result=Result.OK) in bench.events


def test_stream_when_the_modem_does_not_end_it_then_it_is_over_all_the_same(bench: Bench) -> None:
    bench.session.stream()
    bench.turn()
    bench.modem.mute = True
    bench.session.leave_stream(bench.now)
    bench.turn()
    bench.wait(ANSWER_S)
    assert bench.news(StreamEnded) == [StreamEnded()]


def test_line_current_when_the_chip_only_echoes_our_own_hook_then_not_told(chip: str, bench: Bench) -> None:
    bench.session.stream()
    bench.turn()
    bench.arrive(bench.modem.says(b"", Code.LINE_CURRENT.value))
    assert bool(bench.news(Heard)) is (chip != "usr")


def test_voice_when_the_port_stands_still_then_the_oldest_is_dropped(bench: Bench) -> None:
    bench.session.stream()
    bench.turn()
    for _ in range(1000):
        bench.session.send(b"\x55" * 160)
    assert bench.session.take_output(bench.now) == b""
    heard = b""
    for _ in range(10):
        bench.arrive(bench.modem.says(b"\xff" * AHEAD))
        heard += bench.session.take_output(bench.now)
    assert 0 < len(heard.strip(b"\xff")) <= LONGEST_VOICE
    assert heard.startswith(b"\x55")


def test_voice_when_the_modem_has_played_some_then_just_so_much_follows(bench: Bench) -> None:
    bench.session.stream()
    bench.turn()
    for _ in range(4):
        bench.session.send(b"\x55" * 160)
    assert bench.session.take_output(bench.now) == b""
    bench.arrive(bench.modem.says(b"\xff" * 100))
    assert bench.session.take_output(bench.now) == b"\x55" * 100


def test_keys_when_the_stream_does_not_run_yet_then_heard_whole_once_it_does(bench: Bench) -> None:
    bench.session.send(b"\x44" * 1000, whole=True)
    bench.session.stream()
    bench.turn()
    bench.arrive(bench.modem.says(b"\xff" * 840))
    bench.session.send(b"\x55" * 160)
    bench.turn()
    assert bench.modem.heard == b"\x44" * 1000 + b"\x55" * 160


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_session_when_any_bytes_come_then_it_lives_on(pieces: list[bytes]) -> None:
    bench = Bench(FakeModem())
    bench.wait(2.0)
    for piece in pieces:
        bench.arrive(piece)
        bench.turn()
        bench.wait(0.1)
    assert bench.session.mode in Mode


@pytest.mark.parametrize(("ident", "model"), [("56000", CX930XX), ("5601", USR5637), ("V92", GENERIC), ("", GENERIC)])
def test_model_when_it_names_itself_then_its_row(ident: str, model: Model) -> None:
    assert model_of(ident) is model


def test_mulaw_when_the_modem_has_none_then_none() -> None:
    assert mulaw_of(['132,"ALAW",8', "nonsense", ""]) is None
