"""One-time codes: shown once on a page, good for one box of one branch, over after a day.

A code has 58 bits. Guessing is further slowed by address: too many wrong ones, and it must wait.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.enrolment import CODE_ALPHABET, CODE_LENGTH, RefusalKind, canonical_code
from appliance.cloud.errors import MalformedError
from appliance.console.authority.errors import BoxRefusedError
from appliance.console.database.tables.authority import EnrolmentCode, EnrolmentFailure

LIFETIME_S = 86_400.0
MOST_FAILURES = 10  # of one address in WINDOW_S
WINDOW_S = 600.0
_WRONG = "there is no such code, or it was used, or it is over; make another on the console's page"


def digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


async def make_code(session: AsyncSession, *, branch: str, made_by: str, now_s: float) -> str:
    """A new code, which is nowhere else: 12 characters without separators (`cloud.enrolment.shown_code`)."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    session.add(
        EnrolmentCode(
            code_sha256=digest(code), branch=branch, made_by=made_by, made_s=now_s, expires_s=now_s + LIFETIME_S
        )
    )
    return code


async def cancel_code(session: AsyncSession, code_sha256: str, *, now_s: float) -> bool:
    """False where it is none, used or over."""
    unused = (EnrolmentCode.code_sha256 == code_sha256, *_good(now_s))
    changed = await session.execute(
        update(EnrolmentCode).where(*unused).values(cancelled_s=now_s).returning(EnrolmentCode.code_sha256)
    )
    return changed.first() is not None


async def open_codes(session: AsyncSession, *, now_s: float) -> list[EnrolmentCode]:
    """Those that may still be used, the newest first."""
    found = await session.scalars(select(EnrolmentCode).where(*_good(now_s)).order_by(EnrolmentCode.made_s.desc()))
    return list(found)


async def use_code(session: AsyncSession, typed: str, *, box: str, now_s: float) -> str:
    """The branch that the code is for; from now on it is used. Of two that come at once, one gets it.

    Raises BoxRefusedError.
    """
    try:
        code = canonical_code(typed)
    except MalformedError as error:
        raise BoxRefusedError(RefusalKind.CODE, str(error)) from error
    wanted = (EnrolmentCode.code_sha256 == digest(code), *_good(now_s))
    statement = update(EnrolmentCode).where(*wanted).values(used_s=now_s, box=box).returning(EnrolmentCode.branch)
    branch = (await session.execute(statement)).scalar()
    if branch is None:
        raise BoxRefusedError(RefusalKind.CODE, _WRONG)
    return str(branch)


async def failed(session: AsyncSession, address: str, *, now_s: float) -> None:
    """A wrong code came from `address`."""
    await session.execute(delete(EnrolmentFailure).where(EnrolmentFailure.failed_s < now_s - WINDOW_S))
    session.add(EnrolmentFailure(failure=str(uuid.uuid4()), address=address, failed_s=now_s))


async def check_patience(session: AsyncSession, address: str, *, now_s: float) -> None:
    """Raises BoxRefusedError for an address that has tried too often."""
    recent = (EnrolmentFailure.address == address, EnrolmentFailure.failed_s >= now_s - WINDOW_S)
    count = await session.scalar(select(func.count()).select_from(EnrolmentFailure).where(*recent))
    if (count or 0) >= MOST_FAILURES:
        raise BoxRefusedError(RefusalKind.TOO_MANY, f"too many wrong codes; come again in {WINDOW_S / 60:g} minutes")


def _good(now_s: float) -> tuple[ColumnElement[bool], ...]:
    return (
        EnrolmentCode.used_s.is_(None),
        EnrolmentCode.cancelled_s.is_(None),
        EnrolmentCode.expires_s > now_s,
    )
