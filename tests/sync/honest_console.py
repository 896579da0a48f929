"""A console over real HTTP on loopback: `ModelConsole` behind the box's paths, with faults on request.

With `open_faults` set, a request fails by the next fault of the list: `503`, `drop` (closed without an answer), `lost`
(taken, closed without an answer).
"""

from __future__ import annotations

import asyncio

import msgspec
from aiohttp import web
from kit.ports import reserve_ports
from sync.model_console import ModelConsole

from appliance.cloud import batch, chain, delivery, paths, signing
from appliance.cloud.delivery import Conflict, Receipt
from appliance.cloud.live import LiveState
from appliance.cloud.reconciling import Statement


class HonestConsole:
    """`url` while it is open. `key`: who signs the batches."""

    def __init__(self, box: str, key: signing.PublicKey) -> None:
        self.model = ModelConsole(box)
        self.live: list[LiveState] = []
        self.open_faults: list[str] = []
        self.bytes_taken = 0
        self.requests = 0
        self.news = asyncio.Event()
        self._key = key
        self._ports = reserve_ports(1)
        self._port = self._ports.take()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        app = web.Application(client_max_size=16_000_000)
        app.router.add_post(paths.EVENTS, self._events)
        app.router.add_get(paths.POSITION, self._position)
        app.router.add_post(paths.LIVE, self._live)
        app.router.add_post(paths.RECONCILIATIONS, self._reconcile)
        self._runner = web.AppRunner(app, handler_cancellation=True, auto_decompress=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def shut(self) -> None:
        """Unreachable; what it has stays."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def close(self) -> None:
        await self.shut()
        self._ports.release()

    def _fault(self, request: web.Request) -> str:
        self.requests += 1
        fault = self.open_faults.pop(0) if self.open_faults else ""
        if fault == "503":
            raise web.HTTPServiceUnavailable(text="not now")
        if fault == "drop":
            self._cut(request)
        return fault

    @staticmethod
    def _cut(request: web.Request) -> None:
        assert request.transport is not None
        request.transport.abort()
        raise web.HTTPBadGateway

    async def _events(self, request: web.Request) -> web.Response:
        fault = self._fault(request)
        body = await request.read()
        self.bytes_taken += len(body)
        after = chain.parse_position(request.headers[delivery.AFTER])
        events = batch.unpack(body)
        until = chain.follow(after, events)
        signature = signing.from_header(request.headers[delivery.SIGNATURE])
        signing.verify(self._key, delivery.signed_text(self.model.box, until), signature)
        answer = self.model.take(after, events)
        self.news.set()
        if fault == "lost":
            self._cut(request)
        return _json(answer, 409 if isinstance(answer, Conflict) else 200)

    async def _position(self, request: web.Request) -> web.Response:
        self._fault(request)
        return _json(Receipt(acknowledged=self.model.position))

    async def _live(self, request: web.Request) -> web.Response:
        self.live.append(msgspec.json.decode(await request.read(), type=LiveState))
        self.news.set()
        return web.Response(status=204)

    async def _reconcile(self, request: web.Request) -> web.Response:
        stated = msgspec.json.decode(await request.read(), type=Statement)
        return _json(self.model.judge(stated))


def _json(content: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(content), status=status, content_type="application/json")
