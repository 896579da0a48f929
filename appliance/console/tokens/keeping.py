"""Makes and revokes tokens; each is audited. The text of a token is given back once and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.database.tables import ApiToken, Branch
from appliance.console.errors import NotFoundError
from appliance.console.people.errors import PersonError
from appliance.console.people.present import Present
from appliance.console.people.roles import EVERY_BRANCH
from appliance.console.tokens.scopes import LONGEST_LIFE_S, Scope, fresh_token, scopes_of

LONGEST_NAME: Final = 100
DAY_S: Final = 86400.0


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a token shall be: name: what it is for; life_s: until it ends."""

    name: str
    scopes: tuple[str, ...]
    branches: tuple[str, ...]
    life_s: float


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A token for lists. state: good, revoked or over."""

    token: str
    name: str
    maker: str
    scopes: tuple[str, ...]
    branches: tuple[str, ...]
    made_s: float
    ends_s: float
    used_s: float | None
    state: str


async def known(session: AsyncSession, *, wall_s: float) -> list[Known]:
    """All, the newest first."""
    rows = (await session.scalars(select(ApiToken).order_by(ApiToken.made_s.desc(), ApiToken.token))).all()
    return [_known(row, wall_s) for row in rows]


async def make(session: AsyncSession, wish: Wish, *, maker: Present, wall_s: float) -> str:
    """The token's text. Raises PersonError."""
    name = " ".join(wish.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise PersonError(f"a token needs a name of 1 to {LONGEST_NAME} characters", kind="token_name")
    if not 0 < wish.life_s <= LONGEST_LIFE_S:
        raise PersonError(f"a token lasts up to {LONGEST_LIFE_S / DAY_S:.0f} days", kind="token_life")
    scopes = scopes_of(wish.scopes)
    branches = await checked_branches(session, wish.branches)
    made = fresh_token()
    session.add(
        ApiToken(
            token=made.token,
            kept=made.kept,
            name=name,
            maker=maker.person,
            scopes=" ".join(scope for scope in Scope if scope in scopes),
            branches=branches,
            made_s=wall_s,
            ends_s=wall_s + wish.life_s,
        )
    )
    await session.flush()
    detail = f"{' '.join(sorted(scopes))} at {branches}"
    await note(session, deed=Deed.TOKEN_MADE, about=f"token:{made.token}", detail=detail, **maker.signature(wall_s))
    return made.text


async def revoke(session: AsyncSession, token: str, *, by: Present, wall_s: float) -> None:
    """At once. Raises NotFoundError."""
    row = await session.get(ApiToken, token)
    if row is None:
        raise NotFoundError(f"there is no token {token[:20]!r}")
    row.revoked_s = row.revoked_s or wall_s
    await session.flush()
    await note(session, deed=Deed.TOKEN_REVOKED, about=f"token:{row.token}", **by.signature(wall_s))


async def checked_branches(session: AsyncSession, branches: Iterable[str]) -> str:
    """As tokens and webhooks keep them: names with a space between, `*` for every branch. Raises PersonError."""
    wanted = set(branches)
    if EVERY_BRANCH in wanted:
        return EVERY_BRANCH
    there = set((await session.scalars(select(Branch.branch))).all())
    if missing := sorted(wanted - there):
        raise PersonError(f"there is no branch {missing[0]!r}; add it first", kind="branch", branch=missing[0])
    if not wanted:
        raise PersonError("choose at least one branch", kind="branches")
    return " ".join(sorted(wanted))


def _known(row: ApiToken, wall_s: float) -> Known:
    return Known(
        token=row.token,
        name=row.name,
        maker=row.maker,
        scopes=tuple(row.scopes.split()),
        branches=tuple(row.branches.split()),
        made_s=row.made_s,
        ends_s=row.ends_s,
        used_s=row.used_s,
        state="revoked" if row.revoked_s is not None else "over" if row.ends_s <= wall_s else "good",
    )
