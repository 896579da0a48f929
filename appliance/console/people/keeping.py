"""Adds and changes people: by an admin's page, or by the command for the first one. Every change is audited.

There is always an admin of all branches who may come in: the last one can't be put out or lose the role.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.database.tables import AuditHead, Branch, Person, PersonGrant
from appliance.console.errors import NotFoundError
from appliance.console.people import recovery, sessions
from appliance.console.people.errors import PersonError
from appliance.console.people.present import Signature
from appliance.console.people.roles import EVERY_BRANCH, Grant, Grants, Role

_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9._@-]{0,62}$")
_LONGEST_NAME: Final = 100


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A person for lists; has_factor: the second factor is set."""

    person: str
    name: str
    grants: Grants
    has_factor: bool
    signed_in_s: float | None
    disabled_s: float | None


def checked_name(typed: str) -> str:
    """A log-in name. Raises PersonError."""
    person = typed.strip().casefold()
    if not _NAME.match(person):
        raise PersonError(
            f"{typed[:80]!r} is no log-in name; it has small letters, digits and . _ @ -, at most 63",
            kind="log_in_name",
        )
    return person


async def known(session: AsyncSession) -> list[Known]:
    """Everybody, by log-in name."""
    rows = (await session.scalars(select(Person).order_by(Person.person))).all()
    return [await _known(session, row) for row in rows]


async def one(session: AsyncSession, person: str) -> Known:
    """Raises NotFoundError."""
    return await _known(session, await _row(session, person))


async def add(
    session: AsyncSession,
    *,
    person: str,
    name: str,
    grants: Iterable[Grant],
    password: str,
    once: bool,
    signature: Signature,
) -> None:
    """password: its hash; once: to be changed at the first log-in. Raises PersonError."""
    log_in_name, shown = checked_name(person), " ".join(name.split())
    if not shown or len(shown) > _LONGEST_NAME:
        raise PersonError(f"a person's name has 1 to {_LONGEST_NAME} characters", kind="person_name")
    if await session.get(Person, log_in_name) is not None:
        raise PersonError(f"there is a person {log_in_name!r} already; choose another name", kind="person_taken")
    wanted = await _checked_grants(session, grants)
    session.add(
        Person(
            person=log_in_name,
            name=shown,
            password=password,
            password_once=once,
            created_s=signature["wall_s"],
        )
    )
    await session.flush()
    await _put_grants(session, log_in_name, wanted)
    detail = " ".join(wanted.words())
    await note(session, deed=Deed.PERSON_ADDED, about=f"person:{log_in_name}", detail=detail, **signature)


async def set_grants(session: AsyncSession, person: str, grants: Iterable[Grant], *, signature: Signature) -> None:
    """These instead of all before. Raises PersonError, NotFoundError."""
    row, wanted = await _row(session, person), await _checked_grants(session, grants)
    await session.execute(delete(PersonGrant).where(PersonGrant.person == row.person))
    await _put_grants(session, row.person, wanted)
    await _must_have_admin(session)
    await _changed(session, person, f"roles: {' '.join(wanted.words()) or 'none'}", signature)


async def put_out(session: AsyncSession, person: str, *, signature: Signature) -> None:
    """The person may not come in any more; what they did stays. Raises PersonError, NotFoundError."""
    row = await _row(session, person)
    row.disabled_s = signature["wall_s"]
    await session.flush()
    await _must_have_admin(session)
    await sessions.end_all(session, person)
    await _changed(session, person, "put out", signature)


async def let_in(session: AsyncSession, person: str, *, signature: Signature) -> None:
    """Raises NotFoundError."""
    (await _row(session, person)).disabled_s = None
    await session.flush()
    await _changed(session, person, "let in again", signature)


async def reset(session: AsyncSession, person: str, *, password: str, factor_too: bool, signature: Signature) -> None:
    """password: hash of one for once; factor_too: phone and recovery codes are lost. Ends every session.

    Raises NotFoundError.
    """
    row = await _row(session, person)
    row.password, row.password_once = password, True
    if factor_too:
        row.factor, row.factor_step = "", 0
        await recovery.forget(session, person)
    await session.flush()
    await sessions.end_all(session, person)
    await _changed(session, person, "new password" + (", second factor forgotten" if factor_too else ""), signature)


async def change_password(
    session: AsyncSession, person: str, *, password: str, cookie: str, signature: Signature
) -> None:
    """By the person: password is the new hash; every session but this cookie's ends."""
    row = await _row(session, person)
    row.password, row.password_once = password, False
    await session.flush()
    await sessions.end_all(session, person, but=cookie)
    await note(session, deed=Deed.PASSWORD_CHANGED, **signature)


async def _row(session: AsyncSession, person: str) -> Person:
    row = await session.get(Person, person, with_for_update=True)
    if row is None:
        raise NotFoundError(f"there is no person {person[:80]!r}")
    return row


async def _known(session: AsyncSession, row: Person) -> Known:
    return Known(
        person=row.person,
        name=row.name,
        grants=await sessions.grants_in(session, row.person),
        has_factor=bool(row.factor),
        signed_in_s=row.signed_in_s,
        disabled_s=row.disabled_s,
    )


async def _checked_grants(session: AsyncSession, grants: Iterable[Grant]) -> Grants:
    wanted = Grants(grants=frozenset(grants))
    there = {EVERY_BRANCH, *(await session.scalars(select(Branch.branch))).all()}
    missing = sorted({grant.branch for grant in wanted.grants} - there)
    if missing:
        raise PersonError(f"there is no branch {missing[0]!r}; add it first", kind="branch", branch=missing[0])
    return wanted


async def _put_grants(session: AsyncSession, person: str, wanted: Grants) -> None:
    session.add_all(PersonGrant(person=person, role=one.role.value, branch=one.branch) for one in wanted.grants)
    await session.flush()


async def _must_have_admin(session: AsyncSession) -> None:
    # The log's head is everybody's lock: two admins who put each other out come one after the other.
    await session.execute(select(AuditHead.id).with_for_update())
    query = select(Person.person).join(PersonGrant, PersonGrant.person == Person.person)
    query = query.where(
        PersonGrant.role == Role.ADMIN.value, PersonGrant.branch == EVERY_BRANCH, Person.disabled_s.is_(None)
    )
    if (await session.scalars(query.limit(1))).first() is None:
        raise PersonError("somebody has to stay admin of all branches; name another one first", kind="last_admin")


async def _changed(session: AsyncSession, person: str, detail: str, signature: Signature) -> None:
    await note(session, deed=Deed.PERSON_CHANGED, about=f"person:{person}", detail=detail, **signature)
