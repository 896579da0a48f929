"""Puts the pages into the application for people: the files they need, and every area's routes."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

from appliance.console.pages import (
    account,
    audit,
    board,
    boxes,
    contacts,
    erasing,
    fleet,
    flows,
    live_changes,
    metrics,
    outages,
    people,
    preferences,
    prompts,
    retention,
    sign_in,
    staff,
    tokens,
    wanted,
    webhooks,
)
from appliance.console.pages.frame import STATIC

ROUTERS = (
    preferences.router,
    live_changes.router,
    fleet.router,
    board.router,
    contacts.router,
    metrics.router,
    outages.router,
    erasing.router,
    retention.router,
    staff.router,
    sign_in.router,
    account.router,
    people.router,
    tokens.router,
    webhooks.router,
    boxes.router,
    wanted.router,
    flows.router,
    prompts.router,
    audit.router,
)


def install(app: FastAPI, console: object) -> None:
    """See `console.apps`."""
    app.mount("/static", KeptFiles(directory=STATIC), name="static")
    for router in ROUTERS:
        app.include_router(router)


class KeptFiles(StaticFiles):
    """Files whose address changes with their content (`frame.asset`): a browser may keep them for ever."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if answer.status_code == 200 and scope.get("query_string"):
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer
