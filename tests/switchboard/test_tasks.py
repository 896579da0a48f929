"""Looks that many may wish for, and tasks that are ended."""

from __future__ import annotations

import asyncio

from appliance.switchboard.tasks import Looking, end


class Store:
    """Something to look at, one look at a time, each until it is let go on."""

    def __init__(self) -> None:
        self.looks = 0
        self.at_once = 0
        self.most_at_once = 0
        self.began = asyncio.Semaphore(0)
        self.go_on = asyncio.Semaphore(0)

    async def look(self) -> None:
        self.looks += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.began.release()
        try:
            await self.go_on.acquire()
        finally:
            self.at_once -= 1


def test_looking_when_wished_many_times_meanwhile_then_once_more_and_never_two_at_once() -> None:
    async def scene() -> Store:
        store = Store()
        looking = Looking(store.look, name="looks")
        looking.wish()
        await store.began.acquire()
        for _ in range(5):
            looking.wish()
        store.go_on.release()
        await store.began.acquire()
        await looking.stop()
        await looking.stop()
        return store

    store = asyncio.run(asyncio.wait_for(scene(), 10))
    assert (store.looks, store.most_at_once, store.at_once) == (2, 1, 0)


def test_looking_when_it_has_ended_then_a_wish_begins_anew() -> None:
    async def scene() -> Store:
        store = Store()
        looking = Looking(store.look, name="looks")
        for _ in range(2):
            looking.wish()
            await store.began.acquire()
            store.go_on.release()
        while store.at_once:
            await asyncio.sleep(0)
        await looking.stop()
        return store

    assert asyncio.run(asyncio.wait_for(scene(), 10)).looks == 2


def test_end_when_tasks_run_fail_or_are_none_then_all_are_over() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    async def scene() -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(fail()), asyncio.create_task(asyncio.sleep(3600))]
        await asyncio.sleep(0)
        await end([*tasks, None])
        return tasks

    assert all(task.done() for task in asyncio.run(asyncio.wait_for(scene(), 10)))
