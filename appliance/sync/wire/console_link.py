"""Carries out what the courier wants over HTTPS, and says what became of it.

Every fault of network, TLS or console becomes an outcome; nothing is raised. Bodies go out no faster than the pace
allows, the live state goes at once and is only counted. Must not decide what is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar

import aiohttp
import msgspec

from appliance.cloud import batch, delivery, paths, signing
from appliance.cloud.delivery import Conflict, Receipt
from appliance.cloud.enrolment import MACHINE
from appliance.cloud.live import LiveState
from appliance.cloud.reconciling import Verdict
from appliance.errors import SyncError
from appliance.sync.delivering.actions import (
    AskPosition,
    Disagreed,
    Done,
    Heard,
    Judged,
    Outcome,
    SendBatch,
    SendStatement,
    Unreached,
)
from appliance.sync.pacing import Pace
from appliance.sync.wire.credentials import Credentials
from appliance.sync.wire.paced import paced

MOST_ANSWER_BYTES = 8_000_000
CONNECT_S = 15.0
ANSWER_S = 60.0  # without a byte from the console
REFUSED_RETRY_S = 300.0  # unknown, revoked, a clone: nothing that changes in seconds
FAULTY_RETRY_S = 60.0  # the console can't make sense of it, or fails at it
_REFUSALS = frozenset({401, 403})
Read = TypeVar("Read")
Sendable = SendBatch | AskPosition | SendStatement


class ConsoleLink:
    """One identity's connections. `session` and `url` are for other parts of sync, too. `close` it.

    skew_s: how far the console's clock is ahead of the box's, None until it has answered.
    """

    def __init__(
        self, credentials: Credentials, *, pace: Pace, now: Callable[[], float], wall: Callable[[], float]
    ) -> None:
        """now: monotonic, wall: wall time, in seconds. Raises SyncError where the certificate can't be used."""
        if credentials.tls is not None and not credentials.url.startswith("https://"):
            raise SyncError(f"the console's address {credentials.url} is no https:// URL; enrol the box anew")
        self.credentials = credentials
        self.url = credentials.url.rstrip("/")
        self._pace = pace
        self._now = now
        self._wall = wall
        self.skew_s: float | None = None
        tls = True if credentials.tls is None else credentials.tls()
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=tls, keepalive_timeout=75),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=ANSWER_S),
            headers={"User-Agent": "linekeeper-sync", MACHINE: credentials.machine},
        )

    async def close(self) -> None:
        await self.session.close()

    async def perform(self, action: Sendable) -> Outcome:
        """What the console says to it."""
        match action:
            case SendBatch():
                return await self._send(action)
            case AskPosition():
                status, text = await self._exchange("GET", paths.POSITION)
                return _read(status, text, Receipt, lambda receipt: Heard(position=receipt.acknowledged))
            case SendStatement(statement=statement):
                body = msgspec.json.encode(statement)
                status, text = await self._exchange("POST", paths.RECONCILIATIONS, body, "application/json")
                return _read(status, text, Verdict, lambda verdict: Judged(verdict=verdict))

    async def show(self, state: LiveState) -> Outcome:
        """How the branch is now. `Done` once the console has it."""
        body = msgspec.json.encode(state)
        self._pace.delay_s(len(body), self._now())  # it doesn't wait, others do
        status, text = await self._exchange("POST", paths.LIVE, body, "application/json", at_once=True)
        return Done() if status in {200, 204} else _unusable(status, text)

    async def _send(self, action: SendBatch) -> Outcome:
        signed = self.credentials.sign(delivery.signed_text(self.credentials.box, action.until))
        headers = {
            delivery.AFTER: str(action.after),
            delivery.SIGNATURE: signing.as_header(signed),
            "Content-Encoding": batch.ENCODING,
        }
        body = await asyncio.to_thread(batch.pack, action.events)
        status, text = await self._exchange("POST", paths.EVENTS, body, batch.CONTENT_TYPE, headers)
        if status == 409:
            return _read(200, text, Conflict, lambda conflict: Disagreed(conflict=conflict))
        return _read(status, text, Receipt, lambda receipt: Heard(position=receipt.acknowledged))

    async def _exchange(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        content_type: str = "",
        headers: dict[str, str] | None = None,
        *,
        at_once: bool = False,
    ) -> tuple[int, bytes]:
        """Status and body; status 0 with the reason where there was no answer."""
        told = {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})} if body else {}
        try:
            async with self.session.request(
                method,
                self.url + path,
                data=(body if at_once else paced(body, self._pace, self._now)) if body else None,
                headers=told,
                allow_redirects=False,
            ) as answer:
                self._note_date(answer.headers.get("Date", ""))
                return answer.status, await answer.content.read(MOST_ANSWER_BYTES)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return 0, _words(error).encode()

    def _note_date(self, text: str) -> None:
        """RFC 9110 §6.6.1; whole seconds."""
        try:
            self.skew_s = parsedate_to_datetime(text).timestamp() - self._wall()
        except ValueError:
            return


def _read(status: int, text: bytes, kind: type[Read], made: Callable[[Read], Outcome]) -> Outcome:
    if status != 200:
        return _unusable(status, text)
    try:
        return made(msgspec.json.decode(text, type=kind))
    except msgspec.MsgspecError as error:
        return Unreached(why=f"an answer that is none of a console's: {error}", retry_s=FAULTY_RETRY_S, answered=True)


def _unusable(status: int, text: bytes) -> Unreached:
    said = text[:200].decode(errors="replace")
    if status == 0:
        return Unreached(why=said)
    if status in _REFUSALS:
        why = f"the console refuses this box ({status}): {said}"
        return Unreached(why=why, retry_s=REFUSED_RETRY_S, answered=True)
    faulty = 400 <= status < 500 and status not in {408, 413, 429}
    retry_s = FAULTY_RETRY_S if faulty else 0.0
    return Unreached(why=f"the console answers {status}: {said}", retry_s=retry_s, answered=True)


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {ANSWER_S:g} s"
    return str(error) or type(error).__name__
