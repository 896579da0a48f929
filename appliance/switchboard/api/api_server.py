"""Serves the local API's socket: lines in, lines out; the operations themselves are in `api`.

A faulty request costs one answer, never the daemon. Requests of one connection are answered in order.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from appliance.errors import ApplianceError
from appliance.switchboard import sockets, wire

logger = logging.getLogger(__name__)

Perform = Callable[[str, dict[str, Any]], Awaitable[Any]]


class ApiServer:
    """Listens on `path` from `start` to `stop` and has `perform(op, args)` do the work."""

    def __init__(self, path: Path, perform: Perform) -> None:
        self._path = path
        self._perform = perform
        self._server: asyncio.Server | None = None
        self._listening: socket.socket | None = None
        self._callers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Raises RequestError when another switchboard serves the path."""
        self._listening = sockets.listen(self._path)
        self._server = await asyncio.start_unix_server(self._accept, sock=self._listening, limit=wire.LONGEST_LINE)

    async def stop(self) -> None:
        if self._server is None or self._listening is None:
            return
        await sockets.refuse_more(self._listening)
        self._server.close()
        for caller in tuple(self._callers):
            caller.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)
        sockets.remove(self._path)
        self._server = None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = asyncio.create_task(self._serve(reader, writer))
        self._callers.add(caller)
        caller.add_done_callback(self._callers.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(wire.encode(await self._answer(line)))
                await writer.drain()
        except (ConnectionError, ValueError) as error:  # ValueError: a line beyond the limit
            logger.info("a caller of the API was let go: %s", error)
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> wire.Answer:
        number = 0
        try:
            request = wire.decode_request(line)
            number = request.id
            return wire.Answer(ok=True, id=number, result=await self._perform(request.op, request.args))
        except ApplianceError as error:
            return wire.Answer(ok=False, id=number, error=wire.fault_of(error))
        except Exception:  # the daemon keeps calls alive: a fault in one operation must not end it
            logger.exception("an operation failed in an unforeseen way")
            return wire.Answer(ok=False, id=number, error=_INTERNAL)


_INTERNAL = wire.Fault(kind="internal", message="the switchboard failed at this; its log has the details")
