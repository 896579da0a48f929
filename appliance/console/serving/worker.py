"""One process of the console: both applications on their ports until it is told to stop.

`python -m appliance.console.serving.worker` gets its orders as the first line of standard input, and stops when that is
closed: its parent is gone.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
import uvloop
from fastapi import FastAPI

from appliance import logs
from appliance.console.apps import box_app, people_app
from appliance.console.authority.auditing import handshake_auditor
from appliance.console.authority.connections import HttpWithCertificate
from appliance.console.context import Console
from appliance.console.database.upgrading import up_to_date
from appliance.console.notices import Notices
from appliance.console.serving.box_tls import BoxTls
from appliance.console.serving.orders import Orders, decode
from appliance.console.serving.repeats import lifted, limited
from appliance.errors import ConsoleError

IDENTIFIER = "linekeeper-console"
_GRACE_S = 10
_BOX_IDLE_S = 90  # boxes keep a connection for 75 s; a TLS handshake for each request would cost more than the request
_WEBSOCKETS = "websockets-sansio"
_TALKATIVE = ("uvicorn.error", "alembic.runtime.migration", "alembic.runtime.plugins")
_STOPPING = (signal.SIGTERM, signal.SIGINT)


class _Server(uvicorn.Server):
    """Two of them share a process, so neither takes its signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(orders: Orders, *, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Until `stop` is set. Raises ConsoleError where it can't begin."""
    settings = orders.settings
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with up_to_date(settings.database) as database:
        console = Console(settings=settings, database=database, notices=Notices(database), now_s=time.time)
        await _serve_both(console, orders, stop, ready)


async def _serve_both(console: Console, orders: Orders, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    tls = BoxTls(console.settings, refused=handshake_auditor(console))
    people, boxes = _Server(_for_people(people_app(console), orders)), _Server(_for_boxes(box_app(console), tls))
    repeats = limited()
    beside = [asyncio.create_task(tls.renew_always()), asyncio.create_task(repeats.tell_always())]
    running = [
        asyncio.create_task(people.serve([socket.socket(fileno=os.dup(orders.people))])),
        asyncio.create_task(boxes.serve([socket.socket(fileno=os.dup(orders.boxes))])),
    ]
    await _until_started(people, boxes, running)
    ready()
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, *running], return_when=asyncio.FIRST_COMPLETED)
    for server in (people, boxes):
        server.handle_exit(signal.SIGTERM, None)  # what open event streams listen to, too
    await asyncio.gather(*running)
    for task in (stopped, *beside):
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    lifted(repeats)


async def _until_started(people: uvicorn.Server, boxes: uvicorn.Server, running: list[asyncio.Task[None]]) -> None:
    while not (people.started and boxes.started):
        done, _ = await asyncio.wait(running, timeout=0.02, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


def _for_people(app: FastAPI, orders: Orders) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_S,
        forwarded_allow_ips=orders.proxies,
        ssl_certfile=orders.certificate or None,
        ws=_WEBSOCKETS,
    )


def _for_boxes(app: FastAPI, tls: BoxTls) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_S,
        proxy_headers=False,
        timeout_keep_alive=_BOX_IDLE_S,
        http=HttpWithCertificate,
        ws=_WEBSOCKETS,
        ssl_context_factory=tls.factory,
    )


def run(orders: Orders, *, ready: Callable[[], None], until_closed: bool = False) -> None:
    """In this process until SIGTERM or SIGINT (`until_closed`: or until standard input ends). Raises ConsoleError."""

    async def whole() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in _STOPPING:
            loop.add_signal_handler(number, stop.set)
        if until_closed:
            loop.add_reader(sys.stdin.fileno(), stop.set)  # nothing follows the orders, so only its end is readable
        await serve(orders, stop=stop, ready=ready)

    os.umask(0o077)
    logs.set_up(IDENTIFIER, level=orders.log_level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(whole())


def main() -> None:
    orders = decode(_first_line())

    def ready() -> None:
        os.write(orders.ready, b".")
        os.close(orders.ready)

    try:
        run(orders, ready=ready, until_closed=True)
    except ConsoleError as error:
        sys.exit(f"linekeeper console: {error}")


def _first_line() -> bytes:
    """Byte by byte: a buffer would swallow the end that is waited for."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(sys.stdin.fileno(), 1)
        if not byte:
            sys.exit(1)
        line += byte
    return line


if __name__ == "__main__":
    main()
