"""The live board: queues, agents and contacts under way of every branch, each with the age of what is shown."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from appliance.cloud.live import LiveState
from appliance.console.context import PresentConsole, Reading
from appliance.console.live import states
from appliance.console.pages import frame
from appliance.console.pages.asked import Chosen
from appliance.console.pages.staleness import Link, link_of
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Right
from appliance.console.reading import fleet
from appliance.console.reading.documents import BranchSummary

router = APIRouter(include_in_schema=False)
MOST = 30  # branches on one page; of more, those that need a look
_OVER = frozenset({"disconnected", "after_contact_work", "closed"})


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """One branch as last told; told_s: when, by the console's clock."""

    row: BranchSummary
    link: Link
    told_s: float
    state: LiveState


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Over the branches whose news is current, and no others: what is old isn't added up with what is so now."""

    current: int
    waiting: int
    longest_s: float
    under_way: int
    staffed: int
    available: int


@router.get("/board")
async def board(
    request: Request,
    present: CanRead,
    console: PresentConsole,
    session: Reading,
    branch: Chosen = "",
) -> HTMLResponse:
    now_s, allowed = console.now_s(), present.branches(Right.READ)
    everywhere = await fleet.branches(session, allowed, now_s=now_s)
    told = {one.branch: one for one in await states.board(session, allowed)}
    chosen = [row for row in everywhere if branch in ("", row.branch)]
    shown = [_now(row, told[row.branch], now_s) for row in chosen if row.branch in told]
    return frame.page(
        request,
        "board/board.html",
        here="board",
        branches=in_need(shown),
        hidden=max(0, len(shown) - MOST),
        silent=[row for row in chosen if row.branch not in told][:MOST],
        number=len(chosen),
        totals=totals(shown),
        all_branches=everywhere,
        chosen=branch,
        over=_OVER,
    )


def _now(row: BranchSummary, told: states.BranchNow, now_s: float) -> Now:
    return Now(row=row, link=link_of(told.received_s, now_s), told_s=told.received_s, state=told.state)


def in_need(branches: Sequence[Now]) -> Sequence[Now]:
    """All of them by name; of too many those with the longest waits, and then the busiest."""
    if len(branches) <= MOST:
        return branches
    return sorted(
        branches,
        key=lambda one: (
            -max((queue.oldest_s for queue in one.state.queues), default=0.0),
            -len(one.state.contacts),
            one.row.name,
        ),
    )[:MOST]


def totals(branches: Sequence[Now]) -> Totals:
    """Agents are counted once each, whatever number of queues they serve."""
    current = [one.state for one in branches if one.link is Link.CURRENT]
    queues = [queue for state in current for queue in state.queues]
    agents = [agent for state in current for agent in state.agents]
    return Totals(
        current=len(current),
        waiting=sum(queue.waiting for queue in queues),
        longest_s=max((queue.oldest_s for queue in queues), default=0.0),
        under_way=sum(contact.stage not in _OVER for state in current for contact in state.contacts),
        staffed=sum(agent.status != "Offline" for agent in agents),
        available=sum(agent.status == "Available" and agent.activity == "idle" for agent in agents),
    )
