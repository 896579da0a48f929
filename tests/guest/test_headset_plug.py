"""A USB headset is plugged in and pulled out: kernel, udev, systemd and the seat's service, as on a box."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from guest.box import CALLER, EXTENSION, HEADSET, PASSWORD, STRANGER
from kit.hid import LAMP_OFF_HOOK, LAMP_RING
from kit.pjsua_phone import PjsuaPhone
from kit.ports import reserve_ports
from kit.processes import wait_until
from kit.systemd_unit import PATIENCE_S, Unit, account_of, open_files, rights_of, told
from kit.usb_headset import TONE_HZ, UsbHeadset

HIDRAWS = Path("/sys/class/hidraw")
RESTART = "Scheduled restart job"  # systemd's words
SERVICE_GROUPS = {"linekeeper", "audio", "plugdev"}
pytestmark = pytest.mark.timeout(1200)


def names() -> set[str]:
    return {path.name for path in HIDRAWS.iterdir()} if HIDRAWS.is_dir() else set()


@contextmanager
def plugged(serial: str = HEADSET, *, sound: bool = True) -> Iterator[tuple[UsbHeadset, Path, Unit]]:
    """The headset, its device file and its unit; pulled out at the end. udev is done with it."""
    before = names()
    headset = UsbHeadset(serial, sound=sound)
    try:
        name = wait_until(lambda: names() - before, timeout_s=PATIENCE_S, what="the kernel knows one more").pop()
        told("udevadm", "settle", f"--timeout={PATIENCE_S:.0f}")
        yield headset, Path(f"/dev/{name}"), Unit(f"linekeeper-headset@{name}.service")
    finally:
        headset.close()


def rests(unit: Unit) -> None:
    """It ended as it should, and nobody has to look after it."""
    after = unit.becomes("inactive", "failed")
    assert (after.active, after.result) == ("inactive", "success"), unit.journal()


def test_headset_when_plugged_and_pulled_twice_then_its_service_comes_and_goes_without_root(configured: None) -> None:
    for _ in range(2):
        with plugged() as (headset, node, unit):
            pid = unit.becomes("active").pid
            assert (node.group(), node.stat().st_mode & 0o777) == ("plugdev", 0o660)
            assert account_of(pid) == ({"linekeeper"}, SERVICE_GROUPS)
            assert rights_of(pid) == 0
            assert str(node) in open_files(pid)
            headset.close()
            rests(unit)
            assert RESTART not in unit.journal()
            assert not node.exists()
            assert not Path(f"/proc/{pid}").exists()


def test_headset_when_pulled_while_its_service_starts_then_nothing_is_left_and_the_next_plug_works(
    configured: None,
) -> None:
    with plugged() as (headset, _, unit):
        unit.becomes("activating")
        headset.close()
        rests(unit)
    with plugged() as (_, node, unit):
        assert str(node) in open_files(unit.becomes("active").pid)
    rests(unit)


def test_headset_when_nobody_has_given_it_an_extension_then_its_service_says_so_once(configured: None) -> None:
    with plugged(STRANGER) as (_, _, unit):
        wait_until(lambda: STRANGER in unit.journal(), timeout_s=PATIENCE_S, what="it says which headset")
        rests(unit)
        assert unit.journal().count(STRANGER) == 1


def test_keyboard_when_plugged_in_then_it_stays_with_root_and_starts_nothing(configured: None) -> None:
    with plugged(HEADSET, sound=False) as (_, node, unit):
        assert (node.owner(), node.group(), node.stat().st_mode & 0o077) == ("root", "root", 0)
        assert unit.seen().active == "inactive"


def test_headset_when_called_through_the_whole_box_then_it_rings_answers_and_carries_voice_both_ways(
    box: None, tmp_path: Path
) -> None:
    ports = reserve_ports(12)
    with plugged() as (headset, _, unit):
        unit.becomes("active")
        wait_until(registered, timeout_s=PATIENCE_S, what=f"the headset is a phone; {unit.journal()}")
        with PjsuaPhone(
            tmp_path, ports, user=CALLER, password=PASSWORD, registrar="127.0.0.1:5060", tone_hz=800.0
        ) as phone:
            phone.dial(EXTENSION)
            wait_until(lambda: headset.lamps & LAMP_RING, timeout_s=PATIENCE_S, what="its lamp rings")
            headset.lift(off=True)
            phone.wait_call(0, "CONFIRMED", timeout_s=PATIENCE_S)
            wait_until(lambda: headset.lamps & LAMP_OFF_HOOK, timeout_s=PATIENCE_S, what="its lamp says talking")
            phone.hears(0, TONE_HZ, timeout_s=PATIENCE_S)
            wait_until(lambda: any(headset.heard), timeout_s=PATIENCE_S, what="the ear gets sound")
            headset.close()
            rests(unit)
    ports.release()


def registered() -> bool:
    rows = json.loads(told("linekeeper", "extension", "list", "--json"))
    return any(row["extension"] == EXTENSION and row["phones"] for row in rows)
