"""What status says of edge and contact processes is so, and counts survive restarts of either side."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from switchboard.fake_edge import FakeEdge
from switchboard.harness import Harness, play

from appliance.edge import rpc
from appliance.store.failures import StoreFullError
from appliance.store.store import Store
from appliance.switchboard import edge_watch
from appliance.switchboard.edge_watch import NAMES


async def shown(box: Harness) -> dict[str, Any]:
    found: dict[str, Any] = (await box.call("status"))["edge"]
    return found


def test_names_when_listed_then_every_counter_of_the_edge_has_one() -> None:
    assert set(NAMES) == set(edge_watch.EdgeCounters.__struct_fields__)
    assert len(set(NAMES.values())) == len(NAMES)


def test_edge_when_it_counts_then_each_is_counted_once_whoever_restarts(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        edge = FakeEdge(box.paths.edge_rpc_socket)
        edge.open()
        try:
            edge.counters = {"refused_contacts": 2, "unknown_numbers": 1}
            assert (await shown(box))["today"] == dict.fromkeys(NAMES, 0) | edge.counters
            edge.counters = {"refused_contacts": 3, "unknown_numbers": 1}
            assert (await shown(box))["today"]["refused_contacts"] == 3
            await box.stop()
            edge.counters = {"refused_contacts": 5, "unknown_numbers": 1}
            await box.start()
            assert (await shown(box))["today"]["refused_contacts"] == 5
            edge.restart("Sat Nov 22 10:00:00 2026")
            edge.counters = {"refused_contacts": 1}
            assert (await shown(box))["today"]["refused_contacts"] == 6
            edge.counters = {"refused_contacts": 4, "floods": 9}
            await box.stop()
            with Store.open_read_only(box.paths.store) as store:
                assert store.counters.total("RefusedContacts") == 9, "the last look of a stop counts"
                assert store.counters.total("MisconfiguredPhoneNumbers") == 1
                assert store.counters.total("Floods") == 9
        finally:
            edge.close()

    play(tmp_path, scene)


def test_edge_when_nobody_asks_then_it_is_looked_at_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_watch, "PERIOD_S", 0.02)

    async def scene(box: Harness) -> None:
        assert box.switchboard is not None
        edge = FakeEdge(box.paths.edge_rpc_socket)
        edge.open()
        try:
            edge.counters = {"refused_contacts": 7}
            store = box.switchboard.ground.store

            async def counted() -> bool:
                return await store.run(lambda opened: opened.counters.total("RefusedContacts")) == 7

            await box.until(counted, "the refusals are counted")
        finally:
            edge.close()

    play(tmp_path, scene)


@pytest.mark.parametrize("silent", [False, True])
def test_edge_when_it_does_not_answer_then_status_says_so_and_since_when(
    *, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    monkeypatch.setattr(rpc.AsyncEdgeLink.__init__, "__kwdefaults__", {"timeout_s": 0.2})

    async def scene(box: Harness) -> None:
        edge = FakeEdge(box.paths.edge_rpc_socket)
        edge.open()
        try:
            edge.counters = {"refused_contacts": 2}
            found = await shown(box)
            assert (found["answers"], found["state"], found["phones"]) == (True, "answers", 0)
            edge.silent = silent
            if not silent:
                edge.close()
            found = await shown(box)
            assert (found["answers"], found["phones"]) == (False, None)
            assert found["state"] == f"not answering since {found['since']}"
            assert found["today"]["refused_contacts"] == 2, "what was counted stays known"
            await asyncio.sleep(1.1)  # times are shown in whole seconds
            assert (await shown(box))["since"] == found["since"]
            edge.silent = False
            if not silent:
                edge.open()
            again = await shown(box)
            assert (again["answers"], again["state"]) == (True, "answers")
            assert again["since"] > found["since"]
        finally:
            edge.close()

    play(tmp_path, scene)


def test_counters_when_disk_is_full_then_status_still_answers_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(box: Harness) -> None:
        edge = FakeEdge(box.paths.edge_rpc_socket)
        edge.open()
        try:
            await shown(box)
            edge.counters = {"refused_contacts": 2}
            with monkeypatch.context() as patch:

                def full(*_: object, **__: object) -> None:
                    raise StoreFullError("the disk is full; free some space")

                patch.setattr("appliance.store.counters.Counters.follow", full)
                assert (await shown(box))["today"]["refused_contacts"] == 0
            assert (await shown(box))["today"]["refused_contacts"] == 2
        finally:
            edge.close()

    play(tmp_path, scene)


def test_processes_when_some_or_none_answer_then_status_says_so(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        def state(status: dict[str, Any]) -> str:
            return str(status["processes"]["state"])

        found = await box.call("status")
        assert state(found) == f"none answers since {found['processes']['since']}"
        process = await box.process(0)

        async def connected() -> str | None:
            status = await box.call("status")
            return state(status) if status["processes"]["connected"] == 1 else None

        assert (await box.until(connected, "it is on the link")).startswith("1 answer since ")
        for slot in range(1, 16):
            await box.process(slot)

        async def all_connected() -> bool:
            return state(await box.call("status")) == "all answer"

        await box.until(all_connected, "all are on the link")
        await process.close()

        async def one_missing() -> bool:
            return state(await box.call("status")).startswith("15 answer since ")

        await box.until(one_missing, "one is missing")

    play(tmp_path, scene)
