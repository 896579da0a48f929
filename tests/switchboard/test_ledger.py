"""Grouped writes: order, one transaction for many, one faulty among good ones, a full disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from appliance import clock
from appliance.acd.model import QueuePlan
from appliance.errors import StoreError
from appliance.ids import QueueId
from appliance.store.failures import StoreFullError
from appliance.store.queues import StoredQueue
from appliance.store.store import Store
from appliance.switchboard import ledger as ledger_module
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.store_thread import StoreThread


def play(path: Path, scene: Callable[[Ledger, StoreThread], Awaitable[None]]) -> None:
    async def performance() -> None:
        store = StoreThread(path / "store.db")
        await store.open()
        ledger = Ledger(store)
        ledger.start()
        try:
            await scene(ledger, store)
        finally:
            await ledger.stop(patience_s=0.2)
            await store.close()

    asyncio.run(asyncio.wait_for(performance(), 20))


def put(name: str) -> Callable[[Store], None]:
    queue = StoredQueue(plan=QueuePlan(queue=QueueId(name)))
    return lambda store: store.queues.put(queue)


def fail(_store: Store) -> None:
    raise StoreError("this one only")


def test_ledger_when_many_write_then_all_are_stored_and_told_in_order(tmp_path: Path) -> None:
    async def scene(ledger: Ledger, store: StoreThread) -> None:
        told: list[int] = []

        def note(number: int, _error: StoreError | None) -> None:
            told.append(number)

        for number in range(600):
            ledger.put(put(f"q{number:03}"), partial(note, number))
        await ledger.written()
        assert told == list(range(600))
        assert len(await store.run(lambda opened: opened.queues.all())) == 600

    play(tmp_path, scene)


def test_ledger_when_one_entry_fails_then_only_this_one_is_not_stored(tmp_path: Path) -> None:
    async def scene(ledger: Ledger, store: StoreThread) -> None:
        told: list[str] = []

        def note(name: str, error: StoreError | None) -> None:
            told.append(f"{name}: {error}")

        for name, write in (("a", put("a")), ("b", fail), ("c", put("c"))):
            ledger.put(write, partial(note, name))
        await ledger.written()
        assert told == ["a: None", "b: this one only", "c: None"]
        stored = await store.run(lambda opened: [queue.plan.queue for queue in opened.queues.all()])
        assert stored == ["a", "c"]
        with pytest.raises(StoreError, match="this one only"):
            await ledger.write(fail)

    play(tmp_path, scene)


def test_ledger_when_disk_is_full_then_tries_again_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ledger_module, "RETRY_S", 0.01)
    tries: list[int] = []

    def full_at_first(store: Store) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise StoreFullError("the disk is full; free some space")
        store.counters.add("RefusedContacts", clock.now())

    async def scene(ledger: Ledger, store: StoreThread) -> None:
        await ledger.write(full_at_first)
        assert await store.run(lambda opened: opened.counters.total("RefusedContacts")) == 1

    play(tmp_path, scene)
    assert "the disk is full" in caplog.text
    assert "calls go on" in caplog.text


def test_ledger_when_stopped_on_a_full_disk_then_gives_up_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def always_full(_store: Store) -> None:
        raise StoreFullError("the disk is full")

    async def scene(ledger: Ledger, _store: StoreThread) -> None:
        ledger.put(always_full)
        await asyncio.sleep(0)

    play(tmp_path, scene)
    assert "the journals still hold them" in caplog.text


def test_store_thread_when_not_open_then_refuses(tmp_path: Path) -> None:
    async def scene() -> None:
        store = StoreThread(tmp_path / "store.db")
        with pytest.raises(StoreError, match="is not open"):
            await store.run(lambda opened: opened.queues.all())
        await store.close()

    asyncio.run(scene())


def test_ledger_when_nobody_waits_for_an_entry_then_it_goes_with_the_next_that_somebody_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "LEISURE_S", 600.0)

    async def scene(ledger: Ledger, _store: StoreThread) -> None:
        told: list[str] = []

        def note(name: str, _error: StoreError | None) -> None:
            told.append(name)

        ledger.put(put("a"), partial(note, "a"), urgent=False)
        ledger.put(put("b"), partial(note, "b"), urgent=False)
        await asyncio.sleep(4 * ledger_module.GATHER_S)
        assert told == []
        await ledger.write(put("c"))
        assert told == ["a", "b"]
        ledger.put(put("d"), partial(note, "d"), urgent=False)
        await ledger.written()
        assert told == ["a", "b", "d"]
        ledger.put(put("e"), partial(note, "e"), urgent=False)
        await ledger.stop()
        assert told == ["a", "b", "d", "e"]

    play(tmp_path, scene)


def test_ledger_when_nobody_comes_then_an_entry_without_haste_is_stored_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "LEISURE_S", 0.01)

    async def scene(ledger: Ledger, _store: StoreThread) -> None:
        for name in ("a", "b"):  # more than once
            stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            ledger.put(put(name), lambda _error, stored=stored: stored.set_result(None), urgent=False)
            await asyncio.wait_for(stored, 5)

    play(tmp_path, scene)
