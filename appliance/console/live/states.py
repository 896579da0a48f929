"""Keeps the newest live state of each branch, and reads what the live board shows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.errors import MalformedError
from appliance.cloud.live import LiveState
from appliance.console.database.tables import LiveBranch
from appliance.console.database.upserting import Insert, put_rows
from appliance.console.ingest.event_data import instant_of, name_of
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches

MOST_BYTES = 4_000_000  # unpacked; a branch of a hundred agents says 30 kB


class BranchNow(msgspec.Struct, frozen=True, kw_only=True):
    """received_s: by the console's clock, for saying how old it is."""

    branch: str
    box: str
    received_s: float
    state: LiveState


def read_state(body: bytes) -> LiveState:
    """Raises MalformedError."""
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"no live state: {error}") from error


async def keep(session: AsyncSession, *, branch: str, box: str, state: LiveState, now_s: float) -> None:
    """Unless a newer one of the same boot is there: requests may pass each other."""
    row = {
        "branch": branch,
        "box": box,
        "boot": name_of(state.at.boot),
        "number": state.number,
        "at_s": instant_of(state.at.wall_s),
        "received_s": now_s,
        "state": msgspec.json.encode(state).decode(),
    }
    await put_rows(session, LiveBranch, [row], when=_is_newer)


def _is_newer(insert: Insert) -> ColumnElement[bool]:
    new = insert.excluded
    return or_(LiveBranch.boot != new.boot, LiveBranch.number < new.number, LiveBranch.box != new.box)


async def board(session: AsyncSession, branches: Branches) -> Sequence[BranchNow]:
    """Of every branch that has ever told, by name."""
    rows = await session.scalars(
        select(LiveBranch).where(seen(LiveBranch.branch, branches)).order_by(LiveBranch.branch)
    )
    return [
        BranchNow(branch=row.branch, box=row.box, received_s=row.received_s, state=_DECODER.decode(row.state))
        for row in rows
    ]


_DECODER = msgspec.json.Decoder(LiveState)
