"""A DAA's pins, on gpiozero's mock factory and, where there is one, on the kernel's gpio-sim."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from gpiozero.pins.mock import MockFactory
from kit import gpio_sim

from hw.audio.interface import DeviceSide, SoundStream
from hw.daa.daa_line import Senses
from hw.daa.gpio_lines import GpioLines, found_at
from hw.daa.pins import DaaPins
from hw.daa.ringing import RingDetector
from hw.daa.wiring import parse_wiring
from hw.errors import DeviceBusyError

WIRING = parse_wiring("daa:ring=17,hook=27,loop=22!,polarity=23")
RING, HOOK, LOOP, POLARITY = 17, 27, 22, 23


class Board:
    """Pins, and hands on the other side of them."""

    def __init__(self, factory: object, drive: Callable[[int, bool], None], state: Callable[[int], bool]) -> None:
        self.drive, self.state, self.factory = drive, state, factory
        drive(LOOP, True)
        self.changes: list[tuple[str, bool, float]] = []
        self.pins = DaaPins(WIRING, lambda *change: self.changes.append(change), factory)

    def wait(self, count: int) -> list[tuple[str, bool, float]]:
        """Until there are so many changes."""
        end = time.monotonic() + 20
        while len(self.changes) < count:
            assert time.monotonic() < end, f"only {len(self.changes)} changes of {count}"
            time.sleep(0.005)
        return self.changes


@pytest.fixture(params=["mock", "gpio-sim"])
def board(request: pytest.FixtureRequest) -> Iterator[Board]:
    if request.param == "gpio-sim":
        if not gpio_sim.available():
            pytest.skip("no gpio-sim in this kernel; 'sh image/bootstrap.sh test-devices' has one")
        sim = gpio_sim.chip()
        made = Board(sim.factory, sim.drive, sim.state)
        yield made
        made.pins.close()
        return
    factory = MockFactory()

    def drive(gpio: int, high: bool) -> None:
        (factory.pin(gpio).drive_high if high else factory.pin(gpio).drive_low)()

    made = Board(factory, drive, lambda gpio: bool(factory.pin(gpio).state))
    yield made
    made.pins.close()


def test_pins_when_open_then_on_hook_and_what_they_can_tell(board: Board) -> None:
    assert not board.state(HOOK)
    assert board.pins.senses == Senses(current=True, polarity=True)
    assert not board.pins.active("loop")
    assert not board.pins.active("voltage")


def test_hook_when_ordered_then_the_relay_follows_and_closing_puts_it_down(board: Board) -> None:
    board.pins.off_hook(True)
    assert board.state(HOOK)
    board.pins.off_hook(False)
    assert not board.state(HOOK)


def test_ring_when_the_pin_toggles_at_25_hz_then_every_edge_and_one_ring(board: Board) -> None:
    for number in range(1, 21):
        board.drive(RING, bool(number % 2))
        board.wait(number)
        time.sleep(0.02)
    edges = [at for name, _, at in board.changes if name == "ring"]
    assert len(edges) == 20
    detector = RingDetector()
    assert sum(detector.edge(at) for at in (n * (edges[-1] - edges[0]) / 200 for n in range(20))) == 1


def test_inputs_when_they_change_then_by_name_and_as_wired(board: Board) -> None:
    board.drive(LOOP, False)
    board.wait(1)
    board.drive(POLARITY, True)
    assert [(name, active) for name, active, _ in board.wait(2)] == [("loop", True), ("polarity", True)]
    assert board.pins.active("loop")


def test_pins_when_taken_already_then_who_has_them_and_after_close_they_are_free(board: Board) -> None:
    backend = GpioLines(lambda _wiring, codec: NoCard(codec), board.factory)
    with pytest.raises(DeviceBusyError, match="in use"):
        backend.probe(found_at(str(WIRING)))
    board.pins.close()
    board.pins.close()
    probed = backend.probe(found_at(str(WIRING)))
    assert probed.facts == {"sound card": "the default one"}
    assert not probed.remarks


class NoCard(SoundStream):
    def __init__(self, exchange: DeviceSide) -> None:
        self.exchange = exchange

    @property
    def fault(self) -> str:
        return ""

    def close(self) -> None:
        """Nothing to close."""
