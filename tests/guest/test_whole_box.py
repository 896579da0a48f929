"""The whole box under real systemd: its services' sandboxes let them work, and a call reaches a headset plugged in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from guest.box import CALLER, EXTENSION, PASSWORD, SERVICES
from guest.plugs import plugged_headset, rests
from kit.audio import Sound
from kit.hid import LAMP_OFF_HOOK, LAMP_RING
from kit.pjsua_phone import PjsuaPhone
from kit.ports import reserve_ports
from kit.processes import wait_until
from kit.systemd_unit import PATIENCE_S, RESTART, Unit, account_of, told
from kit.usb_headset import TONE_HZ

HIGHEST_EXPOSURE = 2.0
PHONE_HZ = 800.0
pytestmark = pytest.mark.timeout(1200)


def test_services_when_they_run_then_none_is_root_and_exposure_is_low(box: None) -> None:
    for name in SERVICES:
        assert account_of(Unit(f"linekeeper-{name}.service").seen().pid)[0] == {"linekeeper"}
    rows = json.loads(told("systemd-analyze", "security", "--json=short"))
    ours = {row["unit"]: float(row["exposure"]) for row in rows if row["unit"].startswith("linekeeper-")}
    assert {f"linekeeper-{name}.service" for name in SERVICES} <= set(ours)
    assert max(ours.values()) <= HIGHEST_EXPOSURE, ours


@pytest.mark.parametrize("name", ["gateway", "panel"])
def test_service_when_the_box_has_nothing_for_it_then_it_rests_and_is_not_started_again(box: None, name: str) -> None:
    unit = Unit(f"linekeeper-{name}.service")
    rests(unit)
    assert RESTART not in unit.journal()


def test_headset_when_called_through_the_whole_box_then_it_rings_answers_and_carries_voice_both_ways(
    box: None, tmp_path: Path
) -> None:
    ports = reserve_ports(12)
    with plugged_headset() as (headset, _, unit):
        unit.becomes("active")
        wait_until(registered, timeout_s=PATIENCE_S, what=f"the headset is a phone; {unit.journal()}")
        with PjsuaPhone(
            tmp_path, ports, user=CALLER, password=PASSWORD, registrar="127.0.0.1:5060", tone_hz=PHONE_HZ
        ) as phone:
            phone.dial(EXTENSION)
            wait_until(lambda: headset.lamps & LAMP_RING, timeout_s=PATIENCE_S, what="its lamp rings")
            headset.lift(off=True)
            phone.wait_call(0, "CONFIRMED", timeout_s=PATIENCE_S)
            wait_until(lambda: headset.lamps & LAMP_OFF_HOOK, timeout_s=PATIENCE_S, what="its lamp says talking")
            wait_until(lambda: has(phone.heard(0), TONE_HZ), timeout_s=PATIENCE_S, what="the phone hears the headset")
            wait_until(lambda: has(headset.heard(), PHONE_HZ), timeout_s=PATIENCE_S, what="the headset hears the phone")
            headset.close()
            rests(unit)
    ports.release()


def has(sound: Sound, frequency_hz: float) -> bool:
    """A tenth of a second of it lately; emulated, voice comes with gaps."""
    return sound.part(-5.0).tone_seconds(frequency_hz, share=0.2) > 0.0


def registered() -> bool:
    rows = json.loads(told("linekeeper", "extension", "list", "--json"))
    return any(row["extension"] == EXTENSION and row["phones"] for row in rows)
