"""What `linekeeper install` has put in place, as the running systemd and udev see it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from guest.plugs import rests
from kit import gpio_sim
from kit.processes import wait_until
from kit.systemd_unit import PATIENCE_S, Unit, told

UNITS, DEVICES = Path("/usr/local/lib/systemd/system"), Path("/dev")
pytestmark = pytest.mark.timeout(1200)


def test_units_when_verified_where_they_are_installed_then_no_complaint() -> None:
    names = sorted(path.name.replace("@.", "@null.") for path in UNITS.glob("linekeeper*"))
    assert len(names) > 8
    words = ("systemd-analyze", "verify", "--man=no", *names)
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert [line for line in (done.stdout + done.stderr).splitlines() if "linekeeper" in line] == []
    assert done.returncode == 0


def test_pins_when_there_is_a_chip_then_they_are_of_the_group_and_its_line_service_looks_and_rests(
    configured: None,
) -> None:
    name = gpio_sim.chip().name
    wait_until((DEVICES / name).exists, timeout_s=PATIENCE_S, what="there is a chip")
    told("udevadm", "settle", f"--timeout={PATIENCE_S:.0f}")
    for chip in DEVICES.glob("gpiochip*"):
        assert (chip.group(), chip.stat().st_mode & 0o777) == ("gpio", 0o660)
    unit = Unit(f"linekeeper-line@{name}.service")
    wait_until(lambda: "no line under" in unit.journal(), timeout_s=PATIENCE_S, what="it says that no line has it")
    rests(unit)
