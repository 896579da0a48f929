"""The console as a service of the real systemd: in its sandbox, with an account of its own."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.guest import patience
from kit.systemd_unit import Unit, account_of, rights_of, told

NAME = "linekeeper-console.service"
DATA = Path("/var/lib/linekeeper-console")
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def console() -> Iterator[Unit]:
    told("linekeeper", "install", "--console")
    subprocess.run(("systemctl", "start", NAME), check=True, timeout=patience(60.0))
    yield Unit(NAME)
    told("systemctl", "stop", NAME)


def test_console_when_started_by_systemd_then_it_serves_without_any_right(console: Unit) -> None:
    seen = console.seen()
    assert seen.active == "active", console.journal()
    with urllib.request.urlopen("http://127.0.0.1:8080/api/v1/openapi.json", timeout=patience(20.0)) as answer:
        assert answer.status == 200
    assert account_of(seen.pid) == ({"linekeeper-console"}, {"linekeeper-console"})
    assert rights_of(seen.pid) == 0
    assert DATA.stat().st_mode & 0o077 == 0


def test_person_when_added_by_the_consoles_account_then_the_running_console_has_them(console: Unit) -> None:
    words = ("runuser", "-u", "linekeeper-console", "--", "/opt/linekeeper/bin/linekeeper", "console")
    said = subprocess.run(
        (*words, "add-person", "kim", "--password-stdin"),
        input="correct horse battery\n", text=True, capture_output=True, check=False, timeout=patience(20.0),
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "kim may sign in" in said.stdout
    assert console.seen().active == "active"
