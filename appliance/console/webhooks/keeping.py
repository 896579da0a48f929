"""Adds and changes webhooks; each change is audited. A secret is given back once, and kept sealed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.database.tables import Webhook, WebhookDelivery
from appliance.console.errors import NotFoundError
from appliance.console.people.errors import PersonError
from appliance.console.people.present import Present
from appliance.console.people.vault import Vault
from appliance.console.tokens.keeping import checked_branches
from appliance.console.webhooks import addresses, kinds, signing

LONGEST_NAME: Final = 100
OLD_SECRET_S: Final = 86400.0  # how long a replaced secret is signed with too


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook shall be."""

    name: str
    address: str
    kinds: tuple[str, ...]
    branches: tuple[str, ...]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook for lists. waiting, given_up: how many deliveries."""

    webhook: str
    name: str
    address: str
    kinds: tuple[str, ...]
    branches: tuple[str, ...]
    state: str
    made_s: float
    waiting: int
    given_up: int


class Keeper:
    """Of one request: by whom, when. data_dir: where the key for secrets lies; allowed: networks of one's own."""

    def __init__(
        self,
        session: AsyncSession,
        *,
        data_dir: Path,
        by: Present,
        wall_s: float,
        allowed: Iterable[addresses.Network] = (),
    ) -> None:
        self._session, self._by, self._wall_s = session, by, wall_s
        self._data_dir, self._allowed = data_dir, tuple(allowed)

    async def add(self, wish: Wish) -> tuple[str, str]:
        """(webhook, its secret). Raises PersonError."""
        webhook, secret = str(uuid.uuid4()), signing.fresh_secret()
        values = await self._checked(wish)
        row = Webhook(
            webhook=webhook, secret=self._sealed(webhook, secret), maker=self._by.person, made_s=self._wall_s, **values
        )
        self._session.add(row)
        await self._session.flush()
        await self._note(Deed.WEBHOOK_ADDED, webhook, f"{row.kinds} at {row.branches} to {row.address}")
        return webhook, secret

    async def change(self, webhook: str, wish: Wish) -> None:
        """Raises PersonError, NotFoundError."""
        row, values = await self._row(webhook), await self._checked(wish)
        for name, value in values.items():
            setattr(row, name, value)
        await self._session.flush()
        await self._note(Deed.WEBHOOK_CHANGED, webhook, f"{row.kinds} at {row.branches} to {row.address}")

    async def switch(self, webhook: str, *, on: bool) -> None:
        """What waits goes on waiting while it is off; new events aren't queued. Raises NotFoundError."""
        row = await self._row(webhook)
        row.state = "on" if on else "off"
        await self._session.flush()
        await self._note(Deed.WEBHOOK_CHANGED, webhook, row.state)

    async def new_secret(self, webhook: str) -> str:
        """The old one is signed with too for a day. Raises NotFoundError."""
        row, secret = await self._row(webhook), signing.fresh_secret()
        row.old_secret, row.old_until_s = row.secret, self._wall_s + OLD_SECRET_S
        row.secret = self._sealed(webhook, secret)
        await self._session.flush()
        await self._note(Deed.WEBHOOK_CHANGED, webhook, "new secret")
        return secret

    async def remove(self, webhook: str) -> None:
        """With everything that waits. Raises NotFoundError."""
        await self._session.delete(await self._row(webhook))
        await self._session.flush()
        await self._note(Deed.WEBHOOK_REMOVED, webhook, "")

    async def try_again(self, webhook: str) -> None:
        """Everything that waits or was given up, from now on. Raises NotFoundError."""
        await self._row(webhook)
        those = update(WebhookDelivery).where(
            WebhookDelivery.webhook == webhook, WebhookDelivery.state.in_(("waiting", "given_up"))
        )
        await self._session.execute(those.values(state="waiting", tries=0, next_s=self._wall_s, done_s=None))
        await self._note(Deed.WEBHOOK_CHANGED, webhook, "tries again")

    async def ping(self, webhook: str) -> None:
        """Queue an event that says nothing, to try it out. Raises NotFoundError."""
        row = await self._row(webhook)
        event = f"ping-{uuid.uuid4()}"
        self._session.add(
            WebhookDelivery(
                webhook=row.webhook,
                line=kinds.line_of(webhook, branch="", subject=event, kind=kinds.PING),
                event=event,
                kind=kinds.PING,
                branch="",
                subject="",
                body=kinds.ping(event, wall_s=self._wall_s),
                queued_s=self._wall_s,
                next_s=self._wall_s,
            )
        )
        await self._session.flush()

    async def _checked(self, wish: Wish) -> dict[str, str]:
        name = " ".join(wish.name.split())
        if not name or len(name) > LONGEST_NAME:
            raise PersonError(f"a webhook needs a name of 1 to {LONGEST_NAME} characters", kind="webhook_name")
        return {
            "name": name,
            "address": addresses.checked(wish.address.strip(), allowed=self._allowed),
            "kinds": kinds.checked(wish.kinds),
            "branches": await checked_branches(self._session, wish.branches),
        }

    async def _row(self, webhook: str) -> Webhook:
        row = await self._session.get(Webhook, webhook, with_for_update=True)
        if row is None:
            raise NotFoundError(f"there is no webhook {webhook[:40]!r}")
        return row

    async def _note(self, deed: Deed, webhook: str, detail: str) -> None:
        about, signature = f"webhook:{webhook}", self._by.signature(self._wall_s)
        await note(self._session, deed=deed, about=about, detail=detail, **signature)

    def _sealed(self, webhook: str, secret: str) -> str:
        return Vault(self._data_dir).seal(secret, purpose=secret_purpose(webhook))


def secret_purpose(webhook: str) -> str:
    """What a sealed secret is sealed for."""
    return f"webhook:{webhook}"


async def known(session: AsyncSession) -> list[Known]:
    """All, by name."""
    counts = await _counts(session)
    rows = (await session.scalars(select(Webhook).order_by(Webhook.name, Webhook.webhook))).all()
    return [_known(row, counts) for row in rows]


async def one(session: AsyncSession, webhook: str) -> Known:
    """Raises NotFoundError."""
    row = await session.get(Webhook, webhook)
    if row is None:
        raise NotFoundError(f"there is no webhook {webhook[:40]!r}")
    return _known(row, await _counts(session))


async def deliveries(session: AsyncSession, webhook: str, *, limit: int = 50) -> list[WebhookDelivery]:
    """The newest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook == webhook)
    return list((await session.scalars(query.order_by(WebhookDelivery.delivery.desc()).limit(limit))).all())


async def _counts(session: AsyncSession) -> dict[tuple[str, str], int]:
    columns = WebhookDelivery.webhook, WebhookDelivery.state
    rows = await session.execute(select(*columns, func.count()).group_by(*columns))
    return {(webhook, state): count for webhook, state, count in rows}


def _known(row: Webhook, counts: dict[tuple[str, str], int]) -> Known:
    return Known(
        webhook=row.webhook,
        name=row.name,
        address=row.address,
        kinds=tuple(row.kinds.split()),
        branches=tuple(row.branches.split()),
        state=row.state,
        made_s=row.made_s,
        waiting=counts.get((row.webhook, "waiting"), 0),
        given_up=counts.get((row.webhook, "given_up"), 0),
    )
