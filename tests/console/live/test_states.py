"""The live board shows the newest state of each branch, whatever comes late or twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from kit.boxes import NOON_S
from kit.console import console

from appliance.cloud.errors import MalformedError
from appliance.cloud.live import Health, LiveQueue, LiveState
from appliance.console.context import Console
from appliance.console.live.states import board, keep, read_state
from appliance.console.people.roles import Branches
from appliance.stamps import Stamp

EVERY = Branches(every=True)


def state(number: int, *, boot: str = "boot-1", waiting: int = 0) -> LiveState:
    health = Health(
        version="1", uptime_s=1.0, edge="up", contact_processes=1, free_processes=1, storage_used=1, storage_budget=2,
        pending_events=0, pending_recordings=0,
    )  # fmt: skip
    queue = LiveQueue(queue="sales", name="Sales", waiting=waiting, oldest_s=0.0, staffed=1, available=1)
    at = Stamp(boot=boot, mono_s=float(number), wall_s=NOON_S + number, synced=True)
    return LiveState(at=at, number=number, queues=(queue,), health=health)


async def tell(one: Console, branch: str, told: LiveState, *, box: str = "b1") -> None:
    async with one.database.writing() as session:
        await keep(session, branch=branch, box=box, state=told, now_s=NOON_S)


async def numbers(one: Console, seen: Branches = EVERY) -> dict[str, int]:
    async with one.database.reading() as session:
        return {now.branch: now.state.number for now in await board(session, seen)}


def test_board_when_states_pass_each_other_then_the_newest_of_the_boot_stays(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            for number in (1, 3, 2):
                await tell(one, "seoul", state(number, waiting=number))
            async with one.database.reading() as session:
                (now,) = await board(session, EVERY)
            assert (now.state, now.received_s) == (state(3, waiting=3), NOON_S)
            await tell(one, "seoul", state(1, boot="boot-2"))
            assert await numbers(one) == {"seoul": 1}
            await tell(one, "seoul", state(1, boot="boot-2"), box="b2")
            assert await numbers(one) == {"seoul": 1}

    asyncio.run(run())


def test_board_when_somebody_sees_some_branches_then_no_other_is_in_it(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            for branch in ("seoul", "busan", "daegu"):
                await tell(one, branch, state(1))
            assert list(await numbers(one)) == ["busan", "daegu", "seoul"]
            assert list(await numbers(one, Branches(some=frozenset({"busan", "jeju"})))) == ["busan"]
            assert await numbers(one, Branches()) == {}

    asyncio.run(run())


def test_state_when_it_travels_then_it_is_the_same_and_anything_else_is_refused() -> None:
    assert read_state(msgspec.json.encode(state(4))) == state(4)
    with pytest.raises(MalformedError, match="no live state"):
        read_state(b'{"number": "four"}')
