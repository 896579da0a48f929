"""Calls through a real serial port: a modem on a pseudo terminal, an exchange behind it, sound checked both ways."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import serial
from kit.exchange import SILENCE, TALK_HZ, Exchange, Place, Plan
from kit.line_bench import QUICK
from kit.modem_on_pty import BUDGET, ModemOnPty

from hw.daa.goertzel import Goertzel
from hw.errors import DeviceAbsentError, DeviceBusyError, DeviceError
from hw.line.caller_id import CallerId
from hw.line.g711 import to_mulaw, to_samples
from hw.line.interface import FRAME, ONE_WAY
from hw.line.profile import Profile
from hw.line.signals import (
    Answer,
    CallArrived,
    CallConnected,
    CallEnded,
    Dial,
    EndReason,
    Flash,
    HangUp,
    KeyPressed,
    LineFound,
    LineLost,
    Outcome,
    SendKeys,
)
from hw.line.states import LineState
from hw.modem import modem_line
from hw.modem.port import SerialLine, SerialPort
from hw.modem.serial_modems import SerialModems, found_at, probe

WAIT_S = 30.0
OUR_HZ = 700.0
PROFILE = replace(QUICK, ring_gap_s=2.5, caller_id_wait_s=2.0)
PLAN = {"ring_s": (0.4, 0.6), "caller_after_s": 0.4, "short_caller": True, "answer_after_s": 0.5}
HAN = CallerId(number="0225550123", name="HAN")
Start = Callable[..., tuple[SerialLine, ModemOnPty]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Opens a line at a modem; ends both."""
    opened: list[SerialLine | ModemOnPty] = []

    def open_line(modem: ModemOnPty, profile: Profile = PROFILE) -> tuple[SerialLine, ModemOnPty]:
        opened.append(modem)
        line = SerialModems().open(found_at(modem.path), profile)
        opened.insert(0, line)
        return line, modem

    yield open_line
    for one in opened:
        one.close()


def modem(chip: str = "cx", *, stuck: bool = False, mute: bool = False, **plan: object) -> ModemOnPty:
    return ModemOnPty(chip, Plan(**{**PLAN, **plan}), stuck=stuck, mute=mute)


def expect(line: SerialLine, wanted: type[Outcome]) -> Outcome:
    end = time.monotonic() + WAIT_S
    while (left := end - time.monotonic()) > 0:
        event = line.next_event(left)
        if isinstance(event, wanted):
            return event
        assert event is None or isinstance(event, CallArrived), f"{event} instead of {wanted.__name__}"
    raise AssertionError(f"no {wanted.__name__} within {WAIT_S} s")


def wait(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def call_in(line: SerialLine, modem: ModemOnPty) -> None:
    wait(lambda: "AT+VLS=0" in modem.modem.commands)
    modem.exchange.call(HAN)
    assert expect(line, CallArrived) == CallArrived(caller=replace(HAN, month=11, day=22, hour=18, minute=30))
    line.ask(Answer())
    expect(line, CallConnected)


def converse(line: SerialLine, exchange: Exchange, seconds: float) -> tuple[bytes, bytes]:
    """Both sides sound their tone, ours in frames of 20 ms by our own clock; what each heard."""
    exchange.speaking = True
    turn = 2 * math.pi * OUR_HZ / 8000
    heard = bytearray()
    first = len(exchange.heard)
    begin = time.monotonic()
    for number in range(round(seconds * 50)):
        line.play(to_mulaw(round(6000 * math.sin(turn * (number * FRAME + n))) for n in range(FRAME)))
        time.sleep(max(0.0, begin + (number + 1) * 0.02 - time.monotonic()))
        while (frame := line.next_frame()) is not None:
            heard += frame
    return bytes(heard), bytes(exchange.heard[first:])


def purity(mulaw: bytes, hz: float) -> float:
    """Share of the loud 20 ms pieces' power at `hz`, median of the pieces."""
    pieces = [to_samples(mulaw[at : at + FRAME]) for at in range(0, len(mulaw) - FRAME, FRAME)]
    loud = [piece for piece in pieces if sum(map(abs, piece)) > 500 * FRAME]
    assert len(loud) > len(pieces) // 2, f"only {len(loud)} of {len(pieces)} pieces are loud"
    shares = sorted(Goertzel((hz,)).powers(piece)[0][0] for piece in loud)
    return shares[len(shares) // 2]


@pytest.mark.parametrize("chip", ["cx", "usr", "other"])
def test_call_in_when_both_speak_then_each_hears_the_others_tone_and_the_modem_is_fed(start: Start, chip: str) -> None:
    line, there = start(modem(chip))
    call_in(line, there)
    at_our_side, at_theirs = converse(line, there.exchange, 2.0)
    assert purity(at_our_side, TALK_HZ) > 0.95
    assert purity(at_theirs, OUR_HZ) > 0.95
    assert there.lost == 0
    assert there.busiest < BUDGET
    there.exchange.hang_up()
    assert expect(line, CallEnded) == CallEnded(reason=EndReason.FAR_END)


def test_call_out_when_answered_then_digits_by_sound_and_tones_both_ways(start: Start) -> None:
    line, there = start(modem())
    line.ask(Dial(number="5550100"))
    assert expect(line, CallConnected) == CallConnected(certain=True)
    assert there.exchange.dialled == "5550100"
    at_our_side, at_theirs = converse(line, there.exchange, 1.5)
    assert purity(at_our_side, TALK_HZ) > 0.95
    assert purity(at_theirs, OUR_HZ) > 0.95
    line.ask(HangUp())
    assert expect(line, CallEnded) == CallEnded(reason=EndReason.HUNG_UP)
    wait(lambda: there.exchange.place is Place.IDLE)


def test_call_out_when_nothing_tells_of_the_answer_then_assumed_once_ringback_stops(start: Start) -> None:
    profile = replace(PROFILE, country="KR", answer_s=60.0, ringback_gap_s=4.0)
    line, there = start(modem(reverses=False, country="KR", answer_after_s=3.5), profile)
    line.ask(Dial(number="5550100"))
    assert expect(line, CallConnected) == CallConnected(certain=False)
    assert there.exchange.place is Place.TALK
    assert line.next_frame(1.0) is not None  # ringback was to be heard, and is


def test_call_out_when_the_number_does_not_exist_then_not_dialable(start: Start) -> None:
    line, there = start(modem())
    line.ask(Dial(number="5559999"))
    assert expect(line, CallEnded) == CallEnded(reason=EndReason.NOT_DIALABLE)
    wait(lambda: there.exchange.place is Place.IDLE)


def test_talk_when_the_exchange_only_sounds_busy_then_ended_all_the_same(start: Start) -> None:
    line, there = start(modem(breaks=False))
    call_in(line, there)
    there.exchange.hang_up()
    assert expect(line, CallEnded) == CallEnded(reason=EndReason.FAR_END)
    wait(lambda: there.exchange.place is Place.IDLE)


def test_flash_when_in_talk_then_a_flash_and_the_talk_goes_on(start: Start) -> None:
    line, there = start(modem())
    call_in(line, there)
    line.ask(Flash())
    wait(lambda: there.modem.flashes == 1)
    wait(lambda: there.modem.streaming)
    assert purity(converse(line, there.exchange, 2.0)[0], TALK_HZ) > 0.95
    assert line.state is LineState.TALKING


def test_hang_up_when_the_stream_is_only_just_asked_for_then_on_hook_in_the_end(start: Start) -> None:
    line, there = start(modem())
    wait(lambda: "AT+VLS=0" in there.modem.commands)
    there.exchange.call(HAN)
    expect(line, CallArrived)
    line.ask(Answer())
    line.ask(HangUp())
    assert expect(line, CallEnded) == CallEnded(reason=EndReason.HUNG_UP)
    wait(lambda: there.modem.commands[-1] == "AT+VLS=0" and not there.modem.streaming and not there.modem.off_hook)
    wait(lambda: line.state is LineState.IDLE)


def test_open_when_a_killed_process_left_the_modem_in_its_stream_then_usable(start: Start) -> None:
    line, there = start(modem(stuck=True))
    call_in(line, there)
    assert there.modem.off_hook


def test_modem_when_it_answers_nothing_then_lost_and_found_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modem_line, "RETRY_S", 0.5)
    line, there = start(modem(mute=True))
    expect(line, LineLost)
    there.modem.mute = False
    expect(line, LineFound)
    call_in(line, there)


def test_voice_when_the_modem_refuses_it_then_ended_and_why(start: Start) -> None:
    there = modem()
    there.modem.refuses = ("AT+VTR", "AT+VRX")
    line, _ = start(there)
    wait(lambda: "AT+VLS=0" in there.modem.commands)
    line.ask(Dial(number="5550100"))
    assert expect(line, CallEnded) == CallEnded(reason=EndReason.NO_VOICE)
    wait(lambda: not there.modem.off_hook)


@pytest.mark.parametrize("chip", ["usr", "other"])
def test_talk_when_the_modem_carries_voice_one_way_only_then_each_is_heard_in_turn_and_so_told(
    start: Start, chip: str, caplog: pytest.LogCaptureFixture
) -> None:
    there = ModemOnPty(chip, Plan(**PLAN), refuses=("AT+VTR",))
    line, _ = start(there)
    call_in(line, there)
    wait(lambda: not line.abilities.duplex)
    assert line.remarks == (ONE_WAY,)
    assert ONE_WAY in caplog.text
    there.exchange.speaking = True
    assert purity(listen(line, 0.5), TALK_HZ) > 0.95
    first = len(there.exchange.heard)
    converse(line, there.exchange, 1.5)
    there.exchange.press("7")
    assert expect(line, KeyPressed) == KeyPressed(key="7")
    for _ in range(60):
        line.play(SILENCE)
        time.sleep(0.02)
    spoken = bytes(there.exchange.heard[first:])
    assert tone_s(spoken, OUR_HZ) == pytest.approx(1.5, abs=0.1)  # all of it, though the modem turned around first
    assert purity(listen(line, 0.5), TALK_HZ) > 0.95
    line.ask(SendKeys(keys="42"))
    wait(lambda: there.exchange.dialled == "42")
    line.ask(HangUp())
    assert expect(line, CallEnded) == CallEnded(reason=EndReason.HUNG_UP)
    wait(lambda: not there.modem.off_hook and not there.modem.streaming)


def listen(line: SerialLine, seconds: float) -> bytes:
    """What the line says from now on."""
    while line.next_frame() is not None:
        pass
    heard = bytearray()
    while len(heard) < seconds * 8000:
        heard += line.next_frame(5.0) or b""
        line.play(SILENCE)
    return bytes(heard)


def tone_s(mulaw: bytes, hz: float) -> float:
    pieces = [to_samples(mulaw[at : at + FRAME]) for at in range(0, len(mulaw) - FRAME, FRAME)]
    loud = [piece for piece in pieces if sum(map(abs, piece)) > 500 * FRAME]
    return sum(Goertzel((hz,)).powers(piece)[0][0] > 0.8 for piece in loud) * 0.02


def test_port_when_another_line_has_it_then_busy_and_by_whom(start: Start) -> None:
    line, there = start(modem())
    with pytest.raises(DeviceBusyError, match=rf"{there.path} is in use by this process"):
        SerialModems().open(line.found, PROFILE)
    line.close()
    SerialModems().open(line.found, PROFILE).close()


class StuckPort(SerialPort):
    """Its driver doesn't come back from a write until `give_up` is set, as after some unplugged adapters."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.stuck, self.give_up = threading.Event(), threading.Event()

    def write(self, data: bytes) -> int:
        self.stuck.set()
        assert self.give_up.wait(WAIT_S)
        return super().write(data)


def test_close_when_the_thread_is_stuck_then_it_keeps_its_files_until_it_comes_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("hw.modem.port.HANG_UP_S", 0.01)
    there = modem()
    port = StuckPort(there.path)
    line = SerialLine(found_at(there.path), port, PROFILE)
    known = {file: _inode(file) for file in (line._wake_read, line._wake_write)}
    assert port.stuck.wait(WAIT_S)
    line.close()
    assert "does not let go" in caplog.text
    assert {file: _inode(file) for file in known} == known
    assert port.fileno() >= 0
    port.give_up.set()
    wait(lambda: all(_inode(file) != inode for file, inode in known.items()))
    with pytest.raises(serial.PortNotOpenError):
        port.fileno()
    there.close()


def _inode(file: int) -> int | None:
    try:
        return os.fstat(file).st_ino
    except OSError:
        return None


def test_port_when_absent_or_no_port_then_said(tmp_path: pytest.TempPathFactory) -> None:
    with pytest.raises(DeviceAbsentError, match=r"/dev/ttyACM99 isn't there"):
        SerialModems().open(found_at("/dev/ttyACM99"), PROFILE)
    with pytest.raises(DeviceError, match=r"can't be opened as a serial port"):
        SerialModems().open(found_at("/dev/null"), PROFILE)


@pytest.mark.parametrize(("chip", "name"), [("cx", "Conexant CX930xx"), ("usr", "USRobotics USR5637")])
def test_probe_when_a_modem_answers_then_its_model_and_what_it_cannot_do(chip: str, name: str) -> None:
    there = modem(chip, stuck=True)
    probed = probe(found_at(there.path))
    there.close()
    volts = {"line voltage": "48 V"} if chip == "cx" else {}
    assert probed.facts == {"model": name, "voice": "µ-law (format 131)", **volts}
    assert bool(probed.remarks) is (chip == "usr")


def test_probe_when_nothing_answers_then_said() -> None:
    there = modem(mute=True)
    probed = probe(found_at(there.path))
    there.close()
    assert probed.remarks == ("It answers no command: it is no modem, or it hangs; plug it in again.",)
