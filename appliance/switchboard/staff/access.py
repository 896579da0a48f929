"""Who an agent is by number and PIN: PINs are set, checked and counted here.

Wrong ones lock the agent for a while, longer each time; a new PIN unlocks. Nobody learns whether number or PIN was
wrong. Hashing takes a while, so it is done beside the store's thread.
"""

from __future__ import annotations

import asyncio

import msgspec

from appliance.clock import Clock
from appliance.errors import RequestError
from appliance.ids import AgentId
from appliance.store.agent_access import AgentAccess
from appliance.store.store import Store
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.staff import pins
from appliance.switchboard.store_thread import StoreThread

TRIES = 3  # wrong PINs before the first lock
FIRST_LOCK_S = 60.0
LONGEST_LOCK_S = 3600.0


class WrongPinError(RequestError):
    """Number and PIN are not those of an agent; or, with kind `locked`, too many were not."""


class Access:
    """PINs of the agents in `store`."""

    def __init__(self, store: StoreThread, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()  # one check at a time: guesses can't be made side by side

    async def set_pin(self, agent: AgentId, pin: str | None) -> Row:
        """agent, login, pin (only one that was made). Ends a lock. Raises RequestError."""
        chosen = pins.make_pin() if pin is None else pins.checked_pin(pin)
        kept = await asyncio.to_thread(pins.hash_pin, chosen)

        def write(store: Store) -> AgentAccess:
            if store.agents.get(agent) is None:
                raise missing("agent", agent)
            access = msgspec.structs.replace(store.agent_access.of(agent), pin_hash=kept, wrong=0, locked_until=0.0)
            store.agent_access.put(access)
            return access

        access = await self._store.run(write)
        return {"agent": agent, "login": access.login, "pin": chosen if pin is None else None}

    async def prove(self, number: str, pin: str) -> AgentId:
        """The agent with this log-in number (or own extension) and this PIN. Raises WrongPinError."""
        async with self._turn:
            access = await self._store.run(lambda store: store.agent_access.by_number(number))
            if access is not None and access.locked_until > self._clock().wall_s:
                raise WrongPinError(f"agent {access.agent} is locked after wrong PINs; try again later", kind="locked")
            right = await asyncio.to_thread(pins.is_pin, pin, "" if access is None else access.pin_hash)
            if access is not None:
                await self._store.run(lambda store: store.agent_access.put(self._counted(access, right=right)))
        if access is None or not right:
            raise WrongPinError("number and PIN are not those of an agent; try again", kind="refused")
        return access.agent

    def _counted(self, access: AgentAccess, *, right: bool) -> AgentAccess:
        if right:
            return msgspec.structs.replace(access, wrong=0, locked_until=0.0)
        wrong = access.wrong + 1
        lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2 ** (wrong - TRIES)) if wrong >= TRIES else 0.0
        until = self._clock().wall_s + lock_s if lock_s else 0.0
        return msgspec.structs.replace(access, wrong=wrong, locked_until=until)
