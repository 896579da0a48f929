"""An ASGI application on a loopback port, served by a thread of the test's process, with a console of its own loop.

    with asgi_port(url, tmp_path, people_app) as base_url: httpx.get(base_url + "/…")

Requests come from no address, so that nobody is slowed down. Must not be used where TLS matters: see `kit.enrolled`.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from kit.console import console
from starlette.types import ASGIApp, Receive, Scope, Send

from appliance.console.context import Console

_WITHIN_S = 30.0


@contextmanager
def asgi_port(
    database_url: str,
    data_dir: Path,
    make: Callable[[Console], FastAPI],
    prepare: Callable[[Console], Awaitable[None]],
) -> Iterator[str]:
    """Yields the address, `http://127.0.0.1:port`. prepare: runs first, in the same loop."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        ready, servers = threading.Event(), list[uvicorn.Server]()

        async def serve() -> None:
            async with console(database_url, data_dir) as one:
                await prepare(one)
                config = uvicorn.Config(_from_nowhere(make(one)), log_level="critical", lifespan="off", ws="none")
                server = uvicorn.Server(config)
                servers.append(server)
                ready.set()
                await server.serve(sockets=[listening])

        thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
        thread.start()
        assert ready.wait(_WITHIN_S), "the server did not start"
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            servers[0].should_exit = True
            thread.join(_WITHIN_S)
            assert not thread.is_alive(), "the server did not stop"


def _from_nowhere(app: ASGIApp) -> ASGIApp:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": None} if scope["type"] == "http" else scope, receive, send)

    return wrapped
