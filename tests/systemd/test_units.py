"""The units: systemd accepts them, their sandbox is tight, and they start what the code says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.cli.console.group import VARIABLES
from appliance.cli.console.group import command as console_command
from appliance.cli.installation import UNIT_KINDS
from appliance.config.paths import BoxPaths
from appliance.devices.line.__main__ import GONE, NO_LINE
from appliance.devices.line.__main__ import parser as line_parser
from appliance.devices.panel.wishes import RESET_REQUEST
from appliance.devices.seat.__main__ import NO_ENTRY, parser
from appliance.edge.render import command as edge_command

FOLDER = Path(__file__).resolve().parents[2] / "systemd"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
DEVICES = ["linekeeper-headset@.service", "linekeeper-line@.service"]  # one a device, started by udev
UDEV_KEYS = {
    "ACTION", "SUBSYSTEM", "SUBSYSTEMS", "KERNEL", "KERNELS", "ATTR", "ATTRS", "ENV", "DRIVERS", "IMPORT", "PROGRAM",
    "RESULT", "GROUP", "MODE", "OWNER", "SYMLINK", "TAG", "GOTO", "LABEL", "TEST",
}  # fmt: skip
RESET = "linekeeper-factory-reset.service"  # as root, when the panel asks for it
CONSOLE = "linekeeper-console.service"  # on another machine
RESTART = "linekeeper-restart@.service"  # as root, when the sync service asks for it
PATHS = BoxPaths(data=Path("/var/lib/linekeeper"), run=Path("/run/linekeeper"))
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
    for path in (path for kind in UNIT_KINDS for path in FOLDER.glob(f"*.{kind}")):
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


def test_services_when_listed_then_those_of_a_box_start_with_it() -> None:
    services = {name for name in SERVICES if name not in (*DEVICES, RESET, RESTART, CONSOLE)}
    wanted = set(read("linekeeper.target")["Unit"]["Wants"][0].split())
    installed = {name for name in services if "linekeeper.target" in read(name)["Install"]["WantedBy"]}
    assert wanted <= installed == services


def test_sync_service_when_read_then_calls_come_first_and_nothing_binds_it() -> None:
    service, unit = read("linekeeper-sync.service")["Service"], read("linekeeper-sync.service")["Unit"]
    assert (service["Nice"], service["CPUWeight"], service["IOWeight"]) == (["10"], ["20"], ["20"])
    assert {"Requires", "BindsTo", "Requisite", "Upholds"}.isdisjoint(unit)
    assert "linekeeper-sync.service" not in str(read("linekeeper-switchboard.service")["Unit"])


def test_contact_service_when_switchboard_restarts_then_nothing_binds_it() -> None:
    unit = read("linekeeper-contact.service")["Unit"]
    binding = {"Requires", "BindsTo", "Requisite", "Wants", "PropagatesStopTo", "StopPropagatedFrom", "Upholds"}
    assert binding.isdisjoint(unit)
    assert unit["PartOf"] == ["linekeeper.target"]


@pytest.mark.parametrize(
    "name",
    ["linekeeper-switchboard.service", "linekeeper-contact.service", "linekeeper-sync.service", CONSOLE],
)
def test_own_service_when_read_then_notify_and_watchdog(name: str) -> None:
    service = read(name)["Service"]
    assert service["Type"] == ["notify"]
    assert int(service["WatchdogSec"][0]) > 0
    assert service["Restart"] == ["always"]


def test_edge_service_when_read_then_it_starts_what_the_renderer_says() -> None:
    words = read("linekeeper-edge.service")["Service"]["ExecStart"][0].split()
    expected = edge_command(PATHS)
    assert words[1:] == expected[1:]
    assert Path(words[0]).name == Path(expected[0]).name == "kamailio"


def test_services_when_read_then_one_account_and_its_folders_exist_before() -> None:
    writable = {word for name in SERVICES for word in read(name)["Service"].get("ReadWritePaths", [""])[0].split()}
    rows = [line for file in FOLDER.glob("*.tmpfiles.conf") for line in file.read_text().splitlines()]
    made = {line.split()[1] for line in rows if line[0] == "d"}
    assert writable <= made
    users = {name: read(name)["Service"].get("User", ["root"])[0] for name in SERVICES}
    assert {name for name, user in users.items() if user != "linekeeper"} == {RESET, RESTART, CONSOLE}
    assert users[CONSOLE] == "linekeeper-console"
    assert "u linekeeper " in (FOLDER / "linekeeper.sysusers.conf").read_text()


def test_sysusers_and_tmpfiles_when_applied_to_an_empty_root_then_account_and_folders(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for words in (
        ("systemd-sysusers", f"--root={tmp_path}", *map(str, FOLDER.glob("*.sysusers.conf"))),
        ("systemd-tmpfiles", "--create", f"--root={tmp_path}", *map(str, FOLDER.glob("*.tmpfiles.conf"))),
    ):
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
    accounts = (tmp_path / "etc/passwd").read_text()
    assert "linekeeper:x:" in accounts and "linekeeper-console:x:" in accounts
    assert (tmp_path / "var/lib/linekeeper-console").stat().st_mode & 0o077 == 0
    assert (tmp_path / "var/lib/linekeeper").is_dir()
    assert (tmp_path / "run/linekeeper").is_dir()


def test_folder_when_listed_then_text_only() -> None:
    assert {path.suffix for path in FOLDER.iterdir()} <= {
        ".service",
        ".socket",
        ".path",
        ".target",
        ".conf",
        ".env",
        ".rules",
    }
    assert not (FOLDER / "__init__.py").exists()


@pytest.mark.parametrize("name", DEVICES)
def test_device_service_when_read_then_it_lives_as_long_as_the_device(name: str) -> None:
    unit, service = read(name)["Unit"], read(name)["Service"]
    assert unit["BindsTo"] == ["dev-%i.device"]
    assert "PartOf" not in unit
    assert service["Type"] == ["notify"]
    assert service["Restart"] == ["on-failure"]
    assert "Install" not in read(name)


def test_headset_service_when_read_then_it_is_what_the_rules_start_and_its_program_takes_the_words() -> None:
    rules = (FOLDER / "70-linekeeper-headset.rules").read_text()
    assert 'ENV{SYSTEMD_WANTS}+="linekeeper-headset@%k.service"' in rules
    service = read("linekeeper-headset@.service")["Service"]
    words = service["ExecStart"][0].split()
    assert words[1:3] == ["-m", "appliance.devices.seat"]
    asked = parser().parse_args([word.replace("%I", "hidraw0") for word in words[3:]])
    assert (asked.device, asked.config) == ("/dev/hidraw0", Path("/etc/linekeeper/linekeeper.toml"))
    assert service["SuccessExitStatus"] == [str(int(NO_ENTRY))]
    group = re.search(r'GROUP="(\w+)"', rules)
    assert group is not None
    assert group[1] in service["SupplementaryGroups"][0].split()


def test_line_service_when_read_then_it_is_what_the_rules_start_and_its_program_takes_the_words() -> None:
    rules = (FOLDER / "70-linekeeper-line.rules").read_text()
    assert rules.count('ENV{SYSTEMD_WANTS}+="linekeeper-line@%k.service"') == 2
    service = read("linekeeper-line@.service")["Service"]
    words = service["ExecStart"][0].split()
    assert words[1:3] == ["-m", "appliance.devices.line"]
    asked = line_parser().parse_args([word.replace("%I", "ttyACM0") for word in words[3:]])
    assert (asked.which, asked.config) == ("ttyACM0", Path("/etc/linekeeper/linekeeper.toml"))
    assert service["SuccessExitStatus"] == [f"{NO_LINE} {GONE}"]
    assert service["RestartForceExitStatus"] == [str(GONE)]
    assert {"dialout", "gpio", "audio"} <= set(service["SupplementaryGroups"][0].split())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.rules")), ids=lambda path: path.name)
def test_udev_rules_when_read_then_every_word_is_a_known_key(path: Path) -> None:
    """Debian 12 has no `udevadm verify`."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    for line in lines:
        for word in line.split(", "):
            found = re.fullmatch(r'([A-Z]+)(\{\w+\})?(==|!=|\+=|=)"[^"]*"', word)
            assert found is not None, word
            assert found[1] in UDEV_KEYS, word
    labels = set(re.findall(r'LABEL="(\w+)"', path.read_text()))
    assert set(re.findall(r'GOTO="(\w+)"', path.read_text())) <= labels


def test_factory_reset_when_read_then_only_the_panels_request_starts_it() -> None:
    assert "Install" not in read(RESET)
    path = read("linekeeper-factory-reset.path")
    assert path["Path"]["PathExists"] == [f"/run/linekeeper/{RESET_REQUEST}"]
    assert path["Install"]["WantedBy"] == ["multi-user.target"]


def test_restart_when_read_then_only_the_services_own_group_may_ask_and_root_may_do_nothing_else() -> None:
    socket = read("linekeeper-restart.socket")["Socket"]
    assert socket["ListenStream"] == [str(PATHS.restart_socket)]
    assert (socket["SocketMode"], socket["SocketUser"], socket["SocketGroup"]) == (["0660"], ["root"], ["linekeeper"])
    assert socket["Accept"] == ["yes"]
    assert read("linekeeper-restart.socket")["Install"]["WantedBy"] == ["linekeeper.target"]
    assert "Install" not in read(RESTART)
    service = read(RESTART)["Service"]
    assert service["StandardInput"] == ["socket"]
    assert service["ExecStart"][0].split()[-2:] == ["-m", "appliance.cli.restarting.unit"]
    assert service["CapabilityBoundingSet"] == [""]
    assert "ReadWritePaths" not in service


def test_console_when_read_then_its_example_settings_are_options_and_no_secret_is_in_the_unit() -> None:
    service = read(CONSOLE)["Service"]
    assert service["ExecStart"] == ["/opt/linekeeper/bin/linekeeper console"]
    assert service["EnvironmentFile"] == ["/etc/linekeeper-console/console.env"]
    options = {f"{VARIABLES}_{one.name}".upper() for one in console_command.params}
    named = set(re.findall(r"^#?(LINEKEEPER_\w+)=", (FOLDER / "linekeeper-console.env").read_text(), re.MULTILINE))
    assert {"LINEKEEPER_CONSOLE_LISTEN", "LINEKEEPER_CONSOLE_DATABASE"} <= named <= options
