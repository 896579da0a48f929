"""How Kamailio is asked: JSON-RPC 2.0 on its Unix datagram socket, blocking (`EdgeLink`) or asyncio (`AsyncEdgeLink`).

What is asked stands in requests.py as generators that yield one `Ask` after the other and return the result; the two
links only carry. An answer is one datagram, so a link serves one request at a time on a socket of its own.
"""

from __future__ import annotations

import itertools
import re
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from appliance.errors import EdgeError

TIMEOUT_S = 3.0
_LARGEST_ANSWER = 1 << 20
_NO_SUCH_THING = re.compile(r"not found|doesn't exist", re.IGNORECASE)  # modules differ in code and wording
_ids = itertools.count(1)
T = TypeVar("T")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One remote procedure call. `absent` is the result where Kamailio says that there is no such thing."""

    method: str
    params: tuple[str | int, ...] = ()
    absent: Any = None


Request = Generator[Ask, Any, T]


class EdgeLink:
    """Asks and waits, at most `timeout_s` for each answer. For command-line programs and tests."""

    def __init__(self, path: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        self._path = path
        self._timeout_s = timeout_s

    def run(self, request: Request[T]) -> T:
        """Carry out `request`. Raises EdgeError where Kamailio is not there, is silent or refuses."""
        answer: Any = None
        while True:
            try:
                ask = request.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            answer = self._ask(ask)

    def _ask(self, ask: Ask) -> Any:
        number = next(_ids)
        try:
            with _open(self._path) as link:
                link.settimeout(self._timeout_s)
                link.send(_encode(ask, number))
                return _decode(ask, link.recv(_LARGEST_ANSWER))
        except OSError as error:
            raise _unreachable(self._path, error) from error


class AsyncEdgeLink:
    """The same on a running event loop, which goes on meanwhile."""

    def __init__(self, path: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        self._path = path
        self._timeout_s = timeout_s

    async def run(self, request: Request[T]) -> T:
        """Carry out `request`. Raises EdgeError where Kamailio is not there, is silent or refuses."""
        answer: Any = None
        while True:
            try:
                ask = request.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            answer = await self._ask(ask)

    async def _ask(self, ask: Ask) -> Any:
        import asyncio  # not for those who only have the other link: it is the larger part of this module's memory

        loop, number = asyncio.get_running_loop(), next(_ids)
        try:
            with _open(self._path) as link:
                link.setblocking(False)
                async with asyncio.timeout(self._timeout_s):
                    await loop.sock_sendall(link, _encode(ask, number))
                    return _decode(ask, await loop.sock_recv(link, _LARGEST_ANSWER))
        except OSError as error:  # TimeoutError is one
            raise _unreachable(self._path, error) from error


def _open(path: Path) -> socket.socket:
    link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        link.bind("")  # an abstract address of the kernel's choice (unix(7), autobind), so that nothing is left behind
        link.connect(str(path))
    except OSError:
        link.close()
        raise
    return link


def _encode(ask: Ask, number: int) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "method": ask.method, "params": list(ask.params), "id": number})


def _decode(ask: Ask, answer: bytes) -> Any:
    try:
        document = msgspec.json.decode(answer)
    except msgspec.DecodeError as error:
        raise EdgeError(f"Kamailio's answer to {ask.method} is no JSON: {error}") from error
    if "error" not in document:
        return document.get("result")
    fault = document["error"]
    code, message = fault.get("code"), str(fault.get("message", "no reason given"))
    if ask.absent is not None and (code == 404 or _NO_SUCH_THING.search(message)):
        return ask.absent
    raise EdgeError(f"Kamailio refuses {ask.method}: {message} ({code})")


def _unreachable(path: Path, error: OSError) -> EdgeError:
    reason = "it is silent" if isinstance(error, TimeoutError) else error.strerror or str(error)
    return EdgeError(f"Kamailio can't be asked at {path}: {reason}; is the edge running?")
