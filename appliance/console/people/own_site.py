"""Turns away what another site makes a signed-in browser send, whatever the route: the net below `forms.check`."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from appliance.console.people.errors import ForgedError
from appliance.console.people.forms import HARMLESS, check_origin
from appliance.console.people.refusals import problem


class OwnSite:
    """For requests that change something and have a cookie; the log-in's too, which nobody may be made to send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in HARMLESS:
            headers = Headers(scope=scope)
            try:
                check_origin(headers)
            except ForgedError as error:
                if "authorization" not in headers:
                    await problem(error.status, error.kind, str(error))(scope, receive, send)
                    return
        await self._app(scope, receive, send)
