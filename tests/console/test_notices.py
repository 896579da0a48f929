"""Who waits for a change learns of it, in this process and in the others."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.console import console
from sqlalchemy import text

from appliance.console.notices import EVERYTHING, Topic, packed

_BOUND_S = 30.0
_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


def test_change_when_told_twice_before_a_look_then_it_is_seen_once(sqlite_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(sqlite_url, tmp_path) as one:
            with one.notices.listening(Topic.LIVE, Topic.ORDERS) as listener:
                for _ in range(2):
                    one.notices.tell(Topic.LIVE, "seoul")
                one.notices.tell(Topic.ORDERS, "box-1")
                one.notices.tell(Topic.CONTACTS, "seoul")
                assert await listener.changed() == {(Topic.LIVE, "seoul"), (Topic.ORDERS, "box-1")}
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(listener.changed(), 0.01)

    asyncio.run(run())


def test_change_when_another_process_tells_then_it_comes_and_comes_once(postgresql_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(postgresql_url, tmp_path) as here, console(postgresql_url, tmp_path) as there:
            parts = [asyncio.create_task(one.notices.run()) for one in (here, there)]
            with here.notices.listening(Topic.LIVE) as listener:
                await _until_connected(listener.changed())
                there.notices.tell(Topic.LIVE, "seoul")
                assert await asyncio.wait_for(listener.changed(), _BOUND_S) == {(Topic.LIVE, "seoul")}
            await _end(parts)

    asyncio.run(run())


def test_change_when_the_connection_was_lost_then_anything_may_have_changed_and_it_goes_on(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.console.notices._AGAIN_S", 0.05)

    async def run() -> None:
        async with console(postgresql_url, tmp_path) as here, console(postgresql_url, tmp_path) as there:
            parts = [asyncio.create_task(one.notices.run()) for one in (here, there)]
            with here.notices.listening(Topic.LIVE) as listener:
                await _until_connected(listener.changed())
                async with there.database.engine.begin() as connection:
                    await connection.execute(
                        text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
                    )
                await _until_connected(listener.changed())
                there.notices.tell(Topic.LIVE, "busan")
                assert await asyncio.wait_for(listener.changed(), _BOUND_S) == {(Topic.LIVE, "busan")}
            await _end(parts)

    asyncio.run(run())


async def _until_connected(changed: object) -> None:
    """The first look after the connection stands says that anything may have changed."""
    assert asyncio.iscoroutine(changed)
    assert await asyncio.wait_for(changed, _BOUND_S) == {(Topic.LIVE, EVERYTHING)}


async def _end(parts: list[asyncio.Task[None]]) -> None:
    for part in parts:
        part.cancel()
    await asyncio.gather(*parts, return_exceptions=True)


@given(st.lists(st.tuples(st.sampled_from([topic.value for topic in Topic]), st.text(max_size=60)), max_size=300))
def test_messages_when_packed_then_all_are_in_and_none_is_too_long(notices: list[tuple[str, str]]) -> None:
    texts = packed("1-abcd", notices, most=800)
    assert all(len(text.encode()) <= 800 for text in texts)
    decoded = [msgspec.json.decode(text, type=tuple[str, list[tuple[str, str]]]) for text in texts]
    assert [notice for _, found in decoded for notice in found] == notices
    assert {sender for sender, _ in decoded} == {"1-abcd"}
