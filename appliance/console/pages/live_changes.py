"""Tells an open page that something has changed (server-sent events); the page then asks for its part anew.

Nothing of the change itself is sent, so nothing can be seen here that the page wouldn't show. A stream ends after some
minutes and the browser comes again: so it never outlives its session by long.

Source: WHATWG HTML §9.2 (server-sent events)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import anyio
from fastapi import APIRouter, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from appliance.console.context import Console, PresentConsole
from appliance.console.notices import EVERYTHING, Listener, Topic
from appliance.console.pages.asked import Chosen
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Branches, Right

router = APIRouter(include_in_schema=False)
TOPICS = (Topic.LIVE, Topic.CONTACTS, Topic.OUTAGES, Topic.RECORDINGS, Topic.HAPPENINGS, Topic.INVENTORY)
LASTS_S = 600.0
EVERY_S = 20.0  # a look without a change: what is shown grows old by itself
GATHER_S = 0.5
CLOSES_S = 2.0


@router.get("/live/changes")
async def changes(
    request: Request,
    present: CanRead,
    console: PresentConsole,
    branch: Chosen = "",
) -> EventSourceResponse:
    if branch:
        present.must(Right.READ, branch)
    wanted = Branches(some=frozenset({branch})) if branch else present.branches(Right.READ)
    closing = anyio.Event()
    return EventSourceResponse(
        _stream(console, wanted, closing),
        ping=15,
        headers={"X-Accel-Buffering": "no"},
        shutdown_event=closing,
        shutdown_grace_period=CLOSES_S,
    )


async def _stream(console: Console, wanted: Branches, closing: anyio.Event) -> AsyncIterator[ServerSentEvent]:
    """closing: set when the server is about to stop."""
    with console.notices.listening(*TOPICS) as listener:
        loop = asyncio.get_running_loop()
        ends = loop.time() + LASTS_S
        while loop.time() < ends:
            await _something(listener, wanted, closing)
            if closing.is_set():
                return
            yield ServerSentEvent(event="changed", data="1")
            await asyncio.sleep(GATHER_S)


async def _something(listener: Listener, wanted: Branches, closing: anyio.Event) -> None:
    """Ends when one of the branches has changed, it is time to look anyway, or the stream has to end."""
    waits = {asyncio.ensure_future(_change(listener, wanted)), asyncio.ensure_future(closing.wait())}
    try:
        await asyncio.wait(waits, timeout=EVERY_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()


async def _change(listener: Listener, wanted: Branches) -> None:
    while True:
        found = await listener.changed()
        if any(branch == EVERYTHING or branch in wanted for _, branch in found):
            return
