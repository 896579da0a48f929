"""The fleet: every branch with its link, health, storage and version; and one branch in detail."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from appliance.console.context import PresentConsole, Reading
from appliance.console.errors import NotFoundError
from appliance.console.pages import frame
from appliance.console.pages.staleness import Link, link_of
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Branches, Right
from appliance.console.reading.fleet import BranchSummary, fleet, happenings, last_outages

router = APIRouter(include_in_schema=False)


@router.get("/")
async def first(present: CanRead) -> RedirectResponse:
    """The first page is the fleet."""
    return RedirectResponse("/fleet", status_code=303)


@router.get("/fleet")
async def all_branches(request: Request, present: CanRead, console: PresentConsole, session: Reading) -> HTMLResponse:
    now_s = console.now_s()
    rows = await fleet(session, present.branches(Right.READ), now_s=now_s)
    shown = sorted(((link_of(row.heard_s, now_s), row) for row in rows), key=_urgency)
    links = [link for link, _ in shown]
    counts = {link: links.count(link) for link in Link}
    return frame.page(request, "fleet/fleet.html", here="fleet", rows=shown, counts=counts)


@router.get("/fleet/{branch}")
async def one_branch(
    request: Request, branch: str, present: CanRead, console: PresentConsole, session: Reading
) -> HTMLResponse:
    present.must(Right.READ, branch)
    now_s = console.now_s()
    found = await fleet(session, Branches(some=frozenset({branch})), now_s=now_s)
    if not found:
        raise NotFoundError(f"there is no branch {branch!r} that you may see")
    return frame.page(
        request,
        "fleet/branch.html",
        here="fleet",
        branch=found[0],
        link=link_of(found[0].heard_s, now_s),
        outages=await last_outages(session, branch),
        reports=[(one, _content(one.content)) for one in await happenings(session, branch)],
    )


def _urgency(one: tuple[Link, BranchSummary]) -> tuple[int, str]:
    """What needs a look comes first."""
    link, row = one
    worried = row.live is not None and bool(row.live.health.warnings)
    order = {Link.CUT: 0, Link.LATE: 1, Link.NEVER: 3, Link.CURRENT: 4}
    return (2 if link is Link.CURRENT and worried else order[link], row.name)


def _content(text: str) -> dict[str, Any]:
    """What a box said, whatever it is."""
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {"text": text}
