"""A line and what lies behind it, for contract tests: one class a back end, all with the same hands."""

from __future__ import annotations

import abc
import time
from dataclasses import replace

from kit.daa_on_exchange import ADDRESS, DaaOnExchange
from kit.exchange import Place, Plan
from kit.modem_on_pty import ModemOnPty

from hw.daa import gpio_lines
from hw.line.caller_id import CallerId
from hw.line.interface import FRAME, LineDriver
from hw.line.mock import MockLine
from hw.line.profile import Profile
from hw.modem.serial_modems import SerialModems, found_at

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


class ModemBench(LineBench):
    """A modem on a pty, by the real serial port."""

    def __init__(self, chip: str = "cx") -> None:
        plan = Plan(ring_s=(0.4, 0.6), caller_after_s=0.4, short_caller=True, answer_after_s=0.5)
        self.modem = ModemOnPty(chip, plan)
        backend = SerialModems()
        self.line = backend.open(found_at(self.modem.path), replace(QUICK, ring_gap_s=2.5, caller_id_wait_s=2.0))

    def call_in(self, caller: CallerId) -> None:
        """Not before the modem is initialised, and the exchange has seen it on-hook."""
        end = time.monotonic() + 30
        while not self.ready() or self.modem.exchange.place is not Place.IDLE:
            assert time.monotonic() < end, "the modem never became ready"
            time.sleep(0.02)
        self.modem.exchange.call(caller)

    def ready(self) -> bool:
        """Initialised."""
        return any(command == "AT+VLS=0" for command in self.modem.modem.commands)

    def give_up(self) -> None:
        self.modem.exchange.give_up()

    def oblige(self) -> None:
        """It always does."""

    def dialled(self) -> str:
        return self.modem.exchange.dialled

    def speak(self) -> None:
        self.modem.exchange.speaking = True

    def heard(self) -> bool:
        return OURS in self.modem.exchange.heard

    def say_something(self) -> None:
        self.line.play(OURS)

    def press(self, key: str) -> None:
        self.modem.exchange.press(key)

    def hang_up(self) -> None:
        self.modem.exchange.hang_up()

    def off_hook(self) -> bool:
        return self.modem.modem.off_hook

    def unplug(self) -> None:
        self.modem.unplug()

    def close(self) -> None:
        self.line.close()
        self.modem.close()


class DaaBench(LineBench):
    """A DAA on gpiozero's mock pins, by the real driver."""

    def __init__(self) -> None:
        plan = Plan(ring_s=(0.4, 0.6), caller_after_s=0.4, answer_after_s=0.5)
        self.daa = DaaOnExchange(plan)
        profile = replace(QUICK, ring_gap_s=2.5, caller_id_wait_s=2.0)
        self.line = self.daa.backend.open(gpio_lines.found_at(ADDRESS), profile)

    def call_in(self, caller: CallerId) -> None:
        """Not before the exchange has seen the line on-hook."""
        end = time.monotonic() + 30
        while self.daa.exchange.place is not Place.IDLE:
            assert time.monotonic() < end, "the exchange never became idle"
            time.sleep(0.02)
        self.daa.exchange.call(caller)

    def give_up(self) -> None:
        self.daa.exchange.give_up()

    def oblige(self) -> None:
        """It always does."""

    def dialled(self) -> str:
        return self.daa.exchange.dialled

    def speak(self) -> None:
        self.daa.exchange.speaking = True

    def heard(self) -> bool:
        return OURS in self.daa.exchange.heard

    def say_something(self) -> None:
        self.line.play(OURS)

    def press(self, key: str) -> None:
        self.daa.exchange.press(key)

    def hang_up(self) -> None:
        self.daa.exchange.hang_up()

    def off_hook(self) -> bool:
        return self.daa.off_hook

    def unplug(self) -> None:
        self.daa.unplug()

    def close(self) -> None:
        self.line.close()
