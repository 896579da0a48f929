"""No request ends inside the console's own network, by whatever name, redirect or change of mind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from kit.hooked import Receiver, receiver
from typing_extensions import override

from appliance.console.webhooks.addresses import networks_of
from appliance.console.webhooks.outside import OnlyOutside, Outside

LOOPBACK = networks_of(["127.0.0.0/8"])


class Names(AbstractResolver):
    """Every name leads to the addresses given, each time to the next list."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
            for one in addresses
        ]

    @override
    async def close(self) -> None: ...


def with_receiver(scene: Callable[[Receiver], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with receiver(lambda: 0.0) as hook:
            await scene(hook)

    asyncio.run(inside())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f000001", "127.1"])
def test_request_when_to_this_machine_by_any_spelling_then_none_arrives(host: str) -> None:
    async def scene(hook: Receiver) -> None:
        address = hook.url.replace("http://127.0.0.1", f"https://{host}")
        async with Outside() as outside:
            answer = await outside.post(address, b"{}", {})
        assert answer.status == 0 and answer.trouble
        assert hook.tries == []

    with_receiver(scene)


def test_request_when_the_name_leads_inside_then_none_arrives() -> None:
    async def scene(hook: Receiver) -> None:
        address = hook.url.replace("http://127.0.0.1", "https://innocent.example")
        async with Outside(resolver=Names(["127.0.0.1"])) as outside:
            answer = await outside.post(address, b"{}", {})
        assert answer.trouble.count("own network") == 1
        assert hook.tries == []

    with_receiver(scene)


def test_name_when_it_changes_its_mind_then_only_what_was_looked_at_is_used() -> None:
    async def inside() -> None:
        resolver = OnlyOutside((), Names(["93.184.216.34", "127.0.0.1"], ["10.0.0.1"]))
        assert [one["host"] for one in await resolver.resolve("a.example", 443)] == ["93.184.216.34"]
        with pytest.raises(OSError, match="own network"):
            await resolver.resolve("a.example", 443)

    asyncio.run(inside())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_answer_when_it_points_elsewhere_then_not_followed(status: int) -> None:
    async def inside() -> None:
        followed: list[str] = []

        async def point(request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": "/inside"})

        async def inner(request: web.Request) -> web.Response:
            followed.append(request.path)
            return web.Response()

        app = web.Application()
        app.router.add_post("/hook", point)
        app.router.add_route("*", "/inside", inner)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            async with Outside(allowed=LOOPBACK) as outside:
                url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
                answer = await outside.post(url, b"{}", {})
            assert (answer.status, answer.trouble if status >= 400 else "", followed) == (status, "", [])
        finally:
            await runner.cleanup()

    asyncio.run(inside())


def test_receiver_when_nobody_listens_then_said() -> None:
    async def inside() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            async with Outside(allowed=LOOPBACK) as outside:
                answer = await outside.post(f"http://127.0.0.1:{port}/", b"{}", {})
        assert (answer.status, "onnect" in answer.trouble) == (0, True)

    asyncio.run(inside())
