"""Answers box functions: who asks and what they may, then the handler, then the sentence in the caller's language.

Contact and calling extension are taken from what the switchboard knows of the contact, never from a flow's parameters.
Parameters may hold a PIN: they are neither logged nor put into a fault.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from appliance.dialplan import DialPlan
from appliance.errors import RequestError
from appliance.features import BOX_FUNCTIONS, PREFIX, Feature, Rights
from appliance.ids import AgentId, ContactId, Extension
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.desk.asked import Asked, RefusedError, Said, spoken
from appliance.switchboard.joints.pick_up import PickUps
from appliance.switchboard.staff.access import Access, WrongPinError
from appliance.switchboard.staff.outcomes import Outcomes
from appliance.switchboard.staff.shift import Shift
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.supervision.supervisors import Supervisors
from appliance.switchboard.voicemail.listening import Listening

OPERATION = "feature."  # first part of the API operations that are answered here
_INSIDE = "extension:"

Handler = Callable[["Desk", Asked], Awaitable[Said]]
Perform = Callable[[str, dict[str, Any]], Awaitable[Any]]


class BoxFunctionCall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arguments of every `feature.…` operation."""

    contact: str
    language: str = "en"
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)


class Desk:
    """`perform`: the other operations of the API, for handlers that do what a command does too; the API sets it."""

    def __init__(
        self,
        *,
        book: Mapping[str, Handler],
        contacts: Contacts,
        store: StoreThread,
        plan: Callable[[], DialPlan],
        shift: Shift,
        access: Access,
        outcomes: Outcomes,
        supervisors: Supervisors,
        listening: Listening,
        pick_ups: PickUps,
    ) -> None:
        self.contacts = contacts
        self.store = store
        self.perform: Perform
        self.shift = shift
        self.access = access
        self.outcomes = outcomes
        self.supervisors = supervisors
        self.listening = listening
        self.pick_ups = pick_ups
        self._book = book
        self._plan = plan

    @property
    def plan(self) -> DialPlan:
        """The dial plan in force."""
        return self._plan()

    async def answer(self, op: str, args: dict[str, Any]) -> dict[str, str]:
        """The answer of operation `op` with its `sentence`. Raises RequestError, with one to speak where there is."""
        operation = op.removeprefix(OPERATION)
        row, handler = BOX_FUNCTIONS.get(PREFIX + operation), self._book.get(operation)
        if row is None or handler is None:
            raise RequestError(f"there is no box function {operation!r}", kind="unknown")
        call = _read(args)
        try:
            asked = await self._permitted(row, self._asked(call))
            said = await handler(self, asked)
        except RefusedError as refused:
            sentence = spoken(refused.key, refused.values, call.language)
            raise RequestError(str(refused), kind=refused.kind, sentence=sentence) from refused
        return {**said.answers, "sentence": spoken(said.key, said.values, call.language)}

    def state(self, contact: ContactId) -> ContactState:
        """A contact under way. Raises RequestError, `unavailable` where it may only not be heard of yet."""
        state = self.contacts.state(contact)
        if state is None or state.disconnected:
            raise RequestError(f"contact {contact} is not under way", kind="unavailable")
        return state

    def _asked(self, call: BoxFunctionCall) -> Asked:
        contact = ContactId(call.contact)
        source = self.state(contact).source
        extension = Extension(source.removeprefix(_INSIDE)) if source.startswith(_INSIDE) else None
        return Asked(
            contact=contact,
            extension=extension,
            agent=None if extension is None else self.plan.extensions.get(extension),
            language=call.language,
            parameters={key: value for key, value in call.parameters.items() if isinstance(value, str)},
        )

    async def prove(self, asked: Asked) -> AgentId:
        """The agent whose log-in number and PIN are the parameters agent and pin. Raises RefusedError."""
        try:
            return await self.access.prove(asked.text("agent"), asked.text("pin"))
        except WrongPinError as error:
            raise _wrong(error) from None

    async def prove_mailbox(self, asked: Asked) -> str:
        """The mailbox whose number (or whose agent's) and PIN are these parameters. Raises RefusedError."""
        try:
            return await self.access.prove_mailbox(asked.text("agent"), asked.text("pin"))
        except WrongPinError as error:
            raise _wrong(error) from None

    async def _permitted(self, row: Feature, asked: Asked) -> Asked:
        """Raises RefusedError for somebody who may not call the function."""
        if row.rights is Rights.PIN and asked.text("agent") and asked.text("pin"):
            asked = dataclasses.replace(asked, agent=await self.prove(asked))
        elif asked.extension is None:
            raise RefusedError("feature_not_allowed")
        if any(not asked.text(name) for name in row.needs):
            raise RefusedError("feature_incomplete")
        return asked


def _wrong(error: WrongPinError) -> RefusedError:
    refused = RefusedError("pin_locked" if error.kind == "locked" else "pin_wrong")
    refused.kind = error.kind
    return refused


def _read(args: dict[str, Any]) -> BoxFunctionCall:
    try:
        return msgspec.convert(args, type=BoxFunctionCall)
    except msgspec.ValidationError as error:
        raise RequestError("a box function takes contact, language and parameters") from error
