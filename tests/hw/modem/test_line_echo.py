"""The hybrid's echo behind a modem that carries voice both ways: taken out, whatever the port and we are late by."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator

import pytest
from kit.fake_modem import FakeModem
from kit.hybrid import Hybrid, reduction_db, voice

from hw.audio.echo import SpeexCanceller
from hw.line.g711 import to_mulaw, to_samples
from hw.line.interface import FRAME
from hw.line.profile import Profile
from hw.line.signals import Answer, Outcome
from hw.modem.modem_line import ModemLine, Sound

SAID = voice(14.0, 3)
LAG = 2  # turns of 20 ms from us into the modem, and back


class Talk:
    """A call in talk, in turns of 20 ms. heard: what the modem heard of the line; told: what the line told of it, some
    turns later."""

    def __init__(self, chip: str) -> None:
        self.modem, self._canceller = FakeModem(chip), SpeexCanceller()
        self.line = ModemLine(Profile(country="US"), self._canceller)
        self.now, self.heard, self.told = 0.0, array("h"), array("h")
        self._hybrid, self._played = Hybrid(), 0
        self._inward: deque[bytes] = deque([b""] * LAG)
        self._outward: deque[bytes] = deque([b""] * LAG)
        self.line.start(self.now)
        self._wait(2.0)
        self._inward[-1] += b"\r\nRING\r\n"
        self._wait(6.0)
        self.line.ask(Answer(), self.now)
        self._wait(1.0)
        assert self.modem.streaming

    def _wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.turn()

    def talk(self, seconds: float, *, away_s: tuple[float, ...] = ()) -> list[float]:
        """We say something and the far end nothing; the echo's reduction, second by second. away_s: when we are away
        for 0.3 s, while the modem goes on."""
        first = len(self.told)
        self.heard, turns = self.heard[: len(self.told)], round(seconds * 50)
        asleep = {round(at * 50) + n for at in away_s for n in range(15)}
        for turn in range(turns):
            at = turn * FRAME % (len(SAID) - FRAME)
            self.line.send(to_mulaw(SAID[at : at + FRAME]))
            self.turn(awake=turn not in asleep)
        heard, told = self.heard[first : len(self.told)], self.told[first:]
        return [reduction_db(heard[n : n + 8000], told[n : n + 8000]) for n in range(0, len(told) - 7999, 8000)]

    def turn(self, *, awake: bool = True) -> None:
        self.now += 0.02
        if awake:
            while self._inward:
                self._tell(self.line.feed(self._inward.popleft(), self.now))
                if len(self._inward) < LAG:
                    break
            self._tell(self.line.handle_timer(self.now))
        self._outward.append(self.line.take_output(self.now) if awake else b"")
        answer = self.modem.receive(self._outward.popleft())
        if self.modem.streaming:
            answer += self.modem.says(self._line())
        self._inward.append(answer)

    def _line(self) -> bytes:
        said = bytes(self.modem.heard[self._played : self._played + FRAME])
        self._played += len(said)
        back = to_mulaw(round(sample) for sample in self._hybrid.echo(to_samples(said.ljust(FRAME, b"\xff"))))
        self.heard += to_samples(back)
        return back

    def _tell(self, news: list[Outcome]) -> None:
        for one in news:
            if isinstance(one, Sound):
                self.told += to_samples(one.mulaw)

    def close(self) -> None:
        self._canceller.close()


@pytest.fixture(params=["cx", "usr"])
def talk(request: pytest.FixtureRequest) -> Iterator[Talk]:
    made = Talk(request.param)
    yield made
    made.close()


def test_echo_when_voice_goes_both_ways_then_gone_within_seconds(talk: Talk) -> None:
    found = talk.talk(8.0)
    assert min(found[4:]) > 25, found


def test_echo_when_we_were_away_and_the_modem_ran_dry_then_gone_again(talk: Talk) -> None:
    found = talk.talk(14.0, away_s=(6.0, 8.1))
    assert min(found[4:6]) > 25, found
    assert min(found[12:]) > 25, found


def test_echo_when_the_doctor_listens_then_told_as_it_is(talk: Talk) -> None:
    talk.line.monitored = True
    found = talk.talk(8.0)
    assert max(map(abs, found)) < 1, found
