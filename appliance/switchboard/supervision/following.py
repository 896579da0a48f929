"""Keeps what is known of listeners in step with their conversation: somebody hangs up, the talk is handed on.

Decides one thing: where an agent joins the talk who is not to be monitored, the supervisors have to leave.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from appliance.contact.protocol import HangUpContact, MonitorMode
from appliance.events import (
    AgentConnected,
    ContactDisconnected,
    ContactEvent,
    ContactInitiated,
    ContactTransferred,
    LegEnded,
    LegRole,
    MonitoringEnded,
    MonitoringStarted,
)
from appliance.ids import AgentId, ContactId
from appliance.logs import fields
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.supervision.conversations import Conversations
from appliance.switchboard.supervision.listeners import Listener

logger = logging.getLogger(__name__)


class Following:
    """Watches the contacts' events."""

    def __init__(self, contacts: Contacts, conversations: Conversations, store: StoreThread) -> None:
        self._contacts = contacts
        self._conversations = conversations
        self._store = store
        self._moved: dict[ContactId, list[Listener]] = {}  # to a contact that has not begun yet
        self._checks: set[asyncio.Task[None]] = set()
        contacts.watchers.append(self._heard)

    def _heard(self, event: ContactEvent) -> None:
        match event.body:
            case ContactDisconnected():
                self._leave(event.contact)
            case LegEnded(role=LegRole.SUPERVISOR | LegRole.CUSTOMER):
                self._hung_up(event.contact)
            case ContactTransferred(next=following):
                self._move(event.contact, following)
            case ContactInitiated() if event.contact in self._moved:
                self._arrive(event.contact)
            case AgentConnected(agent=agent):
                self._check(event.contact, agent)

    def _hung_up(self, monitor: ContactId) -> None:
        """The supervisor's phone is gone; the process may stay as a bridge."""
        root = self._conversations.listened_by(monitor)
        listener = None if root is None else root.listeners[monitor]
        if root is not None and listener is not None and listener.present:
            self._end(root.contact, listener)

    def _end(self, root: ContactId, listener: Listener) -> None:
        self._contacts.write(root, MonitoringEnded(supervisor=listener.supervisor, monitor=listener.monitor))

    def _leave(self, contact: ContactId) -> None:
        self._hung_up(contact)
        root = self._conversations.listened_by(contact)
        if root is not None:
            root.listeners.pop(contact, None)

    def _move(self, before: ContactId, following: ContactId) -> None:
        """The conversation goes on as the next contact, and those who listen with it; but who took over talks now."""
        state = self._contacts.state(before)
        if state is None or not state.listeners:
            return
        everyone = tuple(state.listeners.values())
        for listener in everyone:
            if listener.present:
                self._end(before, listener)
        state.listeners.clear()
        self._moved[following] = [
            replace(listener, host=following) if listener.host == before else listener
            for listener in everyone
            if listener.mode is not MonitorMode.TAKE_OVER
        ]

    def _arrive(self, following: ContactId) -> None:
        for listener in self._moved.pop(following):
            started = MonitoringStarted(
                supervisor=listener.supervisor, monitor=listener.monitor, host=listener.host, mode=listener.mode
            )
            self._contacts.write(following, started)
            if not listener.present:
                self._end(following, listener)

    def _check(self, contact: ContactId, agent: AgentId) -> None:
        """Another agent talks in a conversation that is listened to."""
        state = self._contacts.state(contact)
        if state is None or not state.listeners:
            return
        task = asyncio.create_task(self._end_if_private(state, agent), name=f"rights of {agent}")
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    async def _end_if_private(self, state: ContactState, agent: AgentId) -> None:
        rights = await self._store.run(lambda store: store.supervision.of(agent))
        if rights.monitorable:
            return
        logger.warning("agent %s is not to be monitored: supervisors leave", agent, extra=fields(contact=state.contact))
        for listener in tuple(state.listeners.values()):
            self._contacts.command(HangUpContact(contact=listener.monitor))
