"""Who an agent is by number and PIN, and which mailbox opens: PINs are set, checked and counted here.

Wrong ones lock the agent (or the mailbox) for a while, longer each time; a new PIN unlocks. Nobody learns whether the
number or the PIN was wrong. Hashing takes a while, so it is done beside the store's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec

from appliance.clock import Clock
from appliance.errors import RequestError
from appliance.ids import AgentId
from appliance.store.agent_access import AgentAccess
from appliance.store.mailbox_access import MailboxAccess
from appliance.store.mailboxes import OwnerKind
from appliance.store.store import Store
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.staff import pins
from appliance.switchboard.store_thread import StoreThread

TRIES = 3  # wrong PINs before the first lock
FIRST_LOCK_S = 60.0
LONGEST_LOCK_S = 3600.0

Kept = TypeVar("Kept", AgentAccess, MailboxAccess)


class WrongPinError(RequestError):
    """Number and PIN are not those of an agent or a mailbox; or, with kind `locked`, too many were not."""


class Access:
    """PINs of the agents and mailboxes in `store`."""

    def __init__(self, store: StoreThread, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()  # one check at a time: guesses can't be made side by side

    async def set_pin(self, agent: AgentId, pin: str | None) -> Row:
        """agent, login, pin (only one that was made). Ends a lock. Raises RequestError."""
        chosen, kept = await _chosen(pin)

        def write(store: Store) -> AgentAccess:
            if store.agents.get(agent) is None:
                raise missing("agent", agent)
            access = msgspec.structs.replace(store.agent_access.of(agent), pin_hash=kept, wrong=0, locked_until=0.0)
            store.agent_access.put(access)
            return access

        access = await self._store.run(write)
        return {"agent": agent, "login": access.login, "pin": chosen if pin is None else None}

    async def set_mailbox_pin(self, mailbox: str, pin: str | None) -> Row:
        """mailbox, number, pin (only one that was made). Ends a lock. Raises RequestError."""
        chosen, kept = await _chosen(pin)

        def write(store: Store) -> str:
            known = store.mailboxes.get(mailbox)
            if known is None or not known.enabled:
                raise missing("mailbox", mailbox)
            if known.kind is OwnerKind.AGENT and known.owner == mailbox:
                raise RequestError(
                    f"mailbox {mailbox} opens by the PIN of its agent; set that with 'linekeeper agent pin {mailbox}'",
                    kind="conflict",
                )
            store.mailbox_access.put(MailboxAccess(mailbox=mailbox, pin_hash=kept))
            return known.number

        number = await self._store.run(write)
        return {"mailbox": mailbox, "number": number or None, "pin": chosen if pin is None else None}

    async def prove(self, number: str, pin: str) -> AgentId:
        """The agent with this log-in number (or own extension) and this PIN. Raises WrongPinError."""
        async with self._turn:
            access = await self._store.run(lambda store: store.agent_access.by_number(number))
            right = await self._tried(access, pin, lambda store, tried: store.agent_access.put(tried))
        if access is None or not right:
            raise WrongPinError("number and PIN are not those of an agent; try again", kind="refused")
        return access.agent

    async def prove_mailbox(self, number: str, pin: str) -> str:
        """The mailbox with this number and this PIN, or else that of the agent of `prove`. Raises WrongPinError."""
        async with self._turn:
            access = await self._store.run(lambda store: store.mailbox_access.by_number(number))
            if access is not None:
                right = await self._tried(access, pin, lambda store, tried: store.mailbox_access.put(tried))
        if access is None:
            return await self.prove(number, pin)
        if not right:
            raise WrongPinError("number and PIN are not those of a mailbox; try again", kind="refused")
        return access.mailbox

    async def _tried(self, access: Kept | None, pin: str, put: Callable[[Store, Kept], None]) -> bool:
        """Whether it is the PIN; the try is counted. Takes as long for nobody."""
        right = await self._is_right(access, pin)
        if access is not None:
            counted = self._counted(access, right=right)
            await self._store.run(lambda store: put(store, counted))
        return right

    async def _is_right(self, access: AgentAccess | MailboxAccess | None, pin: str) -> bool:
        """Raises WrongPinError while it is locked."""
        if access is not None and access.locked_until > self._clock().wall_s:
            who = f"agent {access.agent}" if isinstance(access, AgentAccess) else f"mailbox {access.mailbox}"
            raise WrongPinError(f"{who} is locked after wrong PINs; try again later", kind="locked")
        return await asyncio.to_thread(pins.is_pin, pin, "" if access is None else access.pin_hash)

    def _counted(self, access: Kept, *, right: bool) -> Kept:
        if right:
            return msgspec.structs.replace(access, wrong=0, locked_until=0.0)
        wrong = access.wrong + 1
        lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2 ** (wrong - TRIES)) if wrong >= TRIES else 0.0
        until = self._clock().wall_s + lock_s if lock_s else 0.0
        return msgspec.structs.replace(access, wrong=wrong, locked_until=until)


async def _chosen(pin: str | None) -> tuple[str, str]:
    """`pin`, or one that is made, and its hash. Raises RequestError."""
    chosen = pins.make_pin() if pin is None else pins.checked_pin(pin)
    return chosen, await asyncio.to_thread(pins.hash_pin, chosen)
