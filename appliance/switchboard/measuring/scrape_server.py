"""Answers `GET /metrics` on a loopback port or a Unix socket: the least of HTTP/1.1 (RFC 9112) that scraping needs.

Whatever comes in costs one short answer: requests are limited in length, time and number, and a name in `Host` that is
not this machine's own is refused, so that no web page can read the box's numbers through somebody's browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from appliance.errors import ApplianceError, RequestError

logger = logging.getLogger(__name__)

LONGEST_HEAD = 8192
PATIENCE_S = 5.0
MOST_CALLERS = 8
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]", ""})
Answer = Callable[[str], Awaitable[tuple[bytes, str]]]
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
            408: "Request Timeout", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
            503: "Service Unavailable"}  # fmt: skip


class ScrapeServer:
    """`listen`: host:port or unix:/path; `answer` makes the document for an `Accept` header."""

    def __init__(self, listen: str, answer: Answer) -> None:
        self._listen = listen
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._callers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Raises RequestError (`conflict`) where the place is taken or can't be used."""
        try:
            self._server = await self._bind()
        except OSError as error:
            fault = f"metrics.listen {self._listen} can't be used: {error.strerror or error}"
            raise RequestError(f"{fault}; choose another port, or leave it out", kind="conflict") from error
        logger.info("metrics for Prometheus at %s", self._listen)

    async def stop(self) -> None:
        """Safe to call twice."""
        if self._server is None:
            return
        self._server.close()
        for caller in tuple(self._callers):
            caller.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)
        if self._listen.startswith("unix:"):
            Path(self._listen.removeprefix("unix:")).unlink(missing_ok=True)
        self._server = None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _bind(self) -> asyncio.Server:
        if self._listen.startswith("unix:"):
            path = Path(self._listen.removeprefix("unix:"))
            if path.is_socket():
                path.unlink()
            return await asyncio.start_unix_server(self._accept, path=str(path), limit=LONGEST_HEAD)
        host, _, port = self._listen.rpartition(":")
        return await asyncio.start_server(self._accept, host.strip("[]"), int(port), limit=LONGEST_HEAD)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = asyncio.create_task(self._serve(reader, writer))
        self._callers.add(caller)
        caller.add_done_callback(self._callers.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            try:
                async with asyncio.timeout(PATIENCE_S):
                    writer.write(await self._reply(reader))
                    await writer.drain()
            finally:
                writer.close()

    async def _reply(self, reader: asyncio.StreamReader) -> bytes:
        if len(self._callers) > MOST_CALLERS:
            return _response(503, b"too many at a time\n")
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return _response(400, b"not a request\n")
        except asyncio.LimitOverrunError:
            return _response(431, b"too long\n")
        return await self._to(head)

    async def _to(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return _response(400, b"not a request\n")
        if not _own(fields.get("host", "")):
            return _response(403, b"ask by this machine's own name\n")
        if words[1].split("?", 1)[0] != "/metrics":
            return _response(404, b"there is /metrics\n")
        if words[0] not in ("GET", "HEAD"):
            return _response(405, b"GET only\n")
        return await self._document(fields.get("accept", ""), body=words[0] == "GET")

    async def _document(self, accept: str, *, body: bool) -> bytes:
        try:
            document, kind = await self._answer(accept)
        except ApplianceError as error:
            logger.warning("metrics can't be told now: %s", error)
            return _response(500, b"not now; the switchboard's log has the reason\n")
        return _response(200, document, kind, body=body)


def _own(host: str) -> bool:
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name.lower() in OWN_NAMES


def _response(status: int, document: bytes, kind: str = "text/plain; charset=utf-8", *, body: bool = True) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(document)}\r\n"
        "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("latin-1") + (document if body else b"")
