"""What only a running switchboard can tell or do: the state of queues, agents and edge, commands to contacts.

Shapes results for the local API; decides nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from appliance.acd.machine import Acd
from appliance.acd.snapshots import AgentSnapshot
from appliance.clock import Clock
from appliance.edge.requests import RegisteredContact, registered_contacts
from appliance.edge.rpc import AsyncEdgeLink
from appliance.errors import EdgeError
from appliance.ids import AgentId, ContactId, Extension, QueueId
from appliance.stamps import iso_utc
from appliance.switchboard import requests as ask
from appliance.switchboard.api.agent_rows import agent_row
from appliance.switchboard.api.contact_commands import contact_command
from appliance.switchboard.api.listings import Row
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.contacts.orders import Orders
from appliance.switchboard.edge_watch import EdgeWatch
from appliance.switchboard.measuring.present import Present, calendar_day
from appliance.switchboard.measuring.todays_numbers import TodaysNumbers
from appliance.switchboard.routing.routing import Routing

logger = logging.getLogger(__name__)

_OTHER_NAMES = {"OLDEST_CONTACT_AGE": "oldest_contact_age_s", "ESTIMATED_WAIT_TIME": "estimated_wait_time_s"}


class Live:
    """Queues and agents from the ACD, contacts from their processes, phones from the edge."""

    def __init__(
        self,
        *,
        routing: Routing,
        contacts: Contacts,
        orders: Orders,
        edge: AsyncEdgeLink,
        watch: EdgeWatch,
        numbers: TodaysNumbers,
        present: Present,
        clock: Clock,
    ) -> None:
        self._routing = routing
        self._contacts = contacts
        self._orders = orders
        self._edge = edge
        self._watch = watch
        self._numbers = numbers
        self._present = present
        self._clock = clock

    @property
    def _acd(self) -> Acd:
        return self._routing.acd

    # ── agents and contacts ──────────────────────────────────────────────────────────────────────────────────────

    async def command(self, given: ask.ContactCommand) -> Row:
        """contact, command; the contact's process has done it. Raises RequestError, as `Orders.give` does."""
        contact = ContactId(given.contact)
        await self._orders.give(contact_command(self._orders.under_way(contact), given))
        return {"contact": contact, "command": given.command}

    # ── what lists show beside the store ─────────────────────────────────────────────────────────────────────────

    async def with_phones(self, rows: list[Row]) -> list[Row]:
        """Extension rows with `registered`, `contacts` (where) and `phones` (more of each); null without an edge."""
        phones = await self._phones()
        if phones is None:
            return [row | {"registered": None, "contacts": None, "phones": None} for row in rows]
        return [row | _reached(phones.get(row["extension"], [])) for row in rows]

    def with_waiting(self, rows: list[Row]) -> list[Row]:
        """Queue rows with waiting, longest_wait_s, agents (those who serve it)."""
        return [row | self._waiting(QueueId(row["queue"])) for row in rows]

    def with_activity(self, rows: list[Row]) -> list[Row]:
        """Agent rows with what the agent does now."""
        if self._routing.held:
            return rows
        snapshots = {row["agent"]: self._acd.agent_snapshot(AgentId(row["agent"])) for row in rows}
        return [row | (self._agent(found) if (found := snapshots[row["agent"]]) else {}) for row in rows]

    # ── status ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def status(self, capacity: int) -> Row:
        """contacts, processes, edge, queues, agents as they are now, and the numbers of queues and flows of today."""
        edge = await self._edge_status()
        states = self._contacts.under_way()
        return {
            "contacts": {
                "open": sum(not state.disconnected for state in states),
                "in_queue": sum(state.place is not None for state in states),
                "with_agent": sum(bool(state.engaged) for state in states),
                "closing": sum(state.disconnected for state in states),
            },
            "processes": self._processes(capacity),
            "edge": edge,
            "queues": [self._queue(queue) for queue in self._acd.queues()],
            "agents": [self._agent(found) for name in self._acd.agents() if (found := self._acd.agent_snapshot(name))],
            "flows": self._flows(),
        }

    def _flows(self) -> list[Row]:
        """Flows that ran today, with CloudWatch's names for what went wrong."""
        found = self._numbers.of_flows(calendar_day(self._clock().wall_s))
        return [{"flow": flow, **numbers.shown()} for flow, numbers in sorted(found.items())]

    def _queue(self, queue: QueueId) -> Row:
        """Real-time metrics by the names of reference/connect/metrics.md section 3, in lower case."""
        snapshot = self._acd.queue_snapshot(queue, self._clock().mono_s)
        if snapshot is None:
            return {"queue": queue}
        present = self._present.of_queue(queue) or {}
        shown = {_OTHER_NAMES.get(name, name.lower()): value for name, value in present.items()}
        today = self._present.today(queue).shown()
        return {"queue": queue, "contacts_offered": snapshot.contacts_offered, **shown, "today": today}

    def _agent(self, snapshot: AgentSnapshot) -> Row:
        return agent_row(snapshot, self._clock().mono_s)

    def _waiting(self, queue: QueueId) -> Row:
        snapshot = self._acd.queue_snapshot(queue, self._clock().mono_s)
        agents = [name for name in self._acd.agents() if self._serves(name, queue)]
        waiting = None if snapshot is None else snapshot.contacts_in_queue
        age_s = None if snapshot is None else round(snapshot.oldest_age_s, 1)
        return {"waiting": waiting, "longest_wait_s": age_s, "agents": agents}

    def _serves(self, agent: AgentId, queue: QueueId) -> bool:
        snapshot = self._acd.agent_snapshot(agent)
        return snapshot is not None and queue in snapshot.queues

    async def _phones(self) -> Mapping[Extension, list[RegisteredContact]] | None:
        try:
            found = await self._edge.run(registered_contacts())
        except EdgeError as error:
            logger.info("registered phones are not known: %s", error)
            return None
        phones: dict[Extension, list[RegisteredContact]] = {}
        for phone in found:
            phones.setdefault(phone.extension, []).append(phone)
        return phones

    def _processes(self, capacity: int) -> Row:
        found = self._contacts.processes
        since = iso_utc(found.since.wall_s)
        answering = {0: "none answers", capacity: "all answer"}.get(found.connected, f"{found.connected} answer")
        return {
            "connected": found.connected,
            "free": found.free,
            "capacity": capacity,
            "state": answering if found.connected >= capacity else f"{answering} since {since}",
            "since": since,
        }

    async def _edge_status(self) -> Row:
        """What it counted today stays known while it is away; its phones do not."""
        view = await self._watch.look()
        since = iso_utc(view.since.wall_s)
        phones = await self._phones() if view.answers else None
        return {
            "answers": view.answers,
            "state": "answers" if view.answers else f"not answering since {since}",
            "since": since,
            "phones": None if phones is None else sum(map(len, phones.values())),
            "today": dict(view.today),
        }


def _reached(phones: list[RegisteredContact]) -> Row:
    details: list[dict[str, Any]] = [
        {"uri": phone.uri, "expires_s": phone.expires_s, "user_agent": phone.user_agent} for phone in phones
    ]
    return {"registered": bool(phones), "contacts": [phone.uri for phone in phones], "phones": details}
