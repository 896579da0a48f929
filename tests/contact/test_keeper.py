"""The keeper on real files. What it makes durable is watched at os.fdatasync, the border to the kernel."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from kit.proc import open_files

from appliance.contact import keeper as keeper_module
from appliance.contact.keeper import PERIOD_S, Keeper


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    (folder / "contact").mkdir(parents=True)
    return folder


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were really synced, in order."""
    names: list[str] = []
    really = os.fdatasync

    def watch(file: int) -> None:
        names.append(Path(f"/proc/self/fd/{file}").readlink().name)
        really(file)

    monkeypatch.setattr(os, "fdatasync", watch)
    return names


def grow(spool: Path, name: str, text: str = "x", contact: str = "contact") -> Path:
    path = spool / contact / name
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(text)
    return path


def test_round_when_files_are_new_or_have_grown_syncs_just_those(spool: Path, synced: list[str]) -> None:
    keeper = Keeper(spool)
    grow(spool, "journal.jsonl")
    grow(spool, "a.customer.wav")
    assert keeper.round() == 2
    assert keeper.round() == 0
    grow(spool, "a.customer.wav")
    grow(spool, "journal.jsonl", contact="other")
    assert keeper.round() == 2
    assert sorted(synced[2:]) == ["a.customer.wav", "journal.jsonl"]


def test_round_when_a_file_was_cut_or_replaced_by_one_of_another_size_syncs_it(spool: Path, synced: list[str]) -> None:
    keeper = Keeper(spool)
    path = grow(spool, "journal.jsonl", "long text")
    keeper.round()
    path.write_text("short")
    assert keeper.round() == 1
    assert synced == ["journal.jsonl"] * 2


def test_round_when_a_contact_vanishes_forgets_it_and_syncs_the_next_of_that_name(
    spool: Path, synced: list[str]
) -> None:
    keeper = Keeper(spool)
    path = grow(spool, "journal.jsonl")
    keeper.round()
    path.unlink()
    path.parent.rmdir()
    assert keeper.round() == 0
    grow(spool, "journal.jsonl")
    assert keeper.round() == 1
    assert len(synced) == 2


def test_round_when_a_file_vanishes_between_look_and_sync_goes_on_with_the_others(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, stays = grow(spool, "gone"), grow(spool, "stays")
    monkeypatch.setattr(keeper_module, "_files", lambda _spool: [(str(gone), 1), (str(stays), 1)])
    gone.unlink()
    assert Keeper(spool).round() == 1


def test_round_when_a_sync_fails_goes_on_and_tries_again(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_file: int) -> None:
        raise OSError(5, "Input/output error")

    keeper = Keeper(spool)
    grow(spool, "journal.jsonl")
    before = open_files(os.getpid())
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", broken)
        assert keeper.round() == 0
    assert open_files(os.getpid()) == before
    assert keeper.round() == 1
    assert keeper.round() == 0


def test_round_when_the_spool_is_missing_or_holds_strange_things_syncs_nothing(
    tmp_path: Path, synced: list[str]
) -> None:
    assert Keeper(tmp_path / "absent").round() == 0
    (tmp_path / "a file").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "contact" / "deeper").mkdir(parents=True)
    (tmp_path / "contact" / "deeper" / "file").write_text("x")
    (tmp_path / "contact" / "dangling").symlink_to(tmp_path / "nowhere")
    assert Keeper(tmp_path).round() == 0
    assert synced == []


def test_run_when_rounds_are_slow_never_sleeps_a_negative_time_and_keeps_the_period(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    now = [0.0]
    lasts = iter([0.25, 3.0, 0.0])

    class Killed(BaseException):
        pass

    def round_of(_keeper: Keeper) -> int:
        try:
            now[0] += next(lasts)
        except StopIteration:
            raise Killed from None
        return 0

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(Keeper, "round", round_of)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(Killed):
        Keeper(spool).run()
    assert slept == [PERIOD_S - 0.25, 0.0, PERIOD_S]
