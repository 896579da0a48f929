"""The units: systemd accepts them, their sandbox is tight, and they start what the code says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.config.paths import BoxPaths
from appliance.edge.render import command as edge_command

FOLDER = Path(__file__).resolve().parents[2] / "systemd"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
HIGHEST_EXPOSURE = 20  # systemd-analyze's tenths: 2.0
pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def read(name: str) -> dict[str, dict[str, list[str]]]:
    """Sections → keys → every value given, in order."""
    sections: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] = {}
    for line in (FOLDER / name).read_text().splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), {})
        elif "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            current.setdefault(key, []).append(value)
    return sections


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    units = sorted(str(path) for path in folder.iterdir())
    return subprocess.run(
        ("systemd-analyze", "verify", "--man=no", *units), capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def unit_folder(tmp_path: Path) -> Path:
    """The units with this environment in place of the link that `linekeeper install` makes."""
    folder = tmp_path / "units"
    folder.mkdir()
    for path in (*FOLDER.glob("*.service"), *FOLDER.glob("*.target")):
        (folder / path.name).write_text(path.read_text().replace("/opt/linekeeper/bin", f"{sys.prefix}/bin"))
    return folder


def test_units_when_verified_by_systemd_then_no_complaint(unit_folder: Path) -> None:
    done = verify(unit_folder)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_units_when_a_key_is_misspelt_then_verification_would_tell(unit_folder: Path) -> None:
    unit = unit_folder / "linekeeper-edge.service"
    unit.write_text(unit.read_text().replace("KillMode=mixed", "KilMode=mixed"))
    assert "Unknown key 'KilMode'" in verify(unit_folder).stderr


@pytest.mark.parametrize("name", SERVICES)
def test_service_when_rated_by_systemd_then_exposure_is_low(name: str) -> None:
    done = subprocess.run(
        ("systemd-analyze", "security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", str(FOLDER / name)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout


def test_exposure_when_sandbox_is_missing_then_threshold_would_tell(tmp_path: Path) -> None:
    bare = tmp_path / "bare.service"
    bare.write_text("[Service]\nExecStart=/bin/true\n")
    words = ("systemd-analyze", "security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", str(bare))
    assert subprocess.run(words, capture_output=True, check=False, timeout=60).returncode != 0


def test_services_when_listed_then_the_three_of_a_box() -> None:
    assert SERVICES == ["linekeeper-contact.service", "linekeeper-edge.service", "linekeeper-switchboard.service"]
    assert read("linekeeper.target")["Unit"]["Wants"][0].split() == [
        "linekeeper-switchboard.service",
        "linekeeper-edge.service",
        "linekeeper-contact.service",
    ]


def test_contact_service_when_switchboard_restarts_then_nothing_binds_it() -> None:
    unit = read("linekeeper-contact.service")["Unit"]
    binding = {"Requires", "BindsTo", "Requisite", "Wants", "PropagatesStopTo", "StopPropagatedFrom", "Upholds"}
    assert binding.isdisjoint(unit)
    assert unit["PartOf"] == ["linekeeper.target"]


@pytest.mark.parametrize("name", ["linekeeper-switchboard.service", "linekeeper-contact.service"])
def test_own_service_when_read_then_notify_and_watchdog(name: str) -> None:
    service = read(name)["Service"]
    assert service["Type"] == ["notify"]
    assert int(service["WatchdogSec"][0]) > 0
    assert service["Restart"] == ["always"]


def test_edge_service_when_read_then_it_starts_what_the_renderer_says() -> None:
    words = read("linekeeper-edge.service")["Service"]["ExecStart"][0].split()
    expected = edge_command(BoxPaths(data=Path("/var/lib/linekeeper"), run=Path("/run/linekeeper")))
    assert words[1:] == expected[1:]
    assert Path(words[0]).name == Path(expected[0]).name == "kamailio"


def test_services_when_read_then_one_account_and_its_folders_exist_before() -> None:
    writable = {word for name in SERVICES for word in read(name)["Service"]["ReadWritePaths"][0].split()}
    made = {
        line.split()[1] for line in (FOLDER / "linekeeper.tmpfiles.conf").read_text().splitlines() if line[0] == "d"
    }
    assert writable <= made
    assert {read(name)["Service"]["User"][0] for name in SERVICES} == {"linekeeper"}
    assert "u linekeeper " in (FOLDER / "linekeeper.sysusers.conf").read_text()


def test_sysusers_and_tmpfiles_when_applied_to_an_empty_root_then_account_and_folders(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for words in (
        ("systemd-sysusers", f"--root={tmp_path}", str(FOLDER / "linekeeper.sysusers.conf")),
        ("systemd-tmpfiles", "--create", f"--root={tmp_path}", str(FOLDER / "linekeeper.tmpfiles.conf")),
    ):
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
    assert "linekeeper:x:" in (tmp_path / "etc/passwd").read_text()
    assert (tmp_path / "var/lib/linekeeper").is_dir()
    assert (tmp_path / "run/linekeeper").is_dir()


def test_folder_when_listed_then_text_only() -> None:
    assert {path.suffix for path in FOLDER.iterdir()} <= {".service", ".target", ".conf"}
    assert not (FOLDER / "__init__.py").exists()
