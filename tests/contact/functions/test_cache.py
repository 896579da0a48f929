"""Last good answers: for whom they are good, how long, and that a bad disk costs nothing but them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.contact.functions import cache as cache_module
from appliance.contact.functions.cache import AnswerCache, Kept, question
from appliance.contact.functions.definitions import CommandFunction
from appliance.stamps import Stamp

ANN, BOB = "+12025550101", "+12025550102"
FUNCTION = CommandFunction(name="f", argv=("/x",), cache_max_age_s=100.0)
SHARED = CommandFunction(name="f", argv=("/x",), cache_max_age_s=100.0, cache_for="everyone")


class Clocks:
    """Both clocks of a box, set by hand."""

    def __init__(self) -> None:
        self.boot, self.mono_s, self.wall_s = "boot-1", 1000.0, 5_000_000.0

    def __call__(self) -> Stamp:
        return Stamp(boot=self.boot, mono_s=self.mono_s, wall_s=self.wall_s, synced=True)

    def pass_s(self, seconds: float) -> None:
        self.mono_s += seconds
        self.wall_s += seconds


def event(caller: str | None = ANN, **parameters: str) -> dict[str, Any]:
    endpoint = None if caller is None else {"Address": caller, "Type": "TELEPHONE_NUMBER"}
    return {
        "Name": "ContactFlowEvent",
        "Details": {"ContactData": {"CustomerEndpoint": endpoint}, "Parameters": parameters},
    }


def using(path: Path, clocks: Clocks, scene: Callable[[AnswerCache], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        cache = AnswerCache(path, clocks)
        try:
            return await scene(cache)
        finally:
            cache.close()

    return asyncio.run(run())


def keep(path: Path, clocks: Clocks, answer: dict[str, Any], key: str = "k") -> None:
    using(path, clocks, lambda cache: cache.put(key, FUNCTION, answer))


def kept(path: Path, clocks: Clocks, key: str = "k", max_age_s: float = 100.0) -> Kept | None:
    found: Kept | None = using(path, clocks, lambda cache: cache.get(key, max_age_s))
    return found


def test_question_when_for_the_caller_then_another_caller_has_another() -> None:
    keys = {
        question(FUNCTION, event(ANN, a="1")),
        question(FUNCTION, event(BOB, a="1")),
        question(FUNCTION, event(ANN, a="2")),
    }
    assert len(keys) == 3
    assert question(FUNCTION, event(ANN, a="1", b="2")) == question(FUNCTION, event(ANN, b="2", a="1"))


def test_question_when_for_everyone_then_parameters_alone_count() -> None:
    assert question(SHARED, event(ANN, a="1")) == question(SHARED, event(None, a="1"))
    assert question(SHARED, event(ANN, a="1")) != question(SHARED, event(ANN, a="2"))


@pytest.mark.parametrize("caller", [None, "", "anonymous", "Anonymous", "unknown"])
def test_question_when_caller_is_not_known_then_nothing_is_kept_for_callers(caller: str | None) -> None:
    assert question(FUNCTION, event(caller)) is None


def test_question_when_no_maximum_age_then_nothing_is_kept() -> None:
    assert question(CommandFunction(name="f", argv=("/x",)), event()) is None


def test_question_when_written_down_then_no_number_is_in_it() -> None:
    assert ANN not in str(question(FUNCTION, event(ANN, number=ANN)))


def test_answer_when_the_service_starts_again_then_still_there_with_its_age(tmp_path: Path) -> None:
    clocks = Clocks()
    keep(tmp_path / "f.db", clocks, {"name": "Ann"})
    clocks.pass_s(40)
    assert kept(tmp_path / "f.db", clocks) == Kept({"name": "Ann"}, 40.0)
    assert (tmp_path / "f.db").stat().st_mode & 0o777 == 0o600


def test_answer_when_too_old_then_none(tmp_path: Path) -> None:
    clocks = Clocks()
    keep(tmp_path / "f.db", clocks, {"name": "Ann"})
    clocks.pass_s(100)
    assert kept(tmp_path / "f.db", clocks) is not None
    clocks.pass_s(1)
    assert kept(tmp_path / "f.db", clocks) is None


def test_answer_when_the_wall_clock_jumps_then_the_other_one_counts(tmp_path: Path) -> None:
    clocks = Clocks()
    keep(tmp_path / "f.db", clocks, {"name": "Ann"})
    clocks.mono_s += 10
    clocks.wall_s += 3e8
    assert kept(tmp_path / "f.db", clocks) == Kept({"name": "Ann"}, 10.0)


def test_answer_when_another_boot_then_the_wall_clock_counts(tmp_path: Path) -> None:
    clocks = Clocks()
    keep(tmp_path / "f.db", clocks, {"name": "Ann"})
    clocks.boot, clocks.mono_s = "boot-2", 3.0
    clocks.wall_s += 60
    assert kept(tmp_path / "f.db", clocks) == Kept({"name": "Ann"}, 60.0)
    clocks.wall_s = 0.0  # a box without a clock, before it knows the time
    assert kept(tmp_path / "f.db", clocks) == Kept({"name": "Ann"}, 0.0)


def test_answer_when_confirmed_then_its_age_starts_again_but_not_with_every_call(tmp_path: Path) -> None:
    clocks = Clocks()
    keep(tmp_path / "f.db", clocks, {"name": "Ann"})
    clocks.pass_s(4)
    keep(tmp_path / "f.db", clocks, {"name": "Ann"})
    assert kept(tmp_path / "f.db", clocks) == Kept({"name": "Ann"}, 4.0)
    clocks.pass_s(2)
    keep(tmp_path / "f.db", clocks, {"name": "Ann"})
    assert kept(tmp_path / "f.db", clocks) == Kept({"name": "Ann"}, 0.0)
    keep(tmp_path / "f.db", clocks, {"name": "Anna"})
    assert kept(tmp_path / "f.db", clocks) == Kept({"name": "Anna"}, 0.0)


def test_prune_when_answers_are_old_or_of_no_function_then_they_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks = Clocks()
    monkeypatch.setattr(cache_module, "MOST_ROWS", 2)

    async def scene(cache: AnswerCache) -> list[int]:
        await cache.put("old", FUNCTION, {})
        clocks.pass_s(60)
        for key in ("a", "b", "c"):
            await cache.put(key, FUNCTION, {})
            clocks.pass_s(1)
        counts = [await cache.prune({"f": 50.0}), await cache.prune({"f": 50.0})]
        assert await cache.get("c", 100) is not None
        assert await cache.get("a", 100) is None
        return [*counts, await cache.prune({"other": 50.0})]

    assert using(tmp_path / "f.db", clocks, scene) == [2, 0, 2]


def test_file_when_damaged_then_begun_anew(tmp_path: Path) -> None:
    clocks = Clocks()
    (tmp_path / "f.db").write_bytes(b"this is no database at all" * 100)
    keep(tmp_path / "f.db", clocks, {"name": "lost"})
    keep(tmp_path / "f.db", clocks, {"name": "Ann"})
    assert kept(tmp_path / "f.db", clocks) == Kept({"name": "Ann"}, 0.0)


def test_file_when_its_folder_is_missing_then_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    clocks = Clocks()
    keep(tmp_path / "gone" / "f.db", clocks, {"name": "Ann"})
    assert kept(tmp_path / "gone" / "f.db", clocks) is None


def test_file_when_somebody_takes_it_away_then_nothing_is_remembered_and_it_is_begun_anew(tmp_path: Path) -> None:
    """As an erasure request does, while the service runs."""

    async def scene(cache: AnswerCache) -> tuple[Kept | None, Kept | None]:
        key = question(FUNCTION, event()) or ""
        await cache.put(key, FUNCTION, {"name": "Ann"})
        for path in tmp_path.glob("f.db*"):
            path.unlink()
        gone = await cache.get(key, 100.0)
        await cache.put(key, FUNCTION, {"name": "Bob"})
        return gone, await cache.get(key, 100.0)

    assert using(tmp_path / "f.db", Clocks(), scene) == (None, Kept({"name": "Bob"}, 0.0))
    assert (tmp_path / "f.db").exists()
