"""The kernel's figures: of a process tree that is known."""

from __future__ import annotations

import os
from pathlib import Path

from kit import proc
from kit.processes import Program, wait_until


def test_tree_when_a_shell_has_a_child_then_both_are_members_and_measured(tmp_path: Path) -> None:
    program = Program(["sh", "-c", "sleep 30; true"], log=tmp_path / "log")

    def both() -> list[proc.Member]:
        found = proc.tree(program.pid)
        return found if [member.command.split(" ")[0] for member in found] == ["sh", "sleep"] else []

    members = wait_until(both, timeout_s=5, what="sh and sleep")
    assert proc.pss_mb([member.pid for member in members]) > 0
    proc.kill_all([member.pid for member in members])
    wait_until(lambda: all(proc.gone(member.pid) for member in members), timeout_s=5, what="both are gone")
    assert proc.tree(program.pid) == [] or proc.gone(program.pid)
    program.stop()


def test_open_files_when_a_file_is_opened_then_one_more(tmp_path: Path) -> None:
    before = proc.open_files(os.getpid())
    with (tmp_path / "x").open("w"):
        assert proc.open_files(os.getpid()) == before + 1
    assert proc.threads(os.getpid()) >= 1
