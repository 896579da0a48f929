"""Queues and agents of the branches, as their boxes are configured, with what is known of now."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from appliance.cloud.live import LiveQueue
from appliance.console.context import PresentConsole, Reading
from appliance.console.live import states
from appliance.console.pages import frame
from appliance.console.pages.asked import Chosen
from appliance.console.pages.fleet import heard_s
from appliance.console.pages.staleness import Link, link_of
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Branches, Right
from appliance.console.reading import fleet, staff
from appliance.console.reading.documents import AgentSummary, BranchSummary, EntrySummary

router = APIRouter(include_in_schema=False)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One branch with its rows."""

    row: BranchSummary
    link: Link
    heard_s: float | None
    queues: list[tuple[EntrySummary, dict[str, Any], LiveQueue | None]] = []
    agents: list[tuple[AgentSummary, dict[str, Any]]] = []


@router.get("/queues")
async def queues(
    request: Request, present: CanRead, console: PresentConsole, session: Reading, branch: Chosen = ""
) -> HTMLResponse:
    now_s, allowed = console.now_s(), _allowed(present.branches(Right.READ), branch)
    entries = await staff.entries(session, allowed, "queue")
    told = {
        (one.branch, queue.queue): queue for one in await states.board(session, allowed) for queue in one.state.queues
    }
    everywhere = await fleet.branches(session, present.branches(Right.READ), now_s=now_s)
    sections = [
        msgspec.structs.replace(
            _section(row, now_s),
            queues=[
                (one, plan_of(one.content), told.get((one.branch, one.name)))
                for one in entries
                if one.branch == row.branch
            ],
        )
        for row in everywhere
        if row.branch in allowed
    ]
    return frame.page(
        request, "staff/queues.html", here="queues", sections=sections, all_branches=everywhere, chosen=branch
    )


@router.get("/agents")
async def agents(
    request: Request, present: CanRead, console: PresentConsole, session: Reading, branch: Chosen = ""
) -> HTMLResponse:
    now_s, allowed = console.now_s(), _allowed(present.branches(Right.READ), branch)
    found = await staff.agents(session, allowed)
    everywhere = await fleet.branches(session, present.branches(Right.READ), now_s=now_s)
    sections = [
        msgspec.structs.replace(
            _section(row, now_s),
            agents=[(one, plan_of(one.plan)) for one in found if one.branch == row.branch],
        )
        for row in everywhere
        if row.branch in allowed
    ]
    return frame.page(
        request, "staff/agents.html", here="agents", sections=sections, all_branches=everywhere, chosen=branch
    )


def plan_of(content: dict[str, Any]) -> dict[str, Any]:
    """A stored queue's or agent's plan, with what stands beside it."""
    plan = content.get("plan")
    return {**content, **plan} if isinstance(plan, dict) else content


def _allowed(readable: Branches, branch: str) -> Branches:
    return readable & Branches(some=frozenset({branch})) if branch else readable


def _section(row: BranchSummary, now_s: float) -> Section:
    return Section(row=row, heard_s=heard_s(row), link=link_of(heard_s(row), now_s))
