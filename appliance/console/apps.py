"""Puts the console's two applications together: one for boxes, one for people.

A room joins in by a line below: a module with `install(app, console)`, which adds its routes, middleware or files.
Work that goes on beside requests is a module with `run(console)`, a coroutine that ends only when it is cancelled.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from appliance.console.context import Console
from appliance.console.database import unstorable
from appliance.console.errors import UnavailableError

log = logging.getLogger(__name__)
_AGAIN_S = 5.0
_RETRY_S = (2, 8)

# One line each, in the order in which they are installed.
FOR_BOXES: tuple[str, ...] = (
    "appliance.console.authority.box_routes",
    "appliance.console.ingest.box_routes",
    "appliance.console.live.box_routes",
    "appliance.console.reconciling.box_routes",
    "appliance.console.orders.box_routes",
    "appliance.console.uploads.box_routes",
)
FOR_PEOPLE: tuple[str, ...] = (
    "appliance.console.people.people_routes",
    "appliance.console.audit.people_routes",
    "appliance.console.reading.people_routes",
    "appliance.console.authority.people_routes",
    "appliance.console.orders.people_routes",
    "appliance.console.recordings.people_routes",
    "appliance.console.erasing.people_routes",
    "appliance.console.vcon.people_routes",
    "appliance.console.pages.people_routes",
)
BESIDE: tuple[str, ...] = (
    "appliance.console.demo_data.background",
    "appliance.console.live.background",
    "appliance.console.webhooks.background",
    "appliance.console.uploads.background",
    "appliance.console.erasing.background",
    "appliance.console.retention.background",
)


def box_app(console: Console) -> FastAPI:
    """What boxes talk to, behind client certificates (all but the enrolment)."""
    app = FastAPI(title="Linekeeper console for boxes", docs_url=None, redoc_url=None, openapi_url=None)
    return _furnished(app, console, FOR_BOXES)


def people_app(console: Console) -> FastAPI:
    """Pages and `/api/v1`; its OpenAPI document lies at /api/v1/openapi.json."""
    app = FastAPI(
        title="Linekeeper console",
        version="1",
        description="Branches, contacts, recordings and metrics of an organisation's boxes.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=_lifespan(console),
    )
    return _furnished(app, console, FOR_PEOPLE)


def _furnished(app: FastAPI, console: Console, modules: Sequence[str]) -> FastAPI:
    app.state.console = console
    app.add_exception_handler(UnavailableError, _unavailable)
    unstorable.install(app)
    for name in modules:
        importlib.import_module(name).install(app, console)
    return app


async def _unavailable(request: Request, error: Exception) -> Response:
    """Boxes come again by themselves, people are told to. A WebSocket gets the same before it is accepted."""
    log.warning("%s: %s", request.url.path, error)
    told = PlainTextResponse("The console can't reach its database. Try again in a moment.", status_code=503)
    told.headers["Retry-After"] = str(random.randint(*_RETRY_S))
    return told


def _lifespan(console: Console) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with beside(console):
            yield

    return lifespan


@asynccontextmanager
async def beside(console: Console) -> AsyncIterator[None]:
    """The work beside requests, while this is entered."""
    parts = [asyncio.create_task(_always(name, console)) for name in BESIDE]
    try:
        yield
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def _always(name: str, console: Console) -> None:
    """A part that fails is begun again: whatever its fault is, requests are still answered, and the log has it."""
    while True:
        try:
            await importlib.import_module(name).run(console)
        except Exception:
            log.exception("%s failed; it begins again in %s s", name, _AGAIN_S)
        await asyncio.sleep(_AGAIN_S)
