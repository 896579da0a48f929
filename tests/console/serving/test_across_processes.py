"""A box talks to one process of the console, people look at another: the live board is the same for all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import msgspec
from bench.console_boxes import Credentials, enrol
from bench.console_load import Connection, Job, state
from kit.console import console
from kit.console_process import BOUND_S, started
from kit.people import add_person, browser_of

from appliance.cloud import paths
from appliance.console.authority.keys import authority_folder, console_keys

_STREAMS = 8


async def prepared(url: str, folder: Path) -> tuple[Credentials, str]:
    """A box, and the cookie of somebody who may see its branch."""
    async with console(url, folder) as one:
        (box,) = await enrol(one, 1, folder)
        await add_person(one, "kim", f"supervisor@{box.branch}")
        return box, (await browser_of(one, "kim"))["Cookie"]


def test_live_board_when_a_box_tells_one_process_then_streams_of_all_hear_of_it(
    postgresql_url: str, tmp_path: Path
) -> None:
    box, cookie = asyncio.run(prepared(postgresql_url, tmp_path))
    authority = tmp_path / "authority.crt"
    authority.write_text(console_keys(authority_folder(tmp_path)).certificate_pem)
    environment = {"LINEKEEPER_CONSOLE_DATABASE": postgresql_url}
    with started(tmp_path, "--processes", "3", **environment) as (_, said):
        host, _, port = said["boxes"].removeprefix("https://").rpartition(":")
        job = Job(
            boxes=(box,), host=host, port=int(port), authority=str(authority), live_s=0, live_every_s=1,
            contact_every_s=1, count=0, size=1, now_s=0,
        )  # fmt: skip
        asyncio.run(told_and_heard(said["people"], cookie, box.branch, Connection(job, box)))


async def told_and_heard(people: str, cookie: str, branch: str, box: Connection) -> None:
    opened = asyncio.Semaphore(0)

    async def until_changed(session: aiohttp.ClientSession) -> int:
        """The number of the live state that is there when the stream says so."""
        async with session.get(f"{people}/live/changes") as stream:
            assert stream.status == 200
            opened.release()
            async for line in stream.content:
                if line.startswith(b"event: changed"):
                    async with session.get(f"{people}/api/v1/live") as answer:
                        shown = await answer.json()
                    if shown and shown[0]["state"]["number"] == 7:
                        return int(shown[0]["state"]["number"])
        raise AssertionError("the stream ended")

    async with aiohttp.ClientSession(headers={"Cookie": cookie}) as session:
        streams = [asyncio.create_task(until_changed(session)) for _ in range(_STREAMS)]
        for _ in streams:
            await asyncio.wait_for(opened.acquire(), BOUND_S)
        assert await box.post(paths.LIVE, msgspec.json.encode(state(7))) == 204
        assert await asyncio.wait_for(asyncio.gather(*streams), BOUND_S) == [7] * _STREAMS
    await box.close()
