"""What `linekeeper install` has put in place, as the running systemd and udev see it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from kit import gpio_sim
from kit.processes import wait_until
from kit.systemd_unit import PATIENCE_S, Unit, told

UNITS = Path("/usr/local/lib/systemd/system")
HIGHEST_EXPOSURE = 2.0
RUN_BY_ROOT = "linekeeper-factory-reset.service"
pytestmark = pytest.mark.timeout(1200)


def installed() -> list[str]:
    names = sorted(path.name for path in UNITS.glob("linekeeper*") if path.is_file())
    assert len(names) > 8
    return names


def test_units_when_verified_where_they_are_installed_then_no_complaint() -> None:
    names = [name.replace("@.", "@null.") for name in installed()]
    words = ("systemd-analyze", "verify", "--man=no", *names)
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert [line for line in (done.stdout + done.stderr).splitlines() if "linekeeper" in line] == []
    assert done.returncode == 0


def test_running_services_when_rated_then_exposure_is_low(box: None) -> None:
    rows = json.loads(told("systemd-analyze", "security", "--json=short"))
    ours = {row["unit"]: float(row["exposure"]) for row in rows if row["unit"].startswith("linekeeper-")}
    print(ours)
    assert {f"linekeeper-{name}.service" for name in ("switchboard", "edge", "contact", "sync")} <= set(ours)
    assert max(ours.values()) <= HIGHEST_EXPOSURE, ours


@pytest.mark.parametrize("name", ["gateway", "panel"])
def test_service_when_the_box_has_nothing_for_it_then_it_rests_and_is_not_started_again(box: None, name: str) -> None:
    unit = Unit(f"linekeeper-{name}.service")
    assert (unit.becomes("inactive", "failed").active, unit.seen().result) == ("inactive", "success"), unit.journal()
    assert "Scheduled restart job" not in unit.journal()


def test_pins_when_a_chip_appears_then_they_are_of_the_group_and_its_line_service_looks_and_rests() -> None:
    chips = set(Path("/dev").glob("gpiochip*"))
    gpio_sim.chip()
    new = wait_until(
        lambda: set(Path("/dev").glob("gpiochip*")) - chips or chips, timeout_s=PATIENCE_S, what="there is a chip"
    ).pop()
    told("udevadm", "settle")
    assert (new.group(), new.stat().st_mode & 0o777) == ("gpio", 0o660)
    unit = Unit(f"linekeeper-line@{new.name}.service")
    wait_until(lambda: "no line" in unit.journal(), timeout_s=PATIENCE_S, what="it says that no line has it")
    assert unit.becomes("inactive", "failed").active == "inactive", unit.journal()
