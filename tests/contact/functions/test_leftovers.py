"""Processes that an earlier service has left behind, and nobody else's."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from appliance.contact.functions.leftovers import MARK, end_leftovers


@pytest.fixture
def started() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def sleeper(started: ExitStack, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    process = started.enter_context(subprocess.Popen(["/bin/sleep", "60"], env=environment, start_new_session=True))
    started.callback(process.kill)
    return process


def test_leftovers_when_another_service_starts_then_only_its_own_are_ended(started: ExitStack, tmp_path: Path) -> None:
    mark = str(tmp_path / "f.sock")
    left = [sleeper(started, {MARK: mark}), sleeper(started, {"A": "b", MARK: mark})]
    others = [sleeper(started, {MARK: mark + "2"}), sleeper(started, {"X" + MARK: mark}), sleeper(started, {})]
    assert end_leftovers(mark) == 2
    assert [process.wait(10) for process in left] == [-9, -9]
    assert [process.poll() for process in others] == [None, None, None]
    assert end_leftovers(mark) == 0
