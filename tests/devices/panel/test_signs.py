"""What the lamps show of a box, from what is known of it."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.devices.line.board import LineShown
from appliance.devices.panel.signs import Seen, signs
from hw.panel.patterns import SHOWS, Sign
from hw.panel.wiring import lamp_of


def contact(stage: str, *, emergency: bool = False) -> dict[str, Any]:
    return {"stage": stage, "emergency": emergency}


def board(*contacts: dict[str, Any], edge: bool = True, free: int = 3, connected: int = 4) -> dict[str, Any]:
    return {
        "edge": {"answers": edge},
        "processes": {"connected": connected, "free": free, "capacity": 4},
        "under_way": list(contacts),
        "trunks": [{"state": "static"}, {"state": "registered"}],
    }


def line(state: str, *, running: bool = True) -> LineShown:
    return LineShown(line="l", kind="modem", number="1", state=state, since=0.0, running=running)


def shown(seen: Seen) -> dict[str, Sign]:
    return {str(light): sign for light, sign in signs(seen)}


def test_signs_when_all_is_well_then_quiet_lamps_and_each_can_show_its_sign() -> None:
    found = shown(Seen(board=board(), network=True, console=True, lines=(line("idle"),)))
    assert found == {
        "power": Sign.RUNNING,
        "link": Sign.LINK_UP,
        "fault": Sign.HEALTHY,
        "call": Sign.NO_CALL,
        "bell": Sign.NO_CALL,
        "emergency": Sign.QUIET,
        "line1": Sign.NO_CALL,
    }
    assert all((lamp_of(light), sign) in SHOWS for light, sign in found.items())


@pytest.mark.parametrize(
    ("stages", "call", "bell"),
    [
        (("ringing", "connected"), Sign.RINGING, Sign.RINGING),
        (("in_queue", "connected"), Sign.RINGING, Sign.NO_CALL),
        (("on_hold", "connected"), Sign.HELD, Sign.NO_CALL),
        (("in_flow",), Sign.TALKING, Sign.NO_CALL),
        (("after_contact_work", "scheduled"), Sign.NO_CALL, Sign.NO_CALL),
    ],
)
def test_call_lamp_when_contacts_are_under_way_then_who_waits_comes_first(
    stages: tuple[str, ...], call: Sign, bell: Sign
) -> None:
    found = shown(Seen(board=board(*map(contact, stages)), network=True))
    assert (found["call"], found["bell"]) == (call, bell)


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        (Seen(board=None, network=True), Sign.FAILED),
        (Seen(board=board(edge=False), network=True), Sign.FAILED),
        (Seen(board=board(connected=0, free=0), network=True), Sign.FAILED),
        (Seen(board=board(free=0), network=True), Sign.DEGRADED),
        (Seen(board=board(), network=True, lines=(line("no_line"),)), Sign.DEGRADED),
        (Seen(board=board(), network=True, lines=(None,)), Sign.DEGRADED),
        (Seen(board=board(), network=True, lines=(line("idle", running=False),)), Sign.DEGRADED),
        (Seen(board=board() | {"trunks": [{"state": "failed"}]}, network=True), Sign.DEGRADED),
    ],
)
def test_fault_lamp_when_something_is_wrong_then_how_wrong(seen: Seen, fault: Sign) -> None:
    assert shown(seen)["fault"] is fault


@pytest.mark.parametrize(
    ("network", "console", "link"),
    [(False, True, Sign.LINK_DOWN), (True, False, Sign.CONSOLE_LOST), (True, None, Sign.LINK_UP)],
)
def test_link_lamp_when_network_or_console_is_lost_then_which(network: bool, console: bool | None, link: Sign) -> None:
    assert shown(Seen(board=board(), network=network, console=console))["link"] is link


def test_emergency_lamp_when_somebody_calls_the_emergency_services_then_lit() -> None:
    found = shown(Seen(board=board(contact("connected", emergency=True)), network=True))
    assert found["emergency"] is Sign.EMERGENCY_CALL


@pytest.mark.parametrize(
    ("state", "sign"),
    [("caller_id", Sign.RINGING), ("dialled", Sign.TALKING), ("releasing", Sign.NO_CALL), ("no_line", Sign.NO_LINE)],
)
def test_line_lamp_when_its_line_changes_then_follows(state: str, sign: Sign) -> None:
    assert shown(Seen(board=board(), network=True, lines=(line("idle"), line(state))))["line2"] is sign
