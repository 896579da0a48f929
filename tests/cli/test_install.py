"""`linekeeper install` into a folder: everything in place, twice the same, nothing of the owner's overwritten."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from appliance.cli import installation
from appliance.cli.main import main
from appliance.config.load import EXAMPLE_FILE

UNIT = "usr/local/lib/systemd/system/linekeeper-switchboard.service"


def run(root: Path, *more: str) -> int:
    return main(["install", "--root", str(root), *more])


def actions(output: str) -> set[str]:
    return {step["action"] for step in json.loads(output)["steps"]}


def test_install_when_root_is_empty_then_everything_is_put(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--json") == 0
    assert actions(capsys.readouterr().out) == {"put"}
    assert (tmp_path / "opt/linekeeper").readlink() == Path(sys.prefix)
    assert (tmp_path / UNIT).is_file()
    configuration = tmp_path / "etc/linekeeper/linekeeper.toml"
    assert configuration.read_text() == EXAMPLE_FILE.read_text()
    assert stat.S_IMODE(configuration.stat().st_mode) & 0o007 == 0
    assert (tmp_path / "etc/systemd/system/kamailio.service").readlink() == Path("/dev/null")
    assert not list(tmp_path.rglob("*.new"))


def test_install_when_run_again_then_nothing_is_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path)
    before = (tmp_path / UNIT).stat().st_mtime_ns
    capsys.readouterr()
    assert run(tmp_path, "--json") == 0
    assert actions(capsys.readouterr().out) == {"kept"}
    assert (tmp_path / UNIT).stat().st_mtime_ns == before


def test_install_when_files_are_old_then_units_are_renewed_and_configuration_is_kept(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / UNIT).write_text("[Unit]\n")
    (tmp_path / "etc/linekeeper/linekeeper.toml").write_text('[box]\nname = "mine"\n')
    (tmp_path / "opt/linekeeper").unlink()
    (tmp_path / "opt/linekeeper").symlink_to("/nowhere")
    assert run(tmp_path) == 0
    assert "appliance.switchboard" in (tmp_path / UNIT).read_text()
    assert "mine" in (tmp_path / "etc/linekeeper/linekeeper.toml").read_text()
    assert (tmp_path / "opt/linekeeper").readlink() == Path(sys.prefix)


def test_install_when_dry_run_then_only_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--dry-run") == 0
    assert "would put" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_install_when_something_is_in_the_way_then_it_says_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "opt/linekeeper").mkdir(parents=True)
    assert run(tmp_path) == 1
    assert f"{tmp_path}/opt/linekeeper is in the way; move it" in capsys.readouterr().err


def test_install_when_a_parent_is_a_file_then_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "usr").write_text("")
    assert run(tmp_path) == 1
    assert "can't be written" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["/home/kim/linekeeper/.venv", "/root/.venv"])
def test_install_when_services_could_not_see_the_program_then_refused(
    monkeypatch: pytest.MonkeyPatch, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installation.sys, "prefix", place)
    assert main(["install", "--dry-run"]) == 1
    assert f"services can't see {place}; move the checkout to /opt" in capsys.readouterr().err


def test_install_when_dry_run_on_this_machine_then_system_commands_are_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation.sys, "prefix", "/srv/linekeeper/.venv")
    assert main(["install", "--dry-run", "--now"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "would run systemctl daemon-reload" in lines
    assert any(line.startswith("would run systemctl enable --now linekeeper.target ") for line in lines)


def test_install_when_it_is_a_console_then_nothing_of_a_box(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--console", "--json") == 0
    assert actions(capsys.readouterr().out) == {"put"}
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {"linekeeper-console.service", "linekeeper-console.conf", "console.env"}
    settings = tmp_path / "etc/linekeeper-console/console.env"
    assert stat.S_IMODE(settings.stat().st_mode) & 0o007 == 0
    settings.write_text("LINEKEEPER_CONSOLE_LISTEN=127.0.0.1:9000\n")
    assert run(tmp_path, "--console") == 0
    assert settings.read_text() == "LINEKEEPER_CONSOLE_LISTEN=127.0.0.1:9000\n"


def test_install_when_it_is_a_box_then_nothing_of_a_console(tmp_path: Path) -> None:
    assert run(tmp_path) == 0
    assert not [path for path in tmp_path.rglob("linekeeper-console*")]


def test_install_when_dry_run_of_a_console_then_only_its_service_is_started(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation.sys, "prefix", "/srv/linekeeper/.venv")
    assert main(["install", "--dry-run", "--now", "--console"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "would run systemctl enable --now linekeeper-console.service" in lines
    assert not [line for line in lines if "kamailio" in line or "udevadm" in line]
