"""How the branch is right now, as the console's live board wants it.

From memory and one look into the store; asks the edge nothing, so it may be called every second. Customers' numbers
are not masked: the console is the organisation's own. Reads only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from appliance.acd.machine import Acd
from appliance.clock import Clock
from appliance.cloud.live import Health, LiveAgent, LiveContact, LiveQueue, LiveState
from appliance.cloud.noted import MetricSnapshot
from appliance.stamps import Stamp
from appliance.store.contact_row import ContactRow, Stage
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.edge_watch import EdgeWatch
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.measuring.present import Present
from appliance.switchboard.settings import Settings
from appliance.switchboard.store_thread import StoreThread

Names = dict[str, str]
Json = dict[str, Any]
Operation = tuple[type[ask.Arguments], Callable[[Any], Awaitable[Any]]]


class LiveView:
    """`look` for the live board, `measure` for a snapshot of the metrics."""

    def __init__(
        self,
        *,
        acd: Acd,
        contacts: Contacts,
        present: Present,
        watch: EdgeWatch,
        ledger: Ledger,
        store: StoreThread,
        settings: Settings,
        clock: Clock,
        version: str,
        more_warnings: Callable[[], list[str]] = list,
    ) -> None:
        """more_warnings: of parts that aren't here."""
        self._acd = acd
        self._contacts = contacts
        self._present = present
        self._watch = watch
        self._ledger = ledger
        self._store = store
        self._settings = settings
        self._clock = clock
        self._version = version
        self._more_warnings = more_warnings

    @property
    def operations(self) -> Mapping[str, Operation]:
        """By name, for the API."""
        return {
            "live.look": (ask.Nothing, lambda _: self.look()),
            "live.measure": (ask.Nothing, lambda _: self.measure()),
        }

    async def look(self) -> Json:
        """A `LiveState`; number and what only sync knows of the health are 0."""
        rows, queues, agents = await self._store.run(_read)
        now = self._clock()
        state = LiveState(
            at=now,
            number=0,
            queues=tuple(self._queues(queues, now)),
            agents=tuple(self._agents(agents, now)),
            contacts=tuple(_contact(row, now) for row in rows if row.stage is not Stage.CLOSED),
            health=self._health(now),
        )
        made: Json = msgspec.to_builtins(state)
        return made

    async def measure(self) -> Json:
        """A `MetricSnapshot`."""
        queues = {str(queue): self._present.of_queue(queue) or {} for queue in self._present.queues()}
        made: Json = msgspec.to_builtins(MetricSnapshot(at=self._clock(), branch=self._present.of_all(), queues=queues))
        return made

    def _queues(self, names: Names, now: Stamp) -> list[LiveQueue]:
        found = (self._acd.queue_snapshot(queue, now.mono_s) for queue in self._acd.queues())
        return [
            LiveQueue(
                queue=queue.queue,
                name=names.get(queue.queue, "") or queue.queue,
                waiting=queue.contacts_in_queue + queue.contacts_offered,
                oldest_s=round(queue.oldest_age_s, 1),
                staffed=queue.agents_online,
                available=queue.agents_available,
            )
            for queue in found
            if queue is not None
        ]

    def _agents(self, names: Names, now: Stamp) -> list[LiveAgent]:
        found = (self._acd.agent_snapshot(agent) for agent in self._acd.agents())
        return [
            LiveAgent(
                agent=agent.agent,
                name=names.get(agent.agent, "") or agent.agent,
                status=agent.status,
                activity=agent.activity.value,
                since_s=round(max(0.0, now.mono_s - agent.since), 1),
                contact=agent.contact or "",
            )
            for agent in found
            if agent is not None
        ]

    def _health(self, now: Stamp) -> Health:
        processes = self._contacts.processes
        return Health(
            version=self._version,
            uptime_s=round(now.mono_s, 1),
            edge=self._watch.state,
            contact_processes=processes.connected,
            free_processes=processes.free,
            storage_used=0,
            storage_budget=0,
            pending_events=0,
            pending_recordings=0,
            warnings=tuple(self._warnings(processes.connected)),
        )

    def _warnings(self, connected: int) -> list[str]:
        capacity = self._settings.configuration.contacts.capacity
        found = ["the disk is full: records wait in memory and in journals"] if self._ledger.full else []
        if not self._watch.answers:
            found.append("the edge does not answer: no call can come in")
        if connected < capacity:
            found.append(f"{capacity - connected} of {capacity} contact processes do not answer")
        return [*found, *self._more_warnings(), *self._settings.problems]


def _read(store: Store) -> tuple[list[ContactRow], Names, Names]:
    queues = {str(queue.plan.queue): queue.display_name for queue in store.queues.all()}
    agents = {str(agent.plan.agent): agent.display_name for agent in store.agents.all()}
    return store.contacts.under_way(), queues, agents


def _contact(row: ContactRow, now: Stamp) -> LiveContact:
    return LiveContact(
        contact=row.contact,
        stage=row.stage.value,
        customer=row.customer.address if row.customer else "",
        queue=row.queue or "",
        agent=row.agent or "",
        since_s=round(now.seconds_since(row.started), 1),
    )
