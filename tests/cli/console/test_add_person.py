"""`linekeeper console add-person`: the first admin, from an empty folder to the log-in."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from kit.console import console

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main
from appliance.console.people import keeping
from appliance.console.people.log_in import LogIn, Origin, Step

PASSWORD = "correct horse battery"
Add = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """The command, with a password on standard input."""

    def run(*words: str, password: str = PASSWORD) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        return main(["console", "add-person", *words, "--password-stdin", "--data-dir", str(tmp_path)])

    return run


async def _log_in(tmp_path: Path, password: str) -> tuple[Step, list[keeping.Known]]:
    async with console(f"sqlite+aiosqlite:///{tmp_path}/console.db", tmp_path) as one:
        step = await LogIn(one, Origin()).by_password("kim", password)
        async with one.database.reading() as session:
            return step, await keeping.known(session)


def test_person_when_added_to_an_empty_folder_then_is_admin_and_may_log_in(
    add: Add, tmp_path: Path, capsys: Capture
) -> None:
    assert add("Kim", "--name", "Kim Minji", "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == {"person": "kim", "roles": ["admin@*"], "reset": False}
    step, people = asyncio.run(_log_in(tmp_path, PASSWORD))
    assert step.stage == "enrol"
    assert [(one.person, one.name, one.grants.words()) for one in people] == [("kim", "Kim Minji", ["admin@*"])]


def test_person_when_reset_then_has_the_new_password_for_once(add: Add, tmp_path: Path) -> None:
    assert add("kim") == ExitCode.OK
    assert add("kim", "--reset", password="another good one") == ExitCode.OK
    step, _ = asyncio.run(_log_in(tmp_path, "another good one"))
    assert step.stage == "new_password"


@pytest.mark.parametrize(
    ("words", "password", "why"),
    [
        (("kim minji",), PASSWORD, "no log-in name"),
        (("kim", "--role", "emperor@*"), PASSWORD, "no role"),
        (("kim", "--role", "auditor@busan"), PASSWORD, "no branch 'busan'"),
        (("kim",), "hunter2", "too short"),
        (("nobody", "--reset"), PASSWORD, "no person 'nobody'"),
    ],
)
def test_person_when_wrongly_described_then_said_and_not_added(
    add: Add, capsys: Capture, words: tuple[str, ...], password: str, why: str
) -> None:
    assert add(*words, password=password) == ExitCode.FAILURE
    told = capsys.readouterr().err
    assert why in told and password not in told


def test_person_when_there_already_then_said(add: Add, capsys: Capture) -> None:
    assert add("kim") == ExitCode.OK
    assert add("kim") == ExitCode.FAILURE
    assert "already" in capsys.readouterr().err
