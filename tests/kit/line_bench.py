"""A line and what lies behind it, for contract tests: one class a back end, all with the same hands."""

from __future__ import annotations

import abc

from hw.line.caller_id import CallerId
from hw.line.interface import FRAME, LineDriver
from hw.line.mock import MockLine
from hw.line.profile import Profile

NUMBER = "5550100"
CALLER = CallerId(number="0225550123", name="HAN")
QUICK = Profile(country="US", ring_gap_s=1.0, caller_id_wait_s=0.6, settle_s=0.1, answer_s=5.0, guard_s=0.1)
OURS, THEIRS = b"\x20" * FRAME, b"\x40" * FRAME


class LineBench(abc.ABC):
    """A line and what lies behind it. `line` is open and idle."""

    line: LineDriver

    @abc.abstractmethod
    def call_in(self, caller: CallerId) -> None:
        """Somebody calls: rings, and who it is."""

    @abc.abstractmethod
    def give_up(self) -> None:
        """The caller hangs up before anybody answered."""

    @abc.abstractmethod
    def oblige(self) -> None:
        """From now on: a dial tone, and NUMBER answers."""

    @abc.abstractmethod
    def dialled(self) -> str:
        """Every key that arrived at the exchange, so far."""

    @abc.abstractmethod
    def speak(self) -> None:
        """The far end says something that isn't silence, for at least a second."""

    @abc.abstractmethod
    def heard(self) -> bool:
        """Whether the far end has heard what we play by `say_something`."""

    @abc.abstractmethod
    def press(self, key: str) -> None:
        """The far end presses a key."""

    @abc.abstractmethod
    def hang_up(self) -> None:
        """The far end hangs up; the exchange breaks the loop."""

    @abc.abstractmethod
    def off_hook(self) -> bool:
        """What the exchange sees."""

    @abc.abstractmethod
    def unplug(self) -> None:
        """The device goes."""

    @abc.abstractmethod
    def close(self) -> None:
        """Everything, whatever state it is in."""

    @abc.abstractmethod
    def say_something(self) -> None:
        """20 ms of what `heard` looks for."""


class MockBench(LineBench):
    """The mock; its `inject_*` methods are the hands."""

    line: MockLine

    def __init__(self) -> None:
        self.line = MockLine(profile=QUICK)
        self._dials_at = 0

    def call_in(self, caller: CallerId) -> None:
        self.line.inject_ring()
        self.line.inject_caller(caller)

    def give_up(self) -> None:
        """No more rings: the machine's clock does the rest."""

    def oblige(self) -> None:
        self.line.oblige()

    def dialled(self) -> str:
        return "".join(self.line.dialled)

    def speak(self) -> None:
        self.line.inject_voice(THEIRS * 10)

    def heard(self) -> bool:
        return OURS in self.line.played

    def say_something(self) -> None:
        self.line.play(OURS)

    def press(self, key: str) -> None:
        self.line.inject_key(key)

    def hang_up(self) -> None:
        self.line.inject_break()

    def off_hook(self) -> bool:
        return self.line.off_hook

    def unplug(self) -> None:
        self.line.inject_unplug()

    def close(self) -> None:
        self.line.close()
