"""A USB headset is plugged in and pulled out: kernel, udev, systemd and the seat's service, as on a box."""

from __future__ import annotations

from pathlib import Path

import pytest
from guest.box import HEADSET, STRANGER
from guest.plugs import plugged_headset, rests
from kit.processes import wait_until
from kit.systemd_unit import PATIENCE_S, RESTART, account_of, open_files, rights_of

SERVICE_GROUPS = {"linekeeper", "audio", "plugdev"}
pytestmark = pytest.mark.timeout(1200)


def test_headset_when_plugged_and_pulled_twice_then_its_service_comes_and_goes_without_root(configured: None) -> None:
    for _ in range(2):
        with plugged_headset() as (_, node, unit):
            pid = unit.becomes("active").pid
            assert (node.group(), node.stat().st_mode & 0o777) == ("plugdev", 0o660)
            assert account_of(pid) == ({"linekeeper"}, SERVICE_GROUPS)
            assert rights_of(pid) == 0
            assert str(node) in open_files(pid)
        rests(unit)
        assert RESTART not in unit.journal()
        assert not node.exists()
        assert not Path(f"/proc/{pid}").exists()


def test_headset_when_pulled_while_its_service_starts_then_nothing_is_left_and_the_next_plug_works(
    configured: None,
) -> None:
    with plugged_headset() as (_, _, unit):
        unit.becomes("activating", "active")  # a start takes seconds; on a stalled machine it may be over
    rests(unit)
    with plugged_headset() as (_, node, unit):
        assert str(node) in open_files(unit.becomes("active").pid)
    rests(unit)


def test_headset_when_nobody_has_given_it_an_extension_then_its_service_says_so_once(configured: None) -> None:
    with plugged_headset(STRANGER) as (_, _, unit):
        said = f"headset {STRANGER} has no extension"
        wait_until(lambda: said in unit.journal(), timeout_s=PATIENCE_S, what="it says which headset")
        rests(unit)
        assert unit.journal().count(said) == 1


def test_keyboard_when_plugged_in_then_it_stays_with_root_and_starts_nothing(configured: None) -> None:
    with plugged_headset(HEADSET, sound=False) as (_, node, unit):
        assert (node.owner(), node.group(), node.stat().st_mode & 0o077) == ("root", "root", 0)
        assert unit.seen().active == "inactive"
