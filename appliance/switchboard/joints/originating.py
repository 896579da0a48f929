"""Has a contact begun by a contact process that is free: one after the other is asked until one takes it.

The contact's id is minted before anybody is asked, and a process that reads the command too late declines, so that no
contact begins twice. Must not know why somebody is called.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable

from msgspec import structs

from appliance.contact.protocol import OriginateContact
from appliance.errors import RequestError
from appliance.ids import ContactId
from appliance.logs import fields
from appliance.switchboard.contacts.link import Connection
from appliance.switchboard.contacts.processes import Key, Process, Processes

logger = logging.getLogger(__name__)

TAKE_S = 1.5  # a process that has not read the command by then declines it
HEAR_S = 1.5  # for its answer after that


def new_contact() -> ContactId:
    """An id for a contact that is to begin."""
    return ContactId(str(uuid.uuid4()))


class Originating:
    """`originate` asks; the link says by `taken` and `declined` what came of it."""

    def __init__(self, processes: Processes, now_s: Callable[[], float]) -> None:
        """`now_s`: CLOCK_BOOTTIME, which the contact processes read too."""
        self._processes = processes
        self._now_s = now_s
        self._asked: dict[ContactId, asyncio.Future[bool]] = {}

    async def originate(self, command: OriginateContact) -> ContactId:
        """Until a process has begun the contact: its id. Raises RequestError (`unavailable`) where none is free."""
        contact = command.contact
        if contact in self._asked:
            raise RequestError(f"contact {contact} is about to begin already", kind="conflict")
        tried: set[Key] = set()
        while (process := self._next(tried)) is not None:
            tried.add(process.key)
            if await self._ask(process, command):
                return contact
        raise RequestError("no contact process is free; try again when a call has ended", kind="unavailable")

    def taken(self, connection: Connection, contact: ContactId) -> None:
        """The process at the other end speaks of `contact`: it has begun."""
        answer = self._asked.get(contact)
        if answer is not None and not answer.done():
            self._processes.hold(connection, contact)
            answer.set_result(True)

    def declined(self, contact: ContactId) -> None:
        """The process can't take it now."""
        answer = self._asked.get(contact)
        if answer is not None and not answer.done():
            answer.set_result(False)

    def _next(self, tried: set[Key]) -> Process | None:
        return next((found for found in self._processes.idle() if found.key not in tried), None)

    async def _ask(self, process: Process, command: OriginateContact) -> bool:
        connection = process.connection
        if connection is None:
            return False
        answer = self._asked[command.contact] = asyncio.get_running_loop().create_future()
        process.asked = True
        connection.send(structs.replace(command, begin_by=self._now_s() + TAKE_S))
        try:
            return await asyncio.wait_for(answer, TAKE_S + HEAR_S)
        except TimeoutError:
            logger.warning("process %d does not answer", process.hello.pid, extra=fields(contact=command.contact))
            return False
        finally:
            process.asked = False
            del self._asked[command.contact]
