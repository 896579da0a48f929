"""Sessions in the database: begun, found, taken a step further (with a new cookie each time), ended."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.context import Console
from appliance.console.database.tables import Person, PersonGrant, PersonSession
from appliance.console.people.roles import Grants, grants_of
from appliance.console.people.session_tokens import IDLE_S, LIFETIME_S, TOUCH_S, Stage, ends_s, fresh_token, kept

_LONGEST = 200


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A session that isn't over, of a person who may come in. factor: a new second factor's secret, sealed."""

    kept: str
    person: str
    name: str
    stage: Stage
    grants: Grants
    factor: str
    seen_s: float


async def found(console: Console, cookie: str) -> Found | None:
    """The session of that cookie, None where there is none (any more)."""
    async with console.database.reading() as session:
        session_found = await _found(session, kept(cookie), console.now_s())
    if session_found is not None and console.now_s() - session_found.seen_s > TOUCH_S:
        await _touch(console, session_found.kept)
    return session_found


async def begin(
    session: AsyncSession, *, person: str, stage: Stage, wall_s: float, address: str = "", browser: str = ""
) -> str:
    """A new session; returns its cookie. Sessions that are long over go."""
    cookie = fresh_token()
    await session.execute(
        delete(PersonSession).where(
            (PersonSession.begun_s < wall_s - LIFETIME_S) | (PersonSession.seen_s < wall_s - IDLE_S)
        )
    )
    session.add(
        PersonSession(
            kept=kept(cookie),
            person=person,
            stage=stage.value,
            begun_s=wall_s,
            seen_s=wall_s,
            factor="",
            address=address[:_LONGEST],
            browser=browser[:_LONGEST],
        )
    )
    await session.flush()
    return cookie


async def advance(session: AsyncSession, cookie: str, *, stage: Stage, wall_s: float) -> str:
    """The same log-in, a step further: the old cookie is worth nothing any more. Returns the new one."""
    old = (await session.execute(select(PersonSession).where(PersonSession.kept == kept(cookie)))).scalar_one()
    new = await begin(session, person=old.person, stage=stage, wall_s=wall_s, address=old.address, browser=old.browser)
    await session.delete(old)
    await session.flush()
    return new


async def end(session: AsyncSession, cookie: str) -> None:
    await session.execute(delete(PersonSession).where(PersonSession.kept == kept(cookie)))


async def end_all(session: AsyncSession, person: str, *, but: str = "") -> None:
    """Every session of the person; `but`: one cookie's stays."""
    ended = delete(PersonSession).where(PersonSession.person == person)
    await session.execute(ended.where(PersonSession.kept != kept(but)) if but else ended)


async def grants_in(session: AsyncSession, person: str) -> Grants:
    rows = await session.execute(select(PersonGrant.role, PersonGrant.branch).where(PersonGrant.person == person))
    return grants_of([(role, branch) for role, branch in rows])


async def _found(session: AsyncSession, key: str, wall_s: float) -> Found | None:
    query = select(PersonSession, Person).join(Person, Person.person == PersonSession.person)
    row = (await session.execute(query.where(PersonSession.kept == key, Person.disabled_s.is_(None)))).one_or_none()
    if row is None:
        return None
    one, person = row
    stage = Stage(one.stage)
    if wall_s >= ends_s(stage=stage, begun_s=one.begun_s, seen_s=one.seen_s):
        return None
    return Found(
        kept=key,
        person=person.person,
        name=person.name,
        stage=stage,
        grants=await grants_in(session, person.person),
        factor=one.factor,
        seen_s=one.seen_s,
    )


async def _touch(console: Console, key: str) -> None:
    async with console.database.writing() as session:
        await session.execute(update(PersonSession).where(PersonSession.kept == key).values(seen_s=console.now_s()))
