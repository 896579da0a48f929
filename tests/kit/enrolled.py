"""A console's box port as boxes meet it: uvicorn with mutual TLS on loopback, and boxes that enrol there.

with box_port(url, tmp_path) as port:      identity = port.enrol("seoul", tmp_path / "box")
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
import uvicorn
from fastapi import FastAPI, WebSocket
from kit.console import add_branch, console

from appliance.console.apps import box_app
from appliance.console.audit.entries import Deed, Entry
from appliance.console.audit.log import Wanted, entries
from appliance.console.authority import codes
from appliance.console.authority.auditing import handshake_auditor
from appliance.console.authority.connections import HttpWithCertificate
from appliance.console.authority.keys import ConsoleKeys, console_keys
from appliance.console.authority.presence import PresentBox
from appliance.console.context import Console
from appliance.console.database.tables import Branch
from appliance.console.notices import Notices, Topic
from appliance.console.people.roles import Branches
from appliance.console.serving.box_tls import BoxTls
from appliance.sync.identity import enrolling
from appliance.sync.identity.identity import Identity
from appliance.sync.identity.machine import machine_id

STARTED_WITHIN_S = 20.0
HERE = machine_id()  # as a sync service in the test says it
Result = TypeVar("Result")


@dataclass(slots=True)
class BoxPort:
    """url: https://127.0.0.1:port; `now_s` of the console may be moved."""

    url: str
    keys: ConsoleKeys
    database_url: str
    data_dir: Path
    shift_s: float = 0.0
    websockets: bool = True
    loop: asyncio.AbstractEventLoop = field(init=False)
    notices: Notices = field(init=False)

    def now_s(self) -> float:
        return time.time() + self.shift_s

    def with_console(self, work: Callable[[Console], Any]) -> Any:
        """Run `work` (a coroutine function) on a console of its own on the same database."""

        async def run() -> Any:
            async with console(self.database_url, self.data_dir, now_s=self.now_s) as one:
                return await work(one)

        return asyncio.run(run())

    def audited(self, deed: Deed) -> list[Entry]:
        """The entries of that deed, the newest first."""

        async def read(one: Console) -> list[Entry]:
            async with one.database.reading() as session:
                return await entries(session, Wanted(branches=Branches(every=True), deed=deed.value))

        found: list[Entry] = self.with_console(read)
        return found

    def told(self, topic: Topic, key: str) -> None:
        """As if a process of the console had changed something: the serving one hears of it."""
        self.loop.call_soon_threadsafe(self.notices.tell, topic, key)

    def code(self, branch: str) -> str:
        """A one-time code for `branch`, which is made where there is none."""

        async def work(one: Console) -> str:
            async with one.database.reading() as session:
                there = await session.get(Branch, branch)
            if there is None:
                await add_branch(one, branch)
            async with one.database.writing() as session:
                return await codes.make_code(session, branch=branch, made_by="person:test", now_s=self.now_s())

        made: str = self.with_console(work)
        return made

    def enrol(self, branch: str, data: Path, *, machine: str = HERE, box: str = "") -> Identity:
        """A new box of `branch` whose identity lies under `data`."""
        code = self.code(branch)

        async def run() -> Identity:
            authority = await enrolling.ask_authority(self.url)
            joining = enrolling.Joining(code=code, name=f"{branch} box", machine=machine, version="1.0", box=box)
            return await enrolling.enrol(data, url=self.url, authority=authority, joining=joining)

        return asyncio.run(run())


@contextmanager
def box_port(database_url: str, data_dir: Path, *, websockets: bool = True) -> Iterator[BoxPort]:
    """The box application behind real TLS, served by a thread of this process. websockets: whether any gets through."""
    keys = console_keys(data_dir / "authority")
    port = BoxPort(url="", keys=keys, database_url=database_url, data_dir=data_dir, websockets=websockets)
    thread = threading.Thread(target=asyncio.run, args=(_serve(port, ready := _Ready()),), daemon=True)
    thread.start()
    assert ready.event.wait(STARTED_WITHIN_S), "the box port did not start"
    try:
        yield port
    finally:
        ready.server.should_exit = True
        thread.join(STARTED_WITHIN_S)
        assert not thread.is_alive(), "the box port did not stop"


@asynccontextmanager
async def web_session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client whose connections are over when this is left: the goodbyes of TLS go on after `close`."""
    made: list[socket.socket] = []

    def connection(info: tuple[Any, ...]) -> socket.socket:
        made.append(socket.socket(*info[:3]))
        return made[-1]

    try:
        connector = aiohttp.TCPConnector(socket_factory=connection)
        async with aiohttp.ClientSession(connector=connector) as session:
            yield session
    finally:
        async with asyncio.timeout(10):
            while any(one.fileno() != -1 for one in made):
                await asyncio.sleep(0.01)


PROBE = "/box/v1/probe"


def _add_probes(app: FastAPI) -> None:
    """Routes that do nothing but say who is there; PROBE as a WebSocket too."""

    @app.get(PROBE)
    async def probe(box: PresentBox) -> dict[str, str]:
        return {"box": box.box, "branch": box.branch}

    @app.websocket(PROBE)
    async def socket(websocket: WebSocket, box: PresentBox) -> None:
        await websocket.accept()
        await websocket.send_text(box.box)
        await websocket.close()


class _Ready:
    def __init__(self) -> None:
        self.event = threading.Event()
        self.server: uvicorn.Server


async def _serve(port: BoxPort, ready: _Ready) -> None:
    async with console(port.database_url, port.data_dir, now_s=port.now_s) as one:
        here = replace(
            one, settings=msgspec.structs.replace(one.settings, box_url="")
        )  # boxes stay where they enrolled
        port.loop, port.notices = asyncio.get_running_loop(), here.notices
        app, tls = box_app(here), BoxTls(here.settings, refused=handshake_auditor(here))
        _add_probes(app)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, http=HttpWithCertificate, log_level="warning",
            ws="websockets-sansio" if port.websockets else "none",
            lifespan="off", ssl_context_factory=tls.factory,
        )  # fmt: skip
        ready.server = server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port.url = f"https://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        ready.event.set()
        await serving
