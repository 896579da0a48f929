"""The hook and the voice stream of a call, with a fake modem of each way."""

from __future__ import annotations

from kit.fake_modem import FakeModem

from hw.line.profile import Profile
from hw.line.signals import LoopBroken, Signal, VoiceFailed
from hw.modem.carrier import Carrier
from hw.modem.dle import Code
from hw.modem.events import Done, StreamEnded
from hw.modem.session import VOICE, Session
from hw.modem.voice import Direction

OURS = b"\x20" * 160


class Bench:
    """A modem that is set up, and its carrier. told: what the stream meant for the line."""

    def __init__(self, *refuses: str) -> None:
        self.modem, self.session = FakeModem(refuses=refuses), Session("US")
        self.carrier = Carrier(self.session, Profile(country="US"))
        self.told: list[Signal] = []
        self.now = 0.0
        self.session.start(self.now)
        self.turn()
        while (due := self.session.next_timer()) is not None:
            self.now = due
            self.session.handle_timer(due)
            self.turn()
        self.modem.commands.clear()

    def turn(self) -> None:
        """Until neither has anything to say."""
        self.carrier.turn_around(self.now)
        while output := self.session.take_output(self.now):
            self.arrive(self.modem.receive(output))
            self.carrier.turn_around(self.now)

    def arrive(self, data: bytes) -> None:
        for event in self.session.feed(data, self.now):
            signal: Signal | None = None
            if isinstance(event, Done) and event.command in VOICE:
                signal = self.carrier.stream_began(VOICE[event.command], event.result, self.now)
            elif isinstance(event, StreamEnded):
                signal = self.carrier.stream_ended()
            self.told += [] if signal is None else [signal]


def off_hook(*refuses: str) -> Bench:
    bench = Bench(*refuses)
    bench.carrier.go_off_hook()
    bench.turn()
    return bench


def test_hook_when_taken_off_then_voice_goes_both_ways_until_it_is_put_down() -> None:
    bench = off_hook()
    assert (bench.modem.off_hook, bench.session.direction, bench.carrier.one_way) == (True, Direction.BOTH, False)
    bench.carrier.go_on_hook(bench.now)
    bench.turn()
    assert (bench.modem.off_hook, bench.modem.streaming, bench.carrier.at_rest) == (False, False, True)
    assert bench.told == []


def test_hook_when_put_down_before_there_is_voice_then_there_is_none() -> None:
    bench = Bench()
    bench.carrier.go_off_hook()
    bench.carrier.go_on_hook(bench.now)
    bench.turn()
    assert bench.modem.commands == ["AT+VLS=1", "AT+VSM=131,8000", "AT+VLS=0"]
    assert bench.carrier.at_rest


def test_voice_when_refused_both_ways_then_one_way_at_a_time_and_who_speaks_turns_it() -> None:
    bench = off_hook("AT+VTR")
    assert (bench.carrier.one_way, bench.session.direction) == (True, Direction.LISTEN)
    bench.carrier.say(OURS)
    bench.turn()
    assert bench.session.direction is Direction.SPEAK
    assert OURS in bench.modem.heard
    bench.carrier.say(b"\xff" * 8000)
    bench.turn()
    assert bench.session.direction is Direction.LISTEN
    assert bench.told == []


def test_voice_when_refused_in_every_way_then_the_call_has_none() -> None:
    assert off_hook("AT+VTR", "AT+VRX").told == [VoiceFailed()]


def test_flash_when_asked_then_a_command_between_two_streams() -> None:
    bench = off_hook()
    bench.carrier.flash(bench.now)
    bench.turn()
    assert (bench.modem.flashes, bench.session.direction, bench.told) == (1, Direction.BOTH, [])


def test_stream_when_the_modem_ends_it_by_itself_then_the_call_is_over() -> None:
    bench = off_hook()
    bench.modem.streaming = False
    bench.arrive(bench.modem.says(b"", Code.END.value) + b"\r\nOK\r\n")
    assert bench.told == [LoopBroken(duration_s=Profile(country="US").loop_drop_s)]
