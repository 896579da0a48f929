"""Lights and their rhythms, told by a number for a clock."""

from __future__ import annotations

import pytest

from hw.errors import DeviceAbsentError
from hw.panel.core import Burn, PanelCore
from hw.panel.patterns import Sign
from hw.panel.wiring import parse_panel


def test_light_when_shown_a_steady_sign_then_burns_until_another() -> None:
    core = PanelCore(["power", "call"])
    assert core.show("call", Sign.TALKING, 0.0) == [Burn(light="call", on=True)]
    assert core.show("call", Sign.TALKING, 1.0) == []
    assert core.next_timer(1.0) is None
    assert core.show("call", Sign.NO_CALL, 2.0) == [Burn(light="call", on=False)]


def test_light_when_it_blinks_then_each_change_at_its_time() -> None:
    core = PanelCore(["link"])
    core.show("link", Sign.CONSOLE_LOST, 10.0)  # a second on, a second off
    assert core.next_timer(10.0) == 11.0
    assert core.handle_timer(11.0) == ([Burn(light="link", on=False)], [])
    assert core.next_timer(11.0) == 12.0
    assert core.handle_timer(12.0) == ([Burn(light="link", on=True)], [])


def test_lights_when_not_wired_or_not_theirs_to_show_then_nothing() -> None:
    core = PanelCore(["power"])
    assert core.show("call", Sign.TALKING, 0.0) == []
    assert core.show("power", Sign.TALKING, 0.0) == []


def test_line_lights_when_two_then_each_its_own() -> None:
    core = PanelCore(["line1", "line2"])
    assert core.show("line2", Sign.TALKING, 0.0) == [Burn(light="line2", on=True)]


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("daa:ring=1,hook=2", "no panel"),
        ("panel:", "neither"),
        ("panel:sun=3", "'sun'"),
        ("panel:power=3,link=3", "twice"),
    ],
)
def test_wiring_when_wrong_then_what_is_wrong(address: str, fault: str) -> None:
    with pytest.raises(DeviceAbsentError, match=fault):
        parse_panel(address)


def test_wiring_when_read_and_written_then_the_same() -> None:
    address = "panel:power=5,call=13!,bell=20,line1=26,button=12!"
    assert str(parse_panel(address)) == address
