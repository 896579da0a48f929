"""Commands that people give to a contact: each is answered with what came of it.

The contact's process says whether a command fitted the moment; only who gave it waits for that, and not for long.
Commands of the switchboard's own go by `contacts.command`, and nobody waits.
"""

from __future__ import annotations

import asyncio
import itertools

from msgspec import structs

from appliance.contact.protocol import Command, Obeyed
from appliance.errors import RequestError
from appliance.ids import ContactId
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts

ANSWER_S = 3.0  # a process answers within one turn of its loop, 0.2 s at most


class Orders:
    """Those that are not answered yet."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._numbers = itertools.count(1)
        self._waiting: dict[tuple[ContactId, int], asyncio.Future[str]] = {}

    def under_way(self, contact: ContactId) -> ContactState:
        """Raises RequestError (`not_found`) for one that is not."""
        state = self._contacts.state(contact)
        if state is None or state.disconnected:
            raise RequestError(
                f"contact {contact} is not under way; see 'linekeeper contact list --open'", kind="not_found"
            )
        return state

    async def give(self, command: Command) -> None:
        """Returns when the process has done it, with all that follows from it at once known here.

        Raises RequestError: `not_found` (no such contact under way), `conflict` (it doesn't fit the moment: nothing has
        changed), `unavailable` (the process is away or did not answer: what comes of it is not known).
        """
        self._require_process(self.under_way(command.contact))
        key = (command.contact, next(self._numbers))
        answer = self._waiting[key] = asyncio.get_running_loop().create_future()
        try:
            self._contacts.command(structs.replace(command, order=key[1]))
            why = await asyncio.wait_for(answer, ANSWER_S)
        except TimeoutError as error:
            raise RequestError(
                f"the process of contact {command.contact} has not answered within {ANSWER_S:g} s; "
                f"see 'linekeeper contact show {command.contact}' for what came of it",
                kind="unavailable",
            ) from error
        finally:
            del self._waiting[key]
        if why:
            raise RequestError(f"contact {command.contact}: {why}", kind="conflict")

    def answered(self, message: Obeyed) -> None:
        """A process says what came of a command; one that nobody waits for any more changes nothing."""
        answer = self._waiting.get((message.contact, message.order))
        if answer is not None and not answer.done():
            answer.set_result(message.why)

    def _require_process(self, state: ContactState) -> None:
        processes = self._contacts.processes
        if state.alone and not processes.held(state.contact):
            raise RequestError(
                f"contact {state.contact} waits without a call; "
                f"'linekeeper callback cancel {state.contact}' ends its waiting",
                kind="conflict",
            )
        if processes.connection_of(state.contact) is None:
            raise RequestError(
                f"the process of contact {state.contact} is away just now; try again", kind="unavailable"
            )
