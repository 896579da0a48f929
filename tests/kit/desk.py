"""A console's pages and the browsers of people who are signed in: what they get, what they send.

async with at_desk(Desk, url, folder, {"seoul": "s1"}, {"root": "admin@*"}) as desk:
    page = await desk.post("/people", person="kim")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx
from kit.console import add_branch, client_of, console
from kit.people import add_person, browser_of

from appliance.console.apps import people_app
from appliance.console.context import Console


class Desk:
    """browsers: headers of each person's browser, by name."""

    def __init__(self, one: Console, client: httpx.AsyncClient) -> None:
        self.console, self.client = one, client
        self.browsers: dict[str, dict[str, str]] = {}

    async def get(self, path: str, who: str = "root", language: str = "en") -> httpx.Response:
        headers = {**self.browsers[who], "Accept": "text/html", "Accept-Language": language}
        return await self.client.get(path, headers=headers)

    async def post(
        self,
        path: str,
        who: str = "root",
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        **fields: str | list[str],
    ) -> httpx.Response:
        """As a form of the pages is sent."""
        headers = {**self.browsers[who], "Accept": "text/html"}
        data = {**fields, "csrf": headers["X-CSRF"]}
        return await self.client.post(path, headers=headers, data=data, files=files)


SomeDesk = TypeVar("SomeDesk", bound=Desk)


@asynccontextmanager
async def at_desk(
    kind: Callable[[Console, httpx.AsyncClient], SomeDesk],
    url: str,
    folder: Path,
    branches: Mapping[str, str],
    people: Mapping[str, str],
) -> AsyncIterator[SomeDesk]:
    """branches: each with its box, "" for none; people: each with one grant, `role@branch`."""
    async with console(url, folder) as one, client_of(people_app(one)) as client:
        for branch, box in branches.items():
            await add_branch(one, branch, box=box)
        desk = kind(one, client)
        for person, grant in people.items():
            await add_person(one, person, grant)
            desk.browsers[person] = await browser_of(one, person)
        yield desk


def played(
    made: Callable[[], AbstractAsyncContextManager[SomeDesk]], scene: Callable[[SomeDesk], Awaitable[None]]
) -> None:
    """The scene at a desk of its own."""

    async def inside() -> None:
        async with made() as desk:
            await scene(desk)

    asyncio.run(inside())
