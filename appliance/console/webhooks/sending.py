"""Sends what waits, webhook by webhook: a slow receiver keeps nobody else waiting.

Any number of processes do it at once; `claiming` sees to it that each delivery is in one hand and each line in order.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.context import Console
from appliance.console.database.finishing import finished
from appliance.console.database.tables import Webhook
from appliance.console.people.vault import Vault
from appliance.console.webhooks import claiming, kinds, signing
from appliance.console.webhooks.claiming import Delivery
from appliance.console.webhooks.keeping import secret_purpose
from appliance.console.webhooks.outside import Answer, Outside
from appliance.console.webhooks.retrying import Fate, after_try

log = logging.getLogger(__name__)
AT_ONCE: Final = 8  # lines of one webhook


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send and what to sign with, the newest secret first."""

    address: str
    secrets: tuple[str, ...]


class Sender:
    """Of one process. chance: 0 … 1, spreads retries."""

    def __init__(self, console: Console, outside: Outside, chance: Callable[[], float] = random.random) -> None:
        self._console, self._outside, self._chance = console, outside, chance

    @finished
    async def webhooks(self) -> frozenset[str]:
        """Those that are on."""
        async with self._console.database.reading() as session:
            return frozenset((await session.scalars(select(Webhook.webhook).where(Webhook.state == "on"))).all())

    async def round(self, webhook: str) -> int:
        """Everything of this webhook that is due now, a few lines at once; returns how many tries there were."""
        claimed = await self._claimed(webhook)
        if claimed:
            target = await self._target(webhook)
            await asyncio.gather(*(self._try(webhook, target, one) for one in claimed))
        return len(claimed)

    @finished
    async def due_s(self, webhook: str) -> float | None:
        """Seconds until the next one may be due, None: nothing waits."""
        async with self._console.database.reading() as session:
            at_s = await claiming.next_due_s(session, webhook)
        return None if at_s is None else max(0.0, at_s - self._console.now_s())

    @finished
    async def sweep(self) -> None:
        async with self._console.database.writing() as session:
            await claiming.sweep(session, wall_s=self._console.now_s())

    @finished
    async def _target(self, webhook: str) -> Target | None:
        now_s = self._console.now_s()
        async with self._console.database.reading() as session:
            row = await session.get(Webhook, webhook)
        if row is None:
            return None
        sealed = [row.secret] + ([row.old_secret] if row.old_secret and row.old_until_s > now_s else [])
        vault = Vault(self._console.settings.data_dir)
        return Target(
            address=row.address, secrets=tuple(vault.open(one, purpose=secret_purpose(webhook)) for one in sealed)
        )

    @finished
    async def _claimed(self, webhook: str) -> list[Delivery]:
        async with self._console.database.writing() as session:
            wall_s = self._console.now_s()
            return await claiming.claim(session, webhook, wall_s=wall_s, limit=AT_ONCE)

    async def _try(self, webhook: str, target: Target | None, one: Delivery) -> None:
        try:
            answer = Answer(status=410) if target is None else await self._posted(target, one)
        except asyncio.CancelledError:
            await self._released(one)
            raise
        await self._settled(webhook, one, answer)

    @finished
    async def _released(self, one: Delivery) -> None:
        """The process ends in the middle of a try: nobody has to wait for the lease."""
        async with self._console.database.writing() as session:
            await claiming.release(session, one)

    @finished
    async def _settled(self, webhook: str, one: Delivery, answer: Answer) -> None:
        verdict = after_try(tries=one.tries + 1, status=answer.status, chance=self._chance(), wished_s=answer.wished_s)
        if verdict.fate is not Fate.DELIVERED:
            log.info("webhook %s, event %s: %s", webhook, one.event, answer.trouble or answer.status)
        async with self._console.database.writing() as session:
            now_s = self._console.now_s()
            await claiming.settle(session, one, verdict, wall_s=now_s, status=answer.status, trouble=answer.trouble)
            if verdict.fate is Fate.GONE:
                await self._gone(session, webhook, now_s)

    async def _gone(self, session: AsyncSession, webhook: str, now_s: float) -> None:
        gone = update(Webhook).where(Webhook.webhook == webhook, Webhook.state == "on").values(state="gone")
        if (await session.execute(gone.returning(Webhook.webhook))).first() is None:
            return
        detail, about = "the receiver answered 410: it is gone", f"webhook:{webhook}"
        await note(session, wall_s=now_s, who="console", deed=Deed.WEBHOOK_CHANGED, about=about, detail=detail)

    async def _posted(self, target: Target, one: Delivery) -> Answer:
        body = one.body.encode()
        signed = signing.headers(body, event=one.event, wall_s=self._console.now_s(), secrets_=target.secrets)
        return await self._outside.post(target.address, body, {"Content-Type": kinds.CONTENT_TYPE, **signed})
