"""The life of a box's identity: enrolled, renewed, suspected, cleared, replaced, revoked.

Each function is a part of the caller's transaction. Must not talk to boxes; orders tell them.
"""

from __future__ import annotations

import enum
import uuid
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.authority import certificates
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.database.tables.authority import Certificate, Sighting
from appliance.console.database.tables.branches import Box


class State(enum.StrEnum):
    """Of `Box.state`."""

    ACTIVE = "active"
    REPLACED = "replaced"  # another box has its branch; what it still has to deliver is taken
    SUSPECTED = "suspected"  # two boxes came with its identity: neither is let in until an admin decides
    REVOKED = "revoked"


def new_box_id() -> str:
    return str(uuid.uuid4())


async def known_box(session: AsyncSession, box: str, *, branch: str, machine: str) -> bool:
    """Whether a box of this id was this machine at this branch: it keeps its id."""
    found = await session.get(Box, box) if box else None
    return found is not None and found.branch == branch and found.machine == machine


async def enrolled(
    session: AsyncSession, *, box: str, branch: str, name: str, machine: str, version: str, now_s: float
) -> None:
    """`box` is the branch's box from now on; the one before is replaced."""
    others = (Box.branch == branch, Box.box != box, Box.state.in_((State.ACTIVE, State.SUSPECTED)))
    await session.execute(update(Box).where(*others).values(state=State.REPLACED))
    old = (Certificate.box == box, Certificate.revoked_s.is_(None))
    await session.execute(update(Certificate).where(*old).values(revoked_s=now_s, reason="enrolled anew"))
    row = await session.get(Box, box)
    if row is None:
        row = Box(box=box, branch=branch, name=name, enrolled_s=now_s)
        session.add(row)
    row.state, row.name, row.machine, row.version, row.enrolled_s = State.ACTIVE, name, machine, version, now_s
    await session.flush()


async def certify(
    session: AsyncSession, keys: ConsoleKeys, *, box: str, key: EllipticCurvePublicKey, now_s: float
) -> x509.Certificate:
    """A new certificate for `box`; those before hold until it has been used."""
    issued = certificates.issue_box(keys, box=box, key=key, now=datetime.fromtimestamp(now_s, UTC))
    session.add(
        Certificate(
            serial=certificates.serial_of(issued),
            box=box,
            issued_s=now_s,
            ends_s=issued.not_valid_after_utc.timestamp(),
        )
    )
    return issued


async def revoke(session: AsyncSession, box: str, *, reason: str, now_s: float) -> bool:
    """Every certificate of the box is worth nothing from now on. False where there is no such box."""
    row = await session.get(Box, box)
    if row is None:
        return False
    row.state = State.REVOKED
    standing = (Certificate.box == box, Certificate.revoked_s.is_(None))
    await session.execute(update(Certificate).where(*standing).values(revoked_s=now_s, reason=reason))
    return True


async def suspect(
    session: AsyncSession, box: str, *, why: str, now_s: float, machine: str = "", address: str = ""
) -> bool:
    """Two boxes came with the identity of `box`: neither is let in until an admin decides. False: known already."""
    row = await session.get(Box, box)
    if row is None or row.state == State.SUSPECTED:
        return False
    row.state = State.SUSPECTED
    sighting = await session.get(Sighting, (box, machine))
    if sighting is None:
        sighting = Sighting(box=box, machine=machine)
        session.add(sighting)
    sighting.why, sighting.address, sighting.seen_s, sighting.refused = why, address, now_s, False
    return True


async def clear(session: AsyncSession, box: str, *, machine: str) -> bool:
    """An admin decided: `machine` is the right one, any other that was seen stays out. False: nothing to decide."""
    row = await session.get(Box, box)
    if row is None or row.state != State.SUSPECTED:
        return False
    if row.machine != machine:
        before = await session.get(Sighting, (box, row.machine))
        if before is None:
            before = Sighting(box=box, machine=row.machine, why="the machine before", address="", seen_s=row.enrolled_s)
            session.add(before)
        before.refused = True
    others = (Sighting.box == box, Sighting.machine != machine, Sighting.machine != "")
    await session.execute(update(Sighting).where(*others).values(refused=True))
    await session.execute(
        update(Sighting).where(Sighting.box == box, Sighting.machine == machine).values(refused=False)
    )
    row.state, row.machine = State.ACTIVE, machine
    return True


async def sightings(session: AsyncSession, box: str) -> list[Sighting]:
    """The newest first."""
    found = await session.scalars(select(Sighting).where(Sighting.box == box).order_by(Sighting.seen_s.desc()))
    return list(found)
