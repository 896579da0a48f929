"""Codes for who has lost the phone: ten, shown once, each good for one second factor. Kept as argon2id hashes.

A set has one salt, so that a typed code is hashed once and compared with all ten. Must not log or echo a code.

Source: NIST SP 800-63B §5.1.2 (look-up secrets: salted and hashed, each used once)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import RecoveryCode
from appliance.console.people import hashing, passwords

COUNT: Final = 10
LENGTH: Final = 10
LONGEST_TYPED: Final = 40


def fresh() -> tuple[str, ...]:
    """Ten new ones as they are shown: `kx3m9-9pwab` (49 bits each)."""
    return tuple(f"{code[:5]}-{code[5:]}" for code in (passwords.letters(LENGTH) for _ in range(COUNT)))


async def hashed(codes: Sequence[str]) -> list[str]:
    """What is kept of them."""
    return await hashing.hashed_alike([plain(code) for code in codes])


async def replace(session: AsyncSession, person: str, hashes: Sequence[str], *, now_s: float) -> None:
    """These are the person's codes from now on; earlier ones open nothing."""
    await forget(session, person)
    session.add_all(RecoveryCode(kept=kept, person=person, made_s=now_s) for kept in hashes)
    await session.flush()


async def forget(session: AsyncSession, person: str) -> None:
    """The person has none."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.person == person))


async def one_of(session: AsyncSession, person: str) -> str:
    """What is kept of one of the person's codes, "" where there is none."""
    return await session.scalar(select(RecoveryCode.kept).where(RecoveryCode.person == person).limit(1)) or ""


async def kept_of(typed: str, one: str) -> str:
    """What would be kept of that code beside the person's `one`, "" where it can't be one of them."""
    code = plain(typed)
    return await hashing.hashed_like(code, one) if one and len(code) == LENGTH else ""


async def use(session: AsyncSession, person: str, kept: str, *, now_s: float) -> bool:
    """Whether it was one of the person's that nobody had used; it is used up then, at whatever process."""
    mine = (RecoveryCode.person == person, RecoveryCode.kept == kept, RecoveryCode.used_s.is_(None))
    used = await session.execute(update(RecoveryCode).where(*mine).values(used_s=now_s).returning(RecoveryCode.kept))
    return used.first() is not None


async def left(session: AsyncSession, person: str) -> int:
    """How many are still good."""
    query = select(func.count()).select_from(RecoveryCode)
    return await session.scalar(query.where(RecoveryCode.person == person, RecoveryCode.used_s.is_(None))) or 0


def plain(typed: str) -> str:
    """Without blanks and dashes, in small letters."""
    return "".join(letter for letter in typed[:LONGEST_TYPED].casefold() if letter.isalnum())
