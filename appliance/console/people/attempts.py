"""Counts wrong tries at logging in, by name and by address, in the database: all processes slow the same guesser down.

A try is counted before it is judged, so that a hundred at once are a hundred, and taken back when it was right.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.context import Console
from appliance.console.database.tables import WrongTries
from appliance.console.database.upserting import insert_into
from appliance.console.people.errors import TooManyError
from appliance.console.people.throttle import FORGET_S, FREE_TRIES, FREE_TRIES_ADDRESS, Tries, locked_s

_SAME_OFFICE: Final = 64  # an IPv6 subscriber has a whole /64


async def count(console: Console, *, name: str, address: str) -> None:
    """Count one try. Raises TooManyError while the name or the address is locked; that try isn't counted."""
    now_s = console.now_s()
    async with console.database.writing() as session:
        for subject, free in _subjects(name, address):
            tries = await _locked_row(session, subject)
            wait_s = locked_s(tries, now_s, free=free)
            if wait_s > 0:
                raise TooManyError("too many wrong tries; wait a little", after_s=wait_s)
            after = tries.after_another(now_s)
            changed = update(WrongTries).where(WrongTries.subject == subject)
            await session.execute(changed.values(count=after.count, last_s=after.last_s))


async def take_back(session: AsyncSession, *, name: str, address: str) -> None:
    """The try was right as far as it went: it wasn't one of the wrong ones."""
    subjects = [subject for subject, _ in _subjects(name, address)]
    right = update(WrongTries).where(WrongTries.subject.in_(subjects), WrongTries.count > 0)
    await session.execute(right.values(count=WrongTries.count - 1))


async def forget(session: AsyncSession, *, name: str, wall_s: float) -> None:
    """The person is in: their wrong tries count no more. An address's do: it may be trying other names."""
    subject, _ = next(_subjects(name, ""))
    await session.execute(delete(WrongTries).where(WrongTries.subject == subject))
    await session.execute(delete(WrongTries).where(WrongTries.last_s < wall_s - FORGET_S))


def _subjects(name: str, address: str) -> Iterator[tuple[str, int]]:
    """Each with its free tries. Hashed, because people type passwords into the wrong field."""
    yield f"name:{hashlib.sha256(name.encode()).hexdigest()}", FREE_TRIES
    if address:
        yield f"address:{hashlib.sha256(_office(address).encode()).hexdigest()}", FREE_TRIES_ADDRESS


def _office(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, _SAME_OFFICE), strict=False)) if ip.version == 6 else str(ip)


async def _locked_row(session: AsyncSession, subject: str) -> Tries:
    """What was counted so far; nobody else counts the same subject before this transaction ends."""
    fresh = insert_into(session, WrongTries).values(subject=subject, count=0, last_s=0.0)
    # A change that changes nothing, because that locks a row which is there already.
    row = fresh.on_conflict_do_update(index_elements=["subject"], set_={"subject": subject})
    found, last_s = (await session.execute(row.returning(WrongTries.count, WrongTries.last_s))).one()
    return Tries(count=found, last_s=last_s)
