"""A Unix stream socket that carries lines and never blocks: connects, writes and reads what can be done at once.

Whoever uses it decides when to connect and what a lost connection means. Knows nothing of what the lines say.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

READ_BYTES = 65536


class LineSocket:
    """One connection to the server at `path`, at most."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._out = bytearray()
        self._in = bytearray()

    @property
    def connected(self) -> bool:
        return self._socket is not None

    @property
    def unsent(self) -> int:
        """Bytes that wait until the other side reads."""
        return len(self._out)

    def connect(self) -> bool:
        """Whether there is a connection now. A server whose backlog is full counts as absent (EAGAIN)."""
        if self._socket is not None:
            return True
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        try:
            connection.connect(self._path)
        except OSError:
            connection.close()
            return False
        self._socket = connection
        self._in.clear()  # half a line of the connection before
        return True

    def write(self, line: bytes) -> None:
        """Send `line` (its newline included), now or at a later `flush`. Only while connected."""
        self._out += line
        self.flush()

    def flush(self) -> None:
        """Send what can be sent without waiting."""
        while self._out and self._socket is not None:
            try:
                sent = self._socket.send(self._out)
            except BlockingIOError:
                return
            except OSError:
                self.close()
                return
            del self._out[:sent]

    def lines(self) -> Iterator[bytes]:
        """Whole lines that have come in, without their newline. The connection may be lost afterwards."""
        while self._socket is not None:
            try:
                chunk = self._socket.recv(READ_BYTES)
            except BlockingIOError:
                break
            except OSError:
                chunk = b""
            if not chunk:
                self._drop()
                break
            self._in += chunk
        while (end := self._in.find(b"\n")) >= 0:
            line = bytes(self._in[:end])
            del self._in[: end + 1]
            yield line

    def close(self) -> None:
        """Forget the connection and what was to be sent or read of it."""
        self._drop()
        self._in.clear()

    def _drop(self) -> None:
        connection, self._socket = self._socket, None
        self._out.clear()
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()
