"""A receiver of webhooks on loopback, as its owner would write one: checks the signature, keeps what is genuine.

async with receiver() as hook:    hook.url    hook.taken    hook.answers.append(500)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

from appliance.console.webhooks import signing


class Receiver:
    """taken: genuine events in the order in which they were taken; tries: ids of all requests; answers: what the next
    ones get instead of 204; secret: "" until it is known, then others' signatures are refused with 401;
    hold: while it is cleared, nobody is answered."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self.url = ""
        self.secret = ""
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.tries: list[str] = []
        self.taken: list[dict[str, Any]] = []
        self.most_at_once = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self._at_once = 0

    async def handle(self, request: web.Request) -> web.Response:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._answer(request)
        finally:
            self._at_once -= 1

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.tries.append(request.headers[signing.ID])
        await asyncio.sleep(0)  # lets others in, as a receiver that does something would
        await self.hold.wait()
        if not signing.genuine(body, request.headers, secret=self.secret, wall_s=self._now_s()):
            return web.Response(status=401)
        if self.answers:
            return web.Response(status=self.answers.pop(0), headers=self.headers)
        assert request.content_type == "application/cloudevents+json"
        self.taken.append(msgspec.json.decode(body))
        return web.Response(status=204)


@asynccontextmanager
async def receiver(now_s: Callable[[], float]) -> AsyncIterator[Receiver]:
    """Listening on a free port of 127.0.0.1."""
    one = Receiver(now_s)
    app = web.Application()
    app.router.add_post("/hook", one.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        one.url = f"http://127.0.0.1:{port}/hook"
        yield one
    finally:
        await runner.cleanup()
