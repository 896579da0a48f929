"""Metrics of branches, computed from what boxes told by the very rules that the boxes use (`appliance.metrics`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.live import LiveState
from appliance.console.database.tables import AgentStateChange, Branch, Contact, InventoryEntry, LiveBranch
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches
from appliance.console.reading.documents import MetricsReport
from appliance.metrics.asked import Line, Question
from appliance.metrics.definitions import Source
from appliance.metrics.replay import Replay
from appliance.metrics.reports import iso, question, report
from appliance.metrics.state_spans import Boot, Span, StateChange, spans

BRANCH = "branch"
_AT_ONCE = 100  # records between two chances for others
_RECORD = msgspec.json.Decoder(dict[str, Any])
_LONGEST_STATE_S = 3 * 86_400.0  # a state that lasts longer is somebody's who forgot to sign out


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """As `linekeeper metrics`: since, until, interval: words; by: keys, and `branch` too; filters: key → values."""

    since: str = "today"
    until: str = "now"
    metrics: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    interval: str | None = None
    filters: Mapping[str, tuple[str, ...]] = {}


async def answer(session: AsyncSession, allowed: Branches, asked: Asked, *, now_s: float) -> MetricsReport:
    """Days are those of the branches, where all have one time zone; else UTC's. Raises RequestError."""
    zone = await zone_of(session, allowed)
    wanted = question(
        since=asked.since,
        until=asked.until,
        metrics=asked.metrics,
        by=[key for key in asked.by if key != BRANCH],
        interval=asked.interval,
        filters=asked.filters,
        now_s=now_s,
        zone=zone,
    )
    by_branch = BRANCH in asked.by
    parts = await _parts(session, allowed, by_branch=by_branch)
    rows = [row for name, part in parts for row in _rows(name, wanted, await _lines(session, part, wanted), zone)]
    shape = report(wanted, [], zone)
    return MetricsReport.model_validate({**shape, "by": ([BRANCH] if by_branch else []) + shape["by"], "rows": rows})


async def zone_of(session: AsyncSession, allowed: Branches) -> tzinfo:
    """The one time zone of those branches, UTC where they have several."""
    names = set(await session.scalars(select(Branch.timezone).where(seen(Branch.branch, allowed)).distinct()))
    try:
        return ZoneInfo(names.pop()) if len(names) == 1 else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


async def _parts(session: AsyncSession, allowed: Branches, *, by_branch: bool) -> list[tuple[str | None, Branches]]:
    if not by_branch:
        return [(None, allowed)]
    names = await session.scalars(select(Branch.branch).where(seen(Branch.branch, allowed)).order_by(Branch.branch))
    return [(name, Branches(some=frozenset({name}))) for name in names]


async def _lines(session: AsyncSession, allowed: Branches, wanted: Question) -> list[Line]:
    replay = Replay(wanted)
    since, until = wanted.intervals[0].since, wanted.intervals[-1].until
    sources = {one.metric.source for one in wanted.wanted}
    if sources - {Source.STATES}:
        # A contact under way at the end of the range has events in it; one that ended before it has none.
        records = await session.stream_scalars(
            select(Contact.record).where(
                seen(Contact.branch, allowed), Contact.counted_s >= since, Contact.initiated_s < until
            )
        )
        async for some in records.partitions(_AT_ONCE):
            replay.records(map(_RECORD.decode, some))
    if Source.STATES in sources:
        replay.states(await _spans(session, allowed, since, until))
    return replay.lines()


async def _spans(session: AsyncSession, allowed: Branches, since: float, until: float) -> list[Span]:
    """Box by box: a log-in name is one agent of one branch."""
    found = await session.scalars(
        select(AgentStateChange)
        .where(
            seen(AgentStateChange.branch, allowed),
            AgentStateChange.wall_s >= since - _LONGEST_STATE_S,
            AgentStateChange.wall_s < until,
        )
        .order_by(AgentStateChange.box, AgentStateChange.seq)
    )
    profiles, boots = await _profiles(session, allowed), await _boots(session, allowed)
    by_box = groupby(found, key=lambda row: row.box)
    return [span for box, rows in by_box for span in spans([_change(row, profiles) for row in rows], boots[box])]


async def _boots(session: AsyncSession, allowed: Branches) -> dict[str, list[Boot]]:
    """How long each boot is known to have lasted: until the last state or live state that its box told."""
    change, mono_s = AgentStateChange, AgentStateChange.mono_s
    found = await session.execute(
        select(change.box, change.boot, func.min(mono_s), func.max(mono_s))
        .where(seen(change.branch, allowed))
        .group_by(change.box, change.boot)
    )
    live = await session.scalars(select(LiveBranch).where(seen(LiveBranch.branch, allowed)))
    alive_s = {(row.box, row.boot): msgspec.json.decode(row.state, type=LiveState).at.mono_s for row in live}
    boots: dict[str, list[Boot]] = {}
    for box, boot, first_s, last_s in found:
        last = max(last_s, alive_s.get((box, boot), last_s))
        boots.setdefault(box, []).append(Boot(boot=boot, first_s=first_s, last_s=last))
    return boots


async def _profiles(session: AsyncSession, allowed: Branches) -> dict[tuple[str, str], str | None]:
    found = await session.scalars(
        select(InventoryEntry).where(seen(InventoryEntry.branch, allowed), InventoryEntry.kind == "agent")
    )
    return {(row.branch, row.name): msgspec.json.decode(row.content).get("profile") for row in found}


def _change(row: AgentStateChange, profiles: Mapping[tuple[str, str], str | None]) -> StateChange:
    return StateChange(
        agent=row.agent,
        status=row.status,
        activity=row.activity,
        boot=row.boot,
        mono_s=row.mono_s,
        wall_s=row.wall_s,
        profile=profiles.get((row.branch, row.agent)),
    )


def _rows(branch: str | None, wanted: Question, lines: Sequence[Line], zone: tzinfo) -> list[dict[str, Any]]:
    return [
        {
            "from": iso(wanted.intervals[line.interval].since, zone),
            "to": iso(wanted.intervals[line.interval].until, zone),
            "branch": branch,
            "group": {key.value: value for key, value in zip(wanted.by, line.group, strict=True)},
            "values": line.values,
        }
        for line in lines
    ]
