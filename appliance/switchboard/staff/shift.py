"""Agents at work: where each sits, the status chosen, after-contact work; by command or by telephone, the same way.

One phone has one agent at most: who logs in where somebody else is at rest takes the place, who is busy keeps it. The
ACD decides what follows of it. Must not check PINs: `access` does, and a command needs none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from appliance.acd import events as acd
from appliance.acd.agents import RESTING
from appliance.acd.model import AVAILABLE, OFFLINE
from appliance.acd.snapshots import AgentSnapshot
from appliance.clock import Clock
from appliance.errors import RequestError
from appliance.ids import AgentId, Extension
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.agent_rows import agent_row
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.routing.routing import Routing
from appliance.switchboard.staff.statuses import chosen_status
from appliance.switchboard.store_thread import StoreThread


class Shift:
    """`publish`: the dial plan follows where agents sit."""

    def __init__(
        self,
        *,
        routing: Routing,
        store: StoreThread,
        ledger: Ledger,
        clock: Clock,
        publish: Callable[[], Awaitable[None]],
    ) -> None:
        self._routing = routing
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._publish = publish

    async def snapshot(self, agent: AgentId) -> AgentSnapshot:
        """The agent as the ACD has it. Raises RequestError (`not_found`)."""
        await self._routing.deciding.wait()
        found = self._routing.acd.agent_snapshot(agent)
        if found is None:
            raise missing("agent", agent)
        return found

    async def log_in(self, given: ask.AgentLogIn) -> Row:
        """The agent sits at the extension (None: the own one) from now on and is Available, at the latest when what is
        under way is over. Raises RequestError where somebody busy sits there."""
        agent = AgentId(given.agent)
        await self.snapshot(agent)
        extension = await self._store.run(lambda store: _seat(store, agent, given.extension))
        told: list[acd.AcdEvent] = []
        other = self._sitting_at(extension)
        if other is not None and other != agent:
            if (await self.snapshot(other)).activity not in RESTING:
                raise RequestError(f"agent {other} is busy at {extension}; choose another phone", kind="conflict")
            told += _sent_off(other, None)
        told += [acd.AgentSeated(agent=agent, extension=extension), acd.AgentStatusSet(agent=agent, status=AVAILABLE)]
        return await self._move(agent, told)

    async def log_out(self, given: ask.AgentNamed) -> Row:
        """Offline, at the latest when what is under way is over, and back at the own phone, or at none; whoever owns
        the phone sits there again."""
        agent = AgentId(given.agent)
        seat = (await self.snapshot(agent)).extension
        own, owner = await self._store.run(lambda store: _owners(store, agent, seat))
        home = own if own is not None and self._sitting_at(own) in (None, agent) else None
        told: list[acd.AcdEvent] = list(_sent_off(agent, home))
        if owner is not None and owner != agent and seat != home and self._seat_of(owner) is None:
            told.append(acd.AgentSeated(agent=owner, extension=seat))
        return await self._move(agent, told)

    async def set_status(self, given: ask.AgentStatus) -> Row:
        """The agent as `agent_row` after the change; None changes nothing. Raises RequestError for no such status."""
        agent, wanted = AgentId(given.agent), given.status
        await self.snapshot(agent)
        if wanted is not None:
            status = await self._store.run(lambda store: chosen_status(store, wanted))
            self._routing.tell([acd.AgentStatusSet(agent=agent, status=status)])
        return await self.row(agent)

    async def clear(self, given: ask.AgentNamed) -> Row:
        """End the agent's after-contact work; as `set_status`."""
        agent = AgentId(given.agent)
        await self.snapshot(agent)
        self._routing.tell([acd.WrapUpCleared(agent=agent)])
        return await self.row(agent)

    async def extend(self, given: ask.AgentExtend) -> Row:
        """More time for the agent's after-contact work; as `set_status`. Raises RequestError where none has a limit."""
        agent = AgentId(given.agent)
        if (await self.snapshot(agent)).wrap_up_until is None:
            raise RequestError(f"agent {agent} has no after-contact work with a time limit", kind="conflict")
        self._routing.tell([acd.WrapUpExtended(agent=agent, seconds=given.seconds)])
        return await self.row(agent)

    async def row(self, agent: AgentId) -> Row:
        """As `agent_row`."""
        return agent_row(await self.snapshot(agent), self._clock().mono_s)

    def _sitting_at(self, extension: Extension) -> AgentId | None:
        return next((agent for agent in self._routing.acd.agents() if self._seat_of(agent) == extension), None)

    def _seat_of(self, agent: AgentId | None) -> Extension | None:
        found = None if agent is None else self._routing.acd.agent_snapshot(agent)
        return None if found is None else found.extension

    async def _move(self, agent: AgentId, told: list[acd.AcdEvent]) -> Row:
        """The dial plan is made of what is stored."""
        self._routing.tell(told)
        await self._ledger.caught_up()
        await self._publish()
        return await self.row(agent)


def _sent_off(agent: AgentId, home: Extension | None) -> tuple[acd.AcdEvent, ...]:
    return acd.AgentStatusSet(agent=agent, status=OFFLINE), acd.AgentSeated(agent=agent, extension=home)


def _seat(store: Store, agent: AgentId, wanted: str | None) -> Extension:
    """Raises RequestError (`not_found`)."""
    stored = store.agents.get(agent)
    own = stored.plan.extension if stored is not None else None
    extension = Extension(wanted) if wanted is not None else own
    if extension is None:
        raise RequestError(f"agent {agent} has no phone of their own; say which: --extension 101", kind="invalid")
    if store.extensions.get(extension) is None:
        raise missing("extension", extension)
    return extension


def _owners(store: Store, agent: AgentId, seat: Extension | None) -> tuple[Extension | None, AgentId | None]:
    """The agent's own phone, and whose own phone `seat` is."""
    own = {entry.plan.agent: entry.plan.extension for entry in store.agents.all()}
    owner = next((name for name, extension in own.items() if seat is not None and extension == seat), None)
    return own.get(agent), owner
