"""What has begun is finished, however often its task is cancelled; and the one who cancels is obeyed afterwards."""

from __future__ import annotations

import asyncio

import pytest

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
