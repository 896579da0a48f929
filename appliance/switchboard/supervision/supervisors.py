"""Supervisors at work: listen, whisper to the agent, barge in, take over. By command, by feature code, by key.

Every step is an event of the monitored contact; who listens is read from those events, so that a restart forgets
nobody. What is heard is the contact processes' business.
"""

from __future__ import annotations

import asyncio
import logging

from appliance.acd.snapshots import AgentSnapshot
from appliance.contact.protocol import (
    HangUpContact,
    JoinRole,
    MonitorMode,
    OriginateContact,
    SetMonitorMode,
    WishMonitorMode,
)
from appliance.errors import RequestError
from appliance.events import (
    ContactDisconnected,
    ContactEvent,
    InitiationMethod,
    LegAnswered,
    MonitoringChanged,
    MonitoringRefused,
    MonitoringStarted,
)
from appliance.ids import AgentId, ContactId, Extension
from appliance.logs import fields
from appliance.store.supervision import SupervisionRights
from appliance.switchboard import requests as ask
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.joints.joining import Joining
from appliance.switchboard.joints.originating import Originating, new_contact
from appliance.switchboard.routing.routing import Routing
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.supervision.conversations import Conversations, agents_of
from appliance.switchboard.supervision.following import Following
from appliance.switchboard.supervision.listeners import Listener, Listeners

logger = logging.getLogger(__name__)

RING_S = 20.0
LATE_S = 2.0  # after the ringing, for the process to say so
_INSIDE = "extension:"  # of a contact's source


class Supervisors:
    """Operations of the API and of feature codes."""

    def __init__(
        self, *, contacts: Contacts, routing: Routing, originating: Originating, joining: Joining, store: StoreThread
    ) -> None:
        self._contacts = contacts
        self._routing = routing
        self._originating = originating
        self._joining = joining
        self._store = store
        self._ringing: dict[ContactId, asyncio.Future[bool]] = {}
        self._conversations = Conversations(contacts)
        Following(contacts, self._conversations, store)
        contacts.watchers.append(self._heard)

    # ── operations ───────────────────────────────────────────────────────────────────────────────────────────────

    async def monitor(self, given: ask.ContactMonitor) -> Row:
        """Ring the supervisor's phone, and let it into the contact: contact, supervisor, mode, monitor. Raises
        RequestError."""
        supervisor = self._agent(AgentId(given.supervisor))
        root = await self._permitted(ContactId(given.contact), supervisor.agent)
        if supervisor.extension is None:
            raise RequestError(f"agent {supervisor.agent} is at no phone; log in first", kind="conflict")
        monitor = await self._ring(supervisor.agent, supervisor.extension)
        try:
            await self._let_in(root, monitor, supervisor.agent, MonitorMode(given.mode))
        except RequestError:
            self._contacts.command(HangUpContact(contact=monitor))
            raise
        return {"contact": root, "supervisor": supervisor.agent, "mode": given.mode, "monitor": monitor}

    async def listen(self, contact: ContactId, monitor: ContactId, supervisor: AgentId) -> None:
        """The party of `monitor` (a feature code was dialled) listens to `contact`. Raises RequestError."""
        root = await self._permitted(contact, supervisor)
        await self._let_in(root, monitor, supervisor, MonitorMode.LISTEN)

    async def set_mode(self, given: ask.ContactMonitor) -> Row:
        """contact, supervisor, mode. Raises RequestError for who doesn't listen, and where two would be confused."""
        return self._set(ContactId(given.contact), AgentId(given.supervisor), MonitorMode(given.mode))

    async def take_over(self, given: ask.ContactTakeOver) -> Row:
        """As `set_mode`: the supervisor talks with the customer, the agent leaves."""
        return self._set(ContactId(given.contact), AgentId(given.supervisor), MonitorMode.TAKE_OVER)

    def _set(self, contact: ContactId, supervisor: AgentId, mode: MonitorMode) -> Row:
        listeners = self._conversations.listeners(contact)
        listener = listeners.of(supervisor)
        if listener is None:
            raise RequestError(
                f"agent {supervisor} does not listen to contact {contact}; see 'linekeeper contact monitor'",
                kind="not_found",
            )
        self._change(listeners, listener, mode)
        return {"contact": listeners.root, "supervisor": listener.supervisor, "mode": mode}

    def wished(self, message: WishMonitorMode) -> None:
        """The supervisor has pressed a key."""
        root = self._conversations.listened_by(message.contact)
        listener = None if root is None else root.listeners.get(message.contact)
        if root is None or listener is None:
            return
        try:
            self._change(self._conversations.listeners(root.contact), listener, message.mode)
        except RequestError as error:
            logger.info("the key changes nothing: %s", error, extra=fields(contact=root.contact))

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _permitted(self, contact: ContactId, supervisor: AgentId) -> ContactId:
        """The conversation's own contact. Raises RequestError where there is none or the supervisor may not."""
        root = self._conversations.of(contact)
        listens = self._conversations.listeners(root.contact).of(supervisor) is not None
        if listens or supervisor in agents_of(root):
            raise RequestError(f"agent {supervisor} has part in contact {root.contact} already", kind="conflict")
        agents = sorted(agents_of(root))
        rights = await self._store.run(lambda store: [store.supervision.of(agent) for agent in (supervisor, *agents)])
        if not rights[0].supervisor:
            raise RequestError(
                f"agent {supervisor} is no supervisor; see 'linekeeper agent add {supervisor} --supervisor'",
                kind="refused",
            )
        self._require_monitorable(root, supervisor, rights[1:])
        return root.contact

    def _require_monitorable(self, root: ContactState, supervisor: AgentId, rights: list[SupervisionRights]) -> None:
        private = next((found.agent for found in rights if not found.monitorable), None)
        if private is None:
            return
        logger.warning("agent %s may not listen to %s", supervisor, private, extra=fields(contact=root.contact))
        self._contacts.write(root.contact, MonitoringRefused(supervisor=supervisor, reason="not_monitorable"))
        raise RequestError(
            f"agent {private} is not to be monitored; see 'linekeeper agent add {private} --monitorable'",
            kind="refused",
        )

    async def _ring(self, supervisor: AgentId, extension: Extension) -> ContactId:
        """Until the phone has answered: the contact it is in. Raises RequestError."""
        monitor = new_contact()
        answered = self._ringing[monitor] = asyncio.get_running_loop().create_future()
        try:
            await self._originating.originate(
                OriginateContact(
                    contact=monitor,
                    method=InitiationMethod.MONITOR,
                    agent=supervisor,
                    extension=extension,
                    ring_timeout_s=RING_S,
                )
            )
            picked_up = await asyncio.wait_for(answered, RING_S + LATE_S)
        except TimeoutError:
            picked_up = False
        finally:
            del self._ringing[monitor]
        if not picked_up:
            self._contacts.command(HangUpContact(contact=monitor))
            raise RequestError(f"the phone of agent {supervisor} was not answered; nobody listens", kind="unavailable")
        return monitor

    async def _let_in(self, root: ContactId, monitor: ContactId, supervisor: AgentId, mode: MonitorMode) -> None:
        state = self._conversations.of(root)
        host = self._conversations.listeners(root).place(len(state.legs))
        if host is None:
            raise RequestError(f"contact {root} has no free leg for a supervisor now; try again", kind="unavailable")
        await self._joining.join(monitor, host, role=JoinRole.SUPERVISOR, mode=MonitorMode.LISTEN, agent=supervisor)
        started = MonitoringStarted(supervisor=supervisor, monitor=monitor, host=host, mode=MonitorMode.LISTEN)
        self._contacts.write(root, started)
        if mode is not MonitorMode.LISTEN:
            listeners = self._conversations.listeners(root)
            listener = listeners.of(supervisor)
            if listener is not None:
                self._change(listeners, listener, mode)

    def _change(self, listeners: Listeners, listener: Listener, mode: MonitorMode) -> None:
        """Tell every process on the way. Raises RequestError where a whisper would be heard by all."""
        wanted = listeners.with_mode(listener, mode)
        if (overheard := wanted.overheard()) is not None:
            raise RequestError(
                f"agent {overheard.supervisor} would be heard by all: another supervisor on the same line barges in; "
                "let one of the two listen first",
                kind="conflict",
            )
        extension = self._phone_of(listener.monitor)
        for joint in wanted.joints(listener.changed(mode)):
            self._contacts.command(
                SetMonitorMode(
                    contact=joint.host,
                    other=joint.monitor,
                    mode=wanted.strongest(joint),
                    agent=listener.supervisor,
                    extension=extension,
                )
            )
        self._contacts.command(SetMonitorMode(contact=listener.monitor, other=listener.monitor, mode=mode))
        changed = MonitoringChanged(supervisor=listener.supervisor, monitor=listener.monitor, mode=mode)
        self._contacts.write(listeners.root, changed)

    # ── what is heard of phones and contacts ─────────────────────────────────────────────────────────────────────

    def _heard(self, event: ContactEvent) -> None:
        if event.contact in self._ringing and isinstance(event.body, LegAnswered | ContactDisconnected):
            self._answer(event.contact, picked_up=isinstance(event.body, LegAnswered))

    def _answer(self, monitor: ContactId, *, picked_up: bool) -> None:
        answered = self._ringing[monitor]
        if not answered.done():
            answered.set_result(picked_up)

    def _agent(self, name: AgentId) -> AgentSnapshot:
        found = self._routing.acd.agent_snapshot(name)
        if found is None:
            raise missing("agent", name)
        return found

    def _phone_of(self, monitor: ContactId) -> Extension | None:
        """Where the supervisor is: the phone that was rung, or that dialled."""
        state = self._contacts.state(monitor)
        source = "" if state is None else state.source
        return Extension(source.removeprefix(_INSIDE)) if source.startswith(_INSIDE) else None
