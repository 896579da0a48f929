"""The Unix socket on which contact processes talk to the switchboard: bytes here, meaning in `contacts`.

Each connection is one contact process. Lines become messages, handed over in the batches in which they were readable;
what is sent within one turn of the loop goes out in one write. A process that sends faster than the store can write
is not read for a while; one that does not read what it is sent, or sends anything that is not of the protocol, loses
its connection (it reconnects and says `Hello`).
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, cast

import msgspec

from appliance.contact.protocol import (
    WAKE,
    Acknowledge,
    DialPlanChanged,
    FromContact,
    Hello,
    Message,
    decode_from_contact,
    encode_message,
)
from appliance.switchboard import sockets

logger = logging.getLogger(__name__)

LONGEST_LINE = 1 << 20  # bytes; an event carries at most 32 KB of attributes
MOST_UNSENT = 1 << 20  # bytes a process may leave unread
TURNS_TO_CLOSE = 10  # of the loop
MOST_UNSETTLED = 512  # messages of one connection that may wait for the store

_CAN_WAIT = (Acknowledge, DialPlanChanged)  # the process sees them when it wakes by itself


class LinkListener(Protocol):
    """Who is told what arrives. Neither method may block or raise."""

    def received(self, connection: Connection, messages: Sequence[FromContact]) -> None:
        """`messages` of one read, in order; call `connection.settle(count)` once they are dealt with."""

    def closed(self, connection: Connection) -> None:
        """No message will come from this connection any more."""


class Connection(asyncio.Protocol):
    """One contact process's end of the link. `hello` is None until it has introduced itself."""

    def __init__(self, server: LinkServer, listener: LinkListener) -> None:
        self.hello: Hello | None = None
        self._server = server
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._unsettled = 0
        self._outgoing: list[bytes] = []
        self._wakes = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.connections.discard(self)
        if exc is not None:
            logger.info("link to slot %s broke: %s", self._slot(), exc)
        self._listener.closed(self)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            return self.drop(f"line longer than {LONGEST_LINE} bytes")
        messages = self._decoded(lines)
        if messages:
            self._unsettled += len(messages)
            self._regulate()
            self._listener.received(self, messages)
        return None

    def send(self, *messages: Message) -> None:
        """Send `messages` before the loop's next turn; without effect once the connection is closed."""
        if self._transport is None or not messages:
            return
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._flush)
        self._outgoing.extend(map(encode_message, messages))
        self._wakes = self._wakes or any(not isinstance(message, _CAN_WAIT) for message in messages)

    def settle(self, count: int) -> None:
        """`count` messages have been dealt with: make room for more."""
        self._unsettled -= count
        self._regulate()

    def close(self) -> None:
        """Close after what is queued has been sent."""
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def drop(self, why: str) -> None:
        """Close at once. A well-behaved process reconnects and sends again what was not acknowledged."""
        logger.warning("dropping the link to slot %s: %s", self._slot(), why)
        if self._transport is not None:
            self._transport.abort()

    def _flush(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        wakes, self._wakes = self._wakes, False
        if self._transport is None or self._transport.is_closing() or not outgoing:
            return
        self._transport.write(b"".join(outgoing))
        if wakes and self.hello is not None:
            self._server.wake(self.hello.sip_port)
        if self._transport.get_write_buffer_size() > MOST_UNSENT:
            self.drop(f"process does not read: more than {MOST_UNSENT} bytes wait")

    def _decoded(self, lines: Sequence[bytes]) -> list[FromContact]:
        messages: list[FromContact] = []
        for line in lines:
            try:
                messages.append(self._admitted(decode_from_contact(line)))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                self.drop(f"malformed line of {len(line)} bytes ({error})")
                break
        return messages

    def _admitted(self, message: FromContact) -> FromContact:
        if isinstance(message, Hello):
            self.hello = message
        elif self.hello is None:
            raise msgspec.DecodeError(f"{type(message).__name__} before Hello")
        return message

    def _regulate(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._unsettled > MOST_UNSETTLED and self._transport.is_reading():
            self._transport.pause_reading()
        elif self._unsettled <= MOST_UNSETTLED // 2 and not self._transport.is_reading():
            self._transport.resume_reading()

    def _slot(self) -> str:
        return "?" if self.hello is None else str(self.hello.slot)


class LinkServer:
    """Listens on `path` from `start` to `stop`; knows every open connection."""

    def __init__(self, path: Path, listener: LinkListener) -> None:
        self.connections: set[Connection] = set()
        self._path = path
        self._listener = listener
        self._server: asyncio.Server | None = None
        self._listening: socket.socket | None = None
        self._waker = Waker()
        self.wake: Callable[[int], None] = self._waker.wake

    async def start(self) -> None:
        """Raises RequestError when another switchboard serves the path."""
        self._listening = sockets.listen(self._path)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: Connection(self, self._listener), sock=self._listening)

    async def stop(self) -> None:
        server, self._server = self._server, None
        if server is None or self._listening is None:
            return
        await sockets.refuse_more(self._listening)
        server.close()
        for connection in tuple(self.connections):
            connection.close()
        await self._let_go()
        await server.wait_closed()
        sockets.remove(self._path)
        self._waker.close()

    async def _let_go(self) -> None:
        """Connections close within a turn of the loop; one with unread bytes is cut off."""
        for turn in itertools.count(1):
            await asyncio.sleep(0)
            if not self.connections:
                return
            if turn == TURNS_TO_CLOSE:
                for connection in tuple(self.connections):
                    connection.drop("it does not read to the end")

    def broadcast(self, message: Message) -> None:
        """Send to every process that has said Hello."""
        for connection in tuple(self.connections):
            if connection.hello is not None:
                connection.send(message)


class Waker:
    """Rouses a contact process out of its SIP stack's event loop (see `appliance.contact.protocol`)."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)

    def wake(self, sip_port: int) -> None:
        """A lost datagram costs the process's longest sleep, nothing else."""
        try:
            self._socket.sendto(WAKE, ("127.0.0.1", sip_port))
        except OSError as error:
            logger.debug("could not wake the process at port %d: %s", sip_port, error)

    def close(self) -> None:
        self._socket.close()
