"""What the page of the boxes shows: boxes with their certificates and doubts, codes that are open. Reads only."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.authority import boxes, codes
from appliance.console.authority.boxes import State
from appliance.console.database.tables import Box, Branch, Certificate, EnrolmentCode, Sighting
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches


class BoxLine(msgspec.Struct, frozen=True, kw_only=True):
    """ends_s: of its newest certificate; sightings: of a suspected box, the newest first."""

    box: Box
    branch_name: str
    ends_s: float | None
    sightings: list[Sighting]


class CodeLine(msgspec.Struct, frozen=True, kw_only=True):
    code: EnrolmentCode
    branch_name: str


async def box_lines(session: AsyncSession, allowed: Branches) -> list[BoxLine]:
    """Of those branches, by branch; the active one first."""
    ends = select(Certificate.box, func.max(Certificate.ends_s).label("ends_s")).group_by(Certificate.box).subquery()
    query = (
        select(Box, Branch.name, ends.c.ends_s)
        .join(Branch, Branch.branch == Box.branch)
        .outerjoin(ends, ends.c.box == Box.box)
        .where(seen(Box.branch, allowed))
        .order_by(Branch.name, Box.enrolled_s.desc())
    )
    found = []
    for box, name, ends_s in (await session.execute(query)).all():
        doubts = await boxes.sightings(session, box.box) if box.state == State.SUSPECTED else []
        found.append(BoxLine(box=box, branch_name=name, ends_s=ends_s, sightings=doubts))
    return found


async def code_lines(session: AsyncSession, allowed: Branches, *, now_s: float) -> list[CodeLine]:
    """Open ones of those branches, the newest first."""
    names = {branch: name for branch, name in await session.execute(select(Branch.branch, Branch.name))}
    return [
        CodeLine(code=one, branch_name=names.get(one.branch, one.branch))
        for one in await codes.open_codes(session, now_s=now_s)
        if one.branch in allowed
    ]


async def branch_names(session: AsyncSession, allowed: Branches) -> list[tuple[str, str]]:
    """(branch, name), by name."""
    query = select(Branch.branch, Branch.name).where(seen(Branch.branch, allowed)).order_by(Branch.name)
    return [(branch, name) for branch, name in await session.execute(query)]
