"""What boxes vouched for: the signed heads of their chains, the newest of each day, for whoever has to prove it."""

from __future__ import annotations

import base64

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Box, SignedHead
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches
from appliance.console.reading.documents import SignedHeadSummary

MOST = 1000


async def signed_heads(session: AsyncSession, allowed: Branches, *, limit: int = 100) -> list[SignedHeadSummary]:
    """The newest day first."""
    joined = select(SignedHead, Box.branch).join(Box, Box.box == SignedHead.box).where(seen(Box.branch, allowed))
    ordered = joined.order_by(SignedHead.day.desc(), SignedHead.box).limit(max(1, min(limit, MOST)))
    return [
        SignedHeadSummary(
            box=row.box,
            branch=branch,
            day=row.day,
            seq=row.seq,
            head=row.head.hex(),
            signature=base64.b64encode(row.signature).decode(),
            key=row.key,
            received_s=row.received_s,
        )
        for row, branch in await session.execute(ordered)
    ]
