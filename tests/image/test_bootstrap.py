"""The bootstrap script: valid POSIX shell, says how it is used, and CI calls exactly it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "image" / "bootstrap.sh"
SCRIPTS = [ROOT / ".ci" / "run", *sorted((ROOT / "image").rglob("*.sh"))]


def run(*words: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=60, env=environment, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_when_parsed_by_dash_then_valid(path: Path) -> None:
    done = run("dash", "-n", str(path))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_when_checked_by_shellcheck_then_no_finding(path: Path) -> None:
    done = run("shellcheck", str(path))
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(("words", "code"), [(("help",), 0), (("nonsense",), 2), ((), 2)])
def test_script_when_asked_for_help_or_wrongly_used_then_usage(words: tuple[str, ...], code: int) -> None:
    done = run("sh", str(SCRIPT), *words)
    assert done.returncode == code
    for command in ("demo", "test", "install", "test-devices", "test-netem"):
        assert f"sh image/bootstrap.sh {command}" in done.stdout + done.stderr


def test_ci_when_read_then_exactly_the_command_of_the_readme() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands[-1] == "exec sh image/bootstrap.sh test"
    assert len(commands) == 2
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def fake(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A copy of the script in a checkout of its own, and a PATH whose package tools only write down their calls."""
    (tmp_path / "image").mkdir()
    shutil.copy(SCRIPT, tmp_path / "image")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    tools = tmp_path / "tools"
    tools.mkdir()
    fake(
        tools, "apt-get", f'echo "$@" >> {tmp_path}/apt.log; [ ! -e {tmp_path}/broken ] || {{ echo no net; exit 100; }}'
    )
    fake(tools, "sudo", '"$@"')
    fake(tools, "dpkg-query", f"[ -e {tmp_path}/all ] && printf installed || {{ printf not-installed; exit 1; }}")
    fake(tools, "dpkg", "echo amd64")
    environment = tmp_path / ".venv" / "bin"
    environment.mkdir(parents=True)
    fake(environment, "python", f'echo "$@" >> {tmp_path}/pip.log; [ -e {tmp_path}/.venv/bin/linekeeper ] || exit 1')
    fake(environment, "linekeeper", "echo called: $@")
    return tmp_path, {"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(tmp_path)}


def test_script_when_packages_are_missing_then_apt_installs_without_questions(
    machine: tuple[Path, dict[str, str]],
) -> None:
    folder, environment = machine
    done = run("sh", str(folder / "image/bootstrap.sh"), "install", environment=environment)
    assert done.returncode == 0, done.stderr
    calls = (folder / "apt.log").read_text().splitlines()
    assert calls[0].startswith("-y -q ")
    assert calls[0].endswith(" update")
    assert " install --no-install-recommends " in calls[1]
    for package in ("kamailio-sqlite-modules", "espeak-ng", "sip-tester", "baresip-core", "libsystemd-dev"):
        assert f" {package}" in calls[1]


def test_script_when_everything_is_there_then_neither_apt_nor_pip(machine: tuple[Path, dict[str, str]]) -> None:
    folder, environment = machine
    (folder / "all").touch()
    first = run("sh", str(folder / "image/bootstrap.sh"), "install", environment=environment)
    assert first.returncode == 0, first.stderr
    assert len((folder / "pip.log").read_text().splitlines()) == 1
    second = run("sh", str(folder / "image/bootstrap.sh"), "install", environment=environment)
    assert "Python environment: up to date" in second.stdout
    assert len((folder / "pip.log").read_text().splitlines()) == 1
    assert not (folder / "apt.log").exists()
    with (folder / "pyproject.toml").open("a") as project:
        project.write("# changed\n")
    run("sh", str(folder / "image/bootstrap.sh"), "install", environment=environment)
    assert len((folder / "pip.log").read_text().splitlines()) == 2


def test_script_when_apt_fails_then_its_words_and_no_environment(machine: tuple[Path, dict[str, str]]) -> None:
    folder, environment = machine
    (folder / "broken").touch()
    done = run("sh", str(folder / "image/bootstrap.sh"), "install", environment=environment)
    assert done.returncode == 1
    assert "no net" in done.stderr
    assert "run this script again" in done.stderr
    assert not (folder / "pip.log").exists()


def test_script_when_demo_then_linekeeper_demo_is_run_with_the_words(machine: tuple[Path, dict[str, str]]) -> None:
    folder, environment = machine
    (folder / "all").touch()
    done = run("sh", str(folder / "image/bootstrap.sh"), "demo", "--json", environment=environment)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "called: demo --json"
