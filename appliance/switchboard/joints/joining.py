"""Brings the parties of two contacts into one conversation: one contact's process dials the other's.

Mints the secret by which they know each other, tells both, and waits for what comes of it. Must not know why two
contacts are joined, nor who may.
"""

from __future__ import annotations

import asyncio
import logging
import secrets

from appliance.contact.protocol import ExpectJoin, JoinContact, JoinFailed, JoinRole, MonitorMode
from appliance.errors import RequestError
from appliance.events import ContactDisconnected, ContactEvent, ContactJoined
from appliance.ids import AgentId, ContactId, Extension
from appliance.logs import fields
from appliance.switchboard.contacts.contacts import Contacts

logger = logging.getLogger(__name__)

SECRET_BYTES = 16
JOIN_S = 8.0
Pair = tuple[ContactId, ContactId]  # who dials, whom


class Joining:
    """`join` asks; the contacts' events say what came of it."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._asked: dict[Pair, asyncio.Future[str]] = {}
        contacts.watchers.append(self._heard)

    async def join(
        self,
        dialler: ContactId,
        host: ContactId,
        *,
        role: JoinRole,
        mode: MonitorMode | None = None,
        agent: AgentId | None = None,
        extension: Extension | None = None,
    ) -> None:
        """Until the party of `dialler` is with those of `host`, as `agent` at `extension`. SUPERVISOR: in `mode`;
        AGENT: takes whoever waits there. Raises RequestError where that can't be."""
        port = self._port(dialler, host)
        secret = secrets.token_hex(SECRET_BYTES)
        answer = self._asked[dialler, host] = asyncio.get_running_loop().create_future()
        heard = MonitorMode.LISTEN if mode is None else mode
        self._contacts.command(
            ExpectJoin(
                contact=host, join=secret, role=role, mode=heard, agent=agent, extension=extension, other=dialler
            )
        )
        self._contacts.command(JoinContact(contact=dialler, join=secret, port=port, other=host, mode=mode))
        try:
            failure = await asyncio.wait_for(answer, JOIN_S)
        except TimeoutError:
            failure = f"their processes did not connect in {JOIN_S:g} s"
        finally:
            del self._asked[dialler, host]
        if failure:
            logger.warning("contact %s can't be joined: %s", host, failure, extra=fields(contact=dialler))
            raise RequestError(f"contact {host} can't be joined: {failure}", kind="unavailable")

    def failed(self, message: JoinFailed) -> None:
        """The process that was to be dialled would not have it."""
        self._answer((message.contact, message.other), f"its process answered {message.sip_status}")

    def _port(self, dialler: ContactId, host: ContactId) -> int:
        """Of the process that is dialled. Raises RequestError where the two can't be connected now."""
        if (dialler, host) in self._asked:
            raise RequestError(f"contact {host} is being joined already", kind="conflict")
        ports = [self._contacts.processes.port_of(contact) for contact in (dialler, host)]
        if None in ports or ports[1] is None:
            raise RequestError("a process of the two contacts is away just now; try again", kind="unavailable")
        if ports[0] == ports[1]:
            raise RequestError(f"contact {host} is the same call already", kind="conflict")
        return ports[1]

    def _heard(self, event: ContactEvent) -> None:
        match event.body:
            case ContactJoined(other=host):
                self._answer((event.contact, host), "")
            case ContactDisconnected():
                for pair in [pair for pair in self._asked if event.contact in pair]:
                    self._answer(pair, "one of the two is over")

    def _answer(self, pair: Pair, failure: str) -> None:
        answer = self._asked.get(pair)
        if answer is not None and not answer.done():
            answer.set_result(failure)
