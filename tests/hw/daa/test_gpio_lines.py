"""A line by a DAA when its sound card fails in its own way; the rest is the contract of every line."""

from __future__ import annotations

import pytest
from kit.daa_on_exchange import ADDRESS, MockPins

from hw.audio.interface import DeviceSide, SoundStream
from hw.daa import gpio_lines
from hw.daa.codec import Codec
from hw.daa.wiring import Wiring
from hw.line.profile import Profile
from hw.line.signals import DeviceGone
from hw.line.states import LineState


class StillCard(SoundStream):
    """It neither plays nor hears, and says nothing of it."""

    def __init__(self, exchange: DeviceSide) -> None:
        self.exchange = exchange
        self.closed = False

    @property
    def fault(self) -> str:
        return ""

    def close(self) -> None:
        self.closed = True


def test_line_when_its_sound_card_stands_still_then_the_device_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpio_lines, "STALL_S", 0.3)
    pins, opened = MockPins(), list[StillCard]()

    def still(_wiring: Wiring, codec: Codec) -> SoundStream:
        opened.append(StillCard(codec))
        return opened[0]

    backend = gpio_lines.GpioLines(still, pins.factory)
    with backend.open(gpio_lines.found_at(ADDRESS), Profile(country="US")) as line:
        assert isinstance(line.next_event(30.0), DeviceGone)
        assert line.state is LineState.NO_LINE
        assert not pins.off_hook
    assert opened[0].closed
