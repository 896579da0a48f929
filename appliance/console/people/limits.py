"""How much one caller may ask of this process: requests a second, bytes a request.

Counted in the process: with N processes behind a balancer a caller gets up to N times as much. Log-ins are counted in
the database (`attempts`), for those every single one matters.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appliance.console.people.errors import TooManyError
from appliance.console.people.refusals import problem
from appliance.console.people.throttle import Allowance, Bucket

ADDRESS: Final = Allowance(burst=400, per_s=50)  # an office of many people behind one address
TOKEN: Final = Allowance(burst=120, per_s=20)
MOST_BYTES: Final = 32_000_000
_MOST_CALLERS: Final = 20_000


class Buckets:
    """A bucket for each caller, the least recently seen forgotten first."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._buckets: dict[str, Bucket] = {}

    def take(self, caller: str, now_s: float) -> None:
        """Raises TooManyError."""
        bucket = self._buckets.pop(caller, None) or self._allowance.full(now_s)
        self._buckets[caller], wait_s = self._allowance.taken(bucket, now_s)
        if len(self._buckets) > _MOST_CALLERS:
            del self._buckets[next(iter(self._buckets))]
        if wait_s > 0:
            raise TooManyError("too many requests; wait a little", after_s=wait_s)


class Limits:
    """Turns away who asks too often (429) or sends too much (413). now_s: a clock that only goes forward."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        now_s: Callable[[], float],
        address: Allowance = ADDRESS,
        token: Allowance = TOKEN,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._app, self._now_s, self._most_bytes = app, now_s, most_bytes
        self._addresses, self._tokens = Buckets(address), Buckets(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = CountedBody(receive, self._most_bytes)
        try:
            await self._app(scope, body, send)
        except ClientDisconnect:
            if not body.was_too_large:
                raise
            await self._too_large()(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        try:
            self._take(scope, headers)
        except TooManyError as error:
            answer = problem(error.status, error.kind, str(error))
            answer.headers["Retry-After"] = str(math.ceil(error.after_s))
            return answer
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > self._most_bytes:
            return self._too_large()
        return None

    def _take(self, scope: Scope, headers: Headers) -> None:
        now_s = self._now_s()
        client = scope.get("client")
        if client:
            self._addresses.take(client[0], now_s)
        if bearer := headers.get("authorization"):
            self._tokens.take(hashlib.sha256(bearer.encode()).hexdigest(), now_s)

    def _too_large(self) -> Response:
        return problem(413, "too_large", f"at most {self._most_bytes} bytes are taken at once")


class CountedBody:
    """A body whose length nobody said beforehand ends where too much came: its rest is not read."""

    def __init__(self, receive: Receive, most_bytes: int) -> None:
        self._receive, self._left = receive, most_bytes

    @property
    def was_too_large(self) -> bool:
        return self._left < 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.was_too_large else message
