"""Finds who a token stands for: what it may is what its scopes say and its maker still may."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import select, update

from appliance.console.context import Console
from appliance.console.database.tables import ApiToken, Person
from appliance.console.people.roles import EVERY_BRANCH, Branches, Grants, Right
from appliance.console.people.sessions import grants_in
from appliance.console.tokens.scopes import Scope, proves, rights_of, token_of

_TOUCH_S: Final = 600.0


class Bearer(msgspec.Struct, frozen=True, kw_only=True):
    """grants: the maker's; rights, at: the token's own limits."""

    token: str
    name: str
    maker: str
    grants: Grants
    rights: frozenset[Right]
    at: Branches


async def bearer(console: Console, text: str) -> Bearer | None:
    """Of the token as it was sent; None for one that is unknown, wrong, revoked or over, or whose maker is out."""
    token = token_of(text)
    if token is None:
        return None
    now_s = console.now_s()
    async with console.database.reading() as session:
        query = select(ApiToken, Person.disabled_s).join(Person, Person.person == ApiToken.maker)
        row = (await session.execute(query.where(ApiToken.token == token))).one_or_none()
        if row is None or not proves(text, row[0].kept) or not _valid(row[0], row[1], now_s):
            return None
        one = row[0]
        grants = await grants_in(session, one.maker)
    if now_s - (one.used_s or 0.0) > _TOUCH_S:
        await _touch(console, token)
    return Bearer(
        token=token,
        name=one.name,
        maker=one.maker,
        grants=grants,
        rights=rights_of(Scope(word) for word in one.scopes.split()),
        at=branches_of(one.branches),
    )


def branches_of(words: str) -> Branches:
    """Of names with a space between, as tokens and webhooks keep them."""
    names = frozenset(words.split())
    return Branches(every=True) if EVERY_BRANCH in names else Branches(some=names)


def _valid(one: ApiToken, disabled_s: float | None, now_s: float) -> bool:
    return one.revoked_s is None and one.ends_s > now_s and disabled_s is None


async def _touch(console: Console, token: str) -> None:
    async with console.database.writing() as session:
        await session.execute(update(ApiToken).where(ApiToken.token == token).values(used_s=console.now_s()))
