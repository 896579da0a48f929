"""A few batches at once, the others in line, and nobody for ever."""

from __future__ import annotations

import asyncio

import pytest

from appliance.console.errors import UnavailableError
from appliance.console.ingest.turns import Turns


def test_turns_when_many_want_one_then_never_more_than_allowed_and_in_order() -> None:
    async def run() -> None:
        turns, inside, most, order = Turns(3), 0, 0, []

        async def one(number: int) -> None:
            nonlocal inside, most
            async with turns.turn():
                order.append(number)
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one(number) for number in range(20)))
        assert (most, order) == (3, list(range(20)))

    asyncio.run(run())


def test_turns_when_it_takes_too_long_then_refused_and_the_place_is_free_again() -> None:
    async def run() -> None:
        turns = Turns(1, patience_s=0.01)
        async with turns.turn():
            with pytest.raises(UnavailableError, match="come again"):
                async with turns.turn():
                    pass
        with pytest.raises(RuntimeError):
            async with turns.turn():
                raise RuntimeError
        async with turns.turn():
            pass

    asyncio.run(run())
