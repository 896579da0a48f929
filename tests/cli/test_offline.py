"""Administration while the box is down: the commands work on its files, as the account that owns them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.cli.exit_codes import ExitCode

Run = Callable[..., int]
SOMEBODY = 65534  # Debian's nobody and nogroup


def test_commands_when_box_is_down_then_changes_are_kept(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("queue", "add", "sales", "--room", "9") == ExitCode.OK
    assert run("extension", "add", "101") == ExitCode.OK
    assert run("agent", "add", "kim", "--extension", "101", "--queue", "sales") == ExitCode.OK
    capsys.readouterr()
    assert run("agent", "list", "--json") == ExitCode.OK
    (agent,) = json.loads(capsys.readouterr().out)
    assert (agent["agent"], agent["extension"], agent["queues"]) == ("kim", "101", ["sales"])


def test_agent_add_when_extension_is_unknown_then_exit_code_4_and_remedy(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("agent", "add", "kim", "--extension", "999") == ExitCode.REFUSED
    assert "no extension 999; add it first: linekeeper extension add 999" in capsys.readouterr().err


def test_extension_add_when_number_is_for_emergencies_then_exit_code_4(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("extension", "add", "112") == ExitCode.REFUSED
    assert "reserved for emergency calls" in capsys.readouterr().err


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder of somebody else that everybody may enter (pytest's own lets only its user in)."""
    folder = Path(tempfile.mkdtemp(prefix="linekeeper-"))
    folder.chmod(0o755)
    for name in ("data", "run"):
        (folder / name).mkdir()
        os.chown(folder / name, SOMEBODY, SOMEBODY)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_commands_when_root_uses_them_then_files_belong_to_the_services_account(foreign_folder: Path) -> None:
    file = foreign_folder / "box.toml"
    file.write_text('[box]\ndata_dir = "data"\nrun_dir = "run"\n')
    words = [str(Path(sys.executable).with_name("linekeeper")), "extension", "add", "101", "--config", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    made = [path for folder in ("data", "run") for path in (foreign_folder / folder).rglob("*")]
    assert foreign_folder / "data" / "store.db" in made
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(SOMEBODY, SOMEBODY)}
