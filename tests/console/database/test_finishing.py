"""What has begun is finished, however often its task is cancelled; and the one who cancels is obeyed afterwards."""

from __future__ import annotations

import asyncio

import pytest

from appliance.console.database import finishing
from appliance.console.database.finishing import finished


@pytest.mark.parametrize("times", [1, 3])
def test_work_when_cancelled_then_done_first(times: int) -> None:
    async def run() -> None:
        begun, go, done = asyncio.Event(), asyncio.Event(), []

        @finished
        async def work(value: int) -> int:
            begun.set()
            await go.wait()
            done.append(value)
            return value

        task = asyncio.create_task(work(7))
        await begun.wait()
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        assert not task.done()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert done == [7]

    asyncio.run(run())


def test_work_when_left_alone_then_its_result_or_error() -> None:
    @finished
    async def work(value: int) -> float:
        return 1 / value

    async def run() -> None:
        assert await work(2) == 0.5
        with pytest.raises(ZeroDivisionError):
            await work(0)

    asyncio.run(run())


def test_work_when_it_never_ends_then_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "PATIENCE_S", 0.05)
    told: list[str] = []

    @finished
    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            told.append("given up")

    async def run() -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(run(), 60))
    assert told == ["given up"]
