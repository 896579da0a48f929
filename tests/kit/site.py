"""A console with the made-up fortnight, serving its pages on a real port from a thread: for a real browser.

    with site(tmp_path) as one: page.goto(one.address("/fleet"))        one.run(one.change(…))

Must not stand in for `appliance.console.serving`, which has tests of its own.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from kit.console import add_branch, sqlite_with_tables
from kit.console import console as a_console
from kit.people import add_person, browser_of

from appliance.console.apps import people_app
from appliance.console.context import Console
from appliance.console.demo_data.filling import open_or_fill
from appliance.console.demo_data.playing import MadeUpBranch, play

DAYS = 3
KEPT_S = 4 * 3600.0
_START_S = 120.0
T = TypeVar("T")


class Site:
    """`people`: the cookie header of each, by log-in name."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.port = listening.getsockname()[1]
        self.people: dict[str, str] = {}
        self.branches: list[MadeUpBranch] = []
        self.console: Console
        self.loop: asyncio.AbstractEventLoop
        self.server: uvicorn.Server

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """In the console's own event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """kim: admin of all; lee: supervisor in London; choi: auditor of the five made-up branches. Leeds has a box that
    tests may speak for."""
    one = Site(socket.create_server(("127.0.0.1", 0)))
    ready, failed = threading.Event(), list[BaseException]()

    def whole() -> None:
        try:
            asyncio.run(_serve(one, sqlite_with_tables(folder / "console.db"), folder, ready))
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            ready.set()

    thread = threading.Thread(target=whole, name="site")
    thread.start()
    try:
        assert ready.wait(_START_S), "the site did not start in time"
        assert not failed, failed
        yield one
    finally:
        if hasattr(one, "server"):
            one.server.should_exit = one.server.force_exit = True
        thread.join(timeout=30)


async def _serve(one: Site, url: str, folder: Path, ready: threading.Event) -> None:
    async with a_console(url, folder) as console:
        one.console, one.loop = console, asyncio.get_running_loop()
        one.branches = await open_or_fill(console, lambda _: None, days=DAYS, kept_s=KEPT_S)
        await add_branch(console, "leeds", box="leeds-1")
        five = [f"auditor@{branch.box.branch}" for branch in one.branches]
        for person, *grants in (("kim", "admin@*"), ("lee", "supervisor@london"), ("choi", *five)):
            await add_person(console, person, *grants)
            one.people[person] = (await browser_of(console, person))["Cookie"]
        one.server = uvicorn.Server(uvicorn.Config(people_app(console), log_config=None, ws="none", lifespan="off"))
        playing = asyncio.create_task(play(console, one.branches))
        serving = asyncio.create_task(one.server.serve([one.listening]))
        while not one.server.started and not serving.done():
            await asyncio.sleep(0.02)
        ready.set()
        await serving
        playing.cancel()
