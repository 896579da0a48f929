"""What every panel must do: the same tests over the mock and over gpiozero's pins (its own mock factory here, the
kernel's gpio-sim where it is loaded)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from gpiozero.pins.mock import MockFactory
from kit import gpio_sim

from hw.errors import DeviceBusyError
from hw.panel.button import Gesture, Held, Pressed
from hw.panel.gpio_panels import GpioPanels, found_at
from hw.panel.interface import Panel
from hw.panel.mock import MockPanel, MockPanels
from hw.panel.patterns import Sign

ADDRESS = "panel:power=5,link=6,fault=19,bell=20,line1=26!,button=12!"


class PanelBench:
    """An open panel, and hands: `press`, `burns`."""

    def __init__(self, panel: Panel, press: Callable[[bool], None], burns: Callable[[str], bool]) -> None:
        self.panel, self.press, self.burns = panel, press, burns


def on_mock() -> PanelBench:
    port = MockPanels().open(MockPanels.THE_ONE)
    assert isinstance(port, MockPanel)
    return PanelBench(
        Panel(port), lambda down: port.inject_down() if down else port.inject_up(), lambda light: light in port.burning
    )


def on_pins() -> PanelBench:
    factory = MockFactory()
    port = GpioPanels(factory).open(found_at(ADDRESS))

    def burns(light: str) -> bool:
        pin = port.wiring.lights[light]
        return bool(factory.pin(pin.gpio).state) is not pin.low

    button = factory.pin(12)
    return PanelBench(Panel(port), lambda down: button.drive_low() if down else button.drive_high(), burns)


def on_gpio_sim() -> PanelBench:
    if not gpio_sim.available():
        pytest.skip("no gpio-sim in this kernel; 'sh image/bootstrap.sh test-devices' has one")
    sim = gpio_sim.chip()
    sim.drive(12, True)
    port = GpioPanels(sim.factory).open(found_at(ADDRESS))

    def burns(light: str) -> bool:
        pin = port.wiring.lights[light]
        return sim.state(pin.gpio) is not pin.low

    return PanelBench(Panel(port), lambda down: sim.drive(12, not down), burns)


@pytest.fixture(params=[on_mock, on_pins, on_gpio_sim])
def bench(request: pytest.FixtureRequest) -> Iterator[PanelBench]:
    made: PanelBench = request.param()
    yield made
    made.panel.close()


def test_lights_when_shown_signs_then_those_burn_that_have_to(bench: PanelBench) -> None:
    bench.panel.show("power", Sign.RUNNING)
    bench.panel.show("line1", Sign.TALKING)
    assert [bench.burns(light) for light in ("power", "link", "line1")] == [True, False, True]
    bench.panel.show("line1", Sign.NO_CALL)
    assert not bench.burns("line1")


def test_light_when_it_blinks_then_it_goes_on_and_off_while_events_are_waited_for(bench: PanelBench) -> None:
    bench.panel.show("power", Sign.STARTING)
    seen = set()
    end = time.monotonic() + 10
    while seen != {True, False} and time.monotonic() < end:
        seen.add(bench.burns("power"))
        bench.panel.next_event(0.05)
    assert seen == {True, False}


def test_button_when_pressed_for_a_moment_then_short(bench: PanelBench) -> None:
    bench.press(True)
    assert bench.panel.next_event(0.1) is None
    bench.press(False)
    assert bench.panel.next_event(5) == Pressed(gesture=Gesture.SHORT)


def test_button_when_held_then_told_before_it_is_let_go(bench: PanelBench) -> None:
    bench.press(True)
    assert bench.panel.next_event(10) == Held(gesture=Gesture.LONG)
    bench.press(False)
    assert bench.panel.next_event(5) == Pressed(gesture=Gesture.LONG)


def test_panel_when_closed_twice_then_safe(bench: PanelBench) -> None:
    bench.panel.close()
    bench.panel.close()


@pytest.mark.parametrize("backend", [MockPanels(), GpioPanels(MockFactory())])
def test_panel_when_open_already_then_its_holder_is_named(backend: MockPanels | GpioPanels) -> None:
    found = MockPanels.THE_ONE if isinstance(backend, MockPanels) else found_at(ADDRESS)
    with Panel(backend.open(found)), pytest.raises(DeviceBusyError, match="in use by"):
        backend.open(found)
    backend.open(found).close()
    assert backend.probe(found).facts["lights"].startswith("power, link")
