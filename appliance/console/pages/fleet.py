"""The fleet: every branch with its link, health, storage, version and drift; and one branch in detail."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from appliance.console.context import PresentConsole, Reading
from appliance.console.orders import overview
from appliance.console.pages import frame
from appliance.console.pages.asked import Named
from appliance.console.pages.staleness import Link, link_of
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Branches, Right
from appliance.console.reading import fleet, outages, recent
from appliance.console.reading.documents import BranchSummary

router = APIRouter(include_in_schema=False)


@router.get("/")
async def first(present: CanRead) -> RedirectResponse:
    """The first page is the fleet."""
    return RedirectResponse("/fleet", status_code=303)


@router.get("/fleet")
async def all_branches(request: Request, present: CanRead, console: PresentConsole, session: Reading) -> HTMLResponse:
    now_s, allowed = console.now_s(), present.branches(Right.READ)
    rows = await fleet.branches(session, allowed, now_s=now_s)
    shown = sorted(((link_of(heard_s(row), now_s), heard_s(row), row) for row in rows), key=_urgency)
    links = [link for link, *_ in shown]
    return frame.page(
        request,
        "fleet/fleet.html",
        here="fleet",
        rows=shown,
        counts={link: links.count(link) for link in Link},
        last_day=await recent.last_day(session, allowed, now_s=now_s),
        drifts=await overview.drift_counts(session, allowed),
    )


@router.get("/fleet/{branch}")
async def one_branch(
    request: Request, branch: Named, present: CanRead, console: PresentConsole, session: Reading
) -> HTMLResponse:
    allowed = present.branches(Right.READ) & Branches(some=frozenset({branch}))
    found = await fleet.branch(session, allowed, branch, now_s=console.now_s())
    return frame.page(
        request,
        "fleet/branch.html",
        here="fleet",
        branch=found,
        heard_s=heard_s(found),
        link=link_of(heard_s(found), console.now_s()),
        outages=await outages.outages(session, allowed, limit=5),
        drift=(await overview.drift_counts(session, allowed)).get(branch, 0),
        may_operate=present.may(Right.OPERATE, branch),
        reports=[(one, report_text(one.content)) for one in await outages.happenings(session, allowed, limit=30)],
    )


def heard_s(row: BranchSummary) -> float | None:
    """When the branch was last heard in any way."""
    times = [at for at in (row.as_of_s, row.box.heard_s if row.box else None) if at is not None]
    return max(times, default=None)


def report_text(content: Any) -> str:
    """What a box's report says for people, "" where it has no words of its own."""
    if not isinstance(content, dict):
        return str(content)[:200]
    return str(content.get("text") or content.get("topic") or "")


def _urgency(one: tuple[Link, float | None, BranchSummary]) -> tuple[int, str]:
    """What needs a look comes first."""
    link, _, row = one
    worried = row.health is not None and bool(row.health.warnings)
    order = {Link.CUT: 0, Link.LATE: 1, Link.NEVER: 3, Link.CURRENT: 4}
    return (2 if link is Link.CURRENT and worried else order[link], row.name)
