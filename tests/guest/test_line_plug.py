"""A USB modem is plugged in and pulled out: kernel, udev, systemd and the line's service, as on a box."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from guest.box import STRANGER
from guest.plugs import TTY, plugged_modem, rests
from kit.processes import wait_until
from kit.systemd_unit import PATIENCE_S, Unit, account_of, open_files, rights_of, told

UNIT = Unit(f"linekeeper-line@{TTY.name}.service")
NO_LINE = "no line under [[lines]] has"
SERVICE_GROUPS = {"linekeeper", "dialout", "gpio", "audio"}
pytestmark = pytest.mark.timeout(1200)


def line() -> dict[str, Any]:
    """As `linekeeper line list` has it."""
    row: dict[str, Any] = json.loads(told("linekeeper", "line", "list", "--json"))[0]
    return row


def test_modem_when_plugged_and_pulled_twice_then_its_service_comes_and_goes_without_root(configured: None) -> None:
    for _ in range(2):
        with plugged_modem() as modem:
            pid = UNIT.becomes("active").pid
            assert (TTY.group(), TTY.stat().st_mode & 0o777) == ("dialout", 0o660)
            assert account_of(pid) == ({"linekeeper"}, SERVICE_GROUPS)
            assert rights_of(pid) == 0
            assert str(TTY) in open_files(pid)
            wait_until(lambda: line()["state"] == "idle", timeout_s=PATIENCE_S, what=f"idle; {UNIT.journal()}")
            assert modem.modem.commands
        rests(UNIT)
        assert not TTY.exists()
        assert not Path(f"/proc/{pid}").exists()
    assert line()["state"] == "not running"


def test_modem_when_pulled_while_its_service_starts_then_nothing_is_left_and_the_next_plug_works(
    configured: None,
) -> None:
    with plugged_modem():
        UNIT.becomes("activating", "active")  # a start takes seconds; on a stalled machine it may be over
    rests(UNIT)
    with plugged_modem():
        assert str(TTY) in open_files(UNIT.becomes("active").pid)
    rests(UNIT)


def test_serial_port_when_no_line_has_it_then_its_service_says_so_once(configured: None) -> None:
    with plugged_modem(STRANGER):
        wait_until(lambda: NO_LINE in UNIT.journal(), timeout_s=PATIENCE_S, what="it says so")
        rests(UNIT)
        assert UNIT.journal().count(NO_LINE) == 1
