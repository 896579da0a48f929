"""A headset and its wearer, for contract tests: one class a back end, all with the same hands."""

from __future__ import annotations

import abc

from hw.headset.interface import Headset
from hw.headset.mock import MockHeadset
from hw.headset.usages import PHONE_MUTE, Usage


class HeadsetBench(abc.ABC):
    """A headset that is open and idle."""

    headset: Headset

    @abc.abstractmethod
    def lift(self, *, off: bool) -> None:
        """The hook switch."""

    @abc.abstractmethod
    def press_mute(self) -> None:
        """Down and up."""

    @abc.abstractmethod
    def lamps(self) -> frozenset[Usage]:
        """Those that burn."""

    @abc.abstractmethod
    def unplug(self) -> None:
        """It goes."""

    @abc.abstractmethod
    def close(self) -> None:
        """Everything, whatever state it is in."""


class MockHeadsetBench(HeadsetBench):
    """The mock."""

    def __init__(self) -> None:
        self._mock = MockHeadset()
        self.headset = Headset(self._mock)

    def lift(self, *, off: bool) -> None:
        self._mock.inject_hook(off=off)

    def press_mute(self) -> None:
        self._mock.inject_press(PHONE_MUTE)

    def lamps(self) -> frozenset[Usage]:
        return self._mock.lamps

    def unplug(self) -> None:
        self._mock.inject_unplug()

    def close(self) -> None:
        self.headset.close()
