"""A TCP proxy on loopback that breaks connections after so many bytes from the client, as a bad link does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class CuttingProxy:
    """`allowance`: bytes from the client that still go through, over all connections; None: no limit."""

    def __init__(self, port: int) -> None:
        self.allowance: int | None = None
        self.cuts = 0
        self.port = 0
        self._target = port
        self._tasks: set[asyncio.Task[None]] = set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self._target)
        back = asyncio.create_task(_copy(their_reader, writer))
        try:
            with suppress(ConnectionError):
                await self._forward(reader, their_writer, writer)
        finally:
            back.cancel()
            their_writer.transport.abort()
            writer.transport.abort()
            self._tasks.discard(task)

    async def _forward(
        self, reader: asyncio.StreamReader, there: asyncio.StreamWriter, here: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(4096):
            if self.allowance is not None and len(data) > self.allowance:
                there.write(data[: self.allowance])
                self.allowance, self.cuts = 0, self.cuts + 1
                await there.drain()
                here.transport.abort()
                return
            if self.allowance is not None:
                self.allowance -= len(data)
            there.write(data)
            await there.drain()

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def cutting_proxy(port: int) -> AsyncIterator[CuttingProxy]:
    """In front of 127.0.0.1:`port`."""
    proxy = CuttingProxy(port)
    server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
        await server.wait_closed()
