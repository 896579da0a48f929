"""Headsets that aren't there, each a `MockHeadset`, with a `Wearer` who speaks and listens: the backend of the mock."""

from __future__ import annotations

from collections.abc import Sequence

from hw.audio.exchange import SoundExchange
from hw.audio.mock import MockStream
from hw.devices import Found, Probed
from hw.errors import DeviceAbsentError, DeviceBusyError
from hw.headset.mock_headset import BUTTONS, THE_ONE, MockHeadset
from hw.headset.usages import NAMES
from hw.headset.wearer import Wearer


class MockHeadsets:
    """The backend: one headset that is always plugged in, or those of `plugged`."""

    rank = 100
    THE_ONE = THE_ONE

    def __init__(self, plugged: Sequence[Found] = (THE_ONE,)) -> None:
        self.plugged = list(plugged)
        self.opened: dict[str, MockHeadset] = {}
        self.sounds: dict[str, MockStream] = {}
        self.wearers: dict[str, Wearer] = {}

    def check(self) -> None:
        """It works everywhere."""

    def find(self) -> Sequence[Found]:
        return list(self.plugged)

    def probe(self, found: Found) -> Probed:
        self._there(found)
        buttons = ", ".join(NAMES[usage] for usage in BUTTONS)
        return Probed(found=found, facts={"buttons": buttons}, remarks=("It is a mock: nobody wears it.",))

    def open(self, found: Found) -> MockHeadset:
        self._there(found)
        before = self.opened.get(found.address)
        if before is not None and not before.closed:
            raise DeviceBusyError(found.address, "this process")
        self.opened[found.address] = MockHeadset(found)
        return self.opened[found.address]

    def open_sound(self, found: Found, exchange: SoundExchange) -> MockStream:
        self._there(found)
        stream = self.sounds[found.address] = MockStream(exchange)
        if (wearer := self.wearers.get(found.address)) is not None:
            wearer.wear(stream)
        return stream

    def wearer(self, found: Found) -> Wearer:
        """Who wears an open mock, and speaks whenever its sound is opened."""
        return self.wearers.setdefault(found.address, Wearer(self.opened[found.address]))

    def _there(self, found: Found) -> None:
        if found not in self.plugged:
            raise DeviceAbsentError(f"{found.address} isn't plugged in; `python -m hw` lists what is")
