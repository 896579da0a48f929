"""Publishes states to Kamailio's presence modules (RFC 3903) over loopback: one PUBLISH at a time, each answered.

Why not by RPC: what `pua.send_publish` sends is not answered to the caller, so two quick changes of one lamp could
leave both standing. Here each state replaces the one whose entity tag is known. The edge believes this socket by a
key that was told to it over the RPC socket (presence.cfg). A lost answer ends in EdgeError, to be tried again later.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import socket
from enum import StrEnum

import msgspec

from appliance.edge.requests import published_states, publishing_key, set_publishing_key
from appliance.edge.rpc import AsyncEdgeLink
from appliance.errors import EdgeError

EXPIRES_S = 3600  # as long as presence.cfg allows; the caller publishes again before
_TRIES_S = (0.25, 0.5, 1.0, 2.0)  # RFC 3261 §17.1.2.2, cut short: over loopback a lost answer is a dead edge
_LARGEST = 65535
_TAG = re.compile(r"^SIP-ETag[ \t]*:[ \t]*(\S+)", re.MULTILINE | re.IGNORECASE)
_BRANCH = re.compile(r"^(?:Via|v)[ \t]*:[^\r\n]*;branch=([\w.-]+)", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(r"SIP/2\.0 (\d{3})")


class StatePackage(StrEnum):
    """Event packages and what stands in their bodies."""

    DIALOG = "dialog"
    MESSAGES = "message-summary"

    @property
    def content_type(self) -> str:
        return "application/dialog-info+xml" if self is StatePackage.DIALOG else "application/simple-message-summary"


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Something that phones may subscribe to: `user` of the box's domain."""

    package: StatePackage
    user: str


class StatePublisher:
    """One per switchboard. `publish` is for one task at a time."""

    def __init__(self, edge: AsyncEdgeLink, *, domain: str, port: int) -> None:
        self._edge = edge
        self._domain = domain
        self._port = port
        self._key = ""
        self._tags: dict[State, str] = {}
        self._numbers = itertools.count(1)
        self._call = secrets.token_hex(8)
        self._socket: socket.socket | None = None
        self.run = 0  # another number whenever nobody can say what is published, but `standing`

    @property
    def standing(self) -> tuple[State, ...]:
        """What is published now, by whomever."""
        return tuple(self._tags)

    async def confirm(self) -> None:
        """Ask whether the edge is still the one that knows us, and introduce ourselves where not. Raises EdgeError."""
        if not self._key or await self._edge.run(publishing_key()) != self._key:
            await self._introduce()

    async def publish(self, state: State, body: str, *, final: bool = False) -> None:
        """Replace what is published of `state`. Raises EdgeError where Kamailio is away or refuses.

        final: it is shown once more, then taken back. A dialog that is "terminated" has to be: Kamailio 5.6 lets
        nothing follow it, and would show what was before it to whoever subscribes.
        """
        if not self._key:
            await self._introduce()
        if final and state not in self._tags:
            return  # nothing is shown
        await self._replace(state, body)
        if final:
            await self._replace(state, "")

    async def _replace(self, state: State, body: str) -> None:
        answer = await self._ask(state, body)
        if answer == 412:  # its Kamailio doesn't know the tag any more
            self._tags.pop(state, None)
            answer = await self._ask(state, body)
        if answer == 403:  # a Kamailio that has started anew knows neither the key nor any state
            await self._introduce()
            answer = await self._ask(state, body)
        if answer != 200:
            raise EdgeError(f"Kamailio refuses the state of {state.user} with {answer}; see the edge's log")

    def close(self) -> None:
        """Idempotent."""
        opened, self._socket = self._socket, None
        if opened is not None:
            opened.close()

    async def _introduce(self) -> None:
        """Tell our key, and learn what is published already (by the switchboard before us)."""
        key = secrets.token_hex(16)
        await self._edge.run(set_publishing_key(key))
        self.run += 1
        found = await self._edge.run(published_states())
        self._tags = {State(package=StatePackage(event), user=user): tag for user, event, tag in found}
        self._key = key

    async def _ask(self, state: State, body: str) -> int:
        """The status of the final answer; 200 also where there is nothing to take back."""
        if not body and state not in self._tags:
            return 200
        number = next(self._numbers)
        branch = f"z9hG4bK{self._call}-{number}"
        opened = self._opened()
        message = self._message(state, body, number, branch, opened.getsockname()[1])
        for patience_s in _TRIES_S:
            answer = await self._try(opened, message, branch, patience_s)
            if answer:
                return self._noted(state, answer, kept=bool(body))
        raise EdgeError("Kamailio doesn't answer a PUBLISH; is the edge running?")

    async def _try(self, opened: socket.socket, message: bytes, branch: str, patience_s: float) -> str:
        """The final answer; "" where none comes in time."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(patience_s):
                await loop.sock_sendall(opened, message)
                while True:
                    answer = (await loop.sock_recv(opened, _LARGEST)).decode(errors="replace")
                    found = _BRANCH.search(answer)
                    if found and found[1] == branch and not answer.startswith("SIP/2.0 1"):
                        return answer
        except TimeoutError:
            return ""
        except OSError as error:  # ECONNREFUSED: nobody has the port
            await asyncio.sleep(patience_s)
            if patience_s == _TRIES_S[-1]:
                raise EdgeError(f"Kamailio can't be reached on port {self._port}: {error.strerror}") from error
            return ""

    def _noted(self, state: State, answer: str, *, kept: bool) -> int:
        found, tag = _STATUS.match(answer), _TAG.search(answer)
        status = int(found[1]) if found is not None else 0
        if status == 200 and not kept:
            self._tags.pop(state, None)
        elif status == 200 and tag is not None:
            self._tags[state] = tag[1]
        return status

    def _message(self, state: State, body: str, number: int, branch: str, port: int) -> bytes:
        uri = f"sip:{state.user}@{self._domain}"
        tag = self._tags.get(state)
        lines = [
            f"PUBLISH {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch={branch}",
            f"From: <{uri}>;tag={self._call}",
            f"To: <{uri}>",
            f"Call-ID: {self._call}-{number}",
            f"CSeq: {number} PUBLISH",
            "Max-Forwards: 70",
            f"Event: {state.package}",
            f"Expires: {EXPIRES_S if body else 0}",
            f"X-Linekeeper-Key: {self._key}",
            *([f"SIP-If-Match: {tag}"] if tag else []),
            *([f"Content-Type: {state.package.content_type}"] if body else []),
            f"Content-Length: {len(body.encode())}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def _opened(self) -> socket.socket:
        if self._socket is None:
            opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            opened.setblocking(False)
            opened.bind(("127.0.0.1", 0))
            opened.connect(("127.0.0.1", self._port))
            self._socket = opened
        return self._socket
