"""Outages: every time without a link, what both sides counted afterwards, and a month of each branch at a glance."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from appliance.console.context import PresentConsole, Reading
from appliance.console.pages import fleet as fleet_pages
from appliance.console.pages import frame
from appliance.console.pages.asked import Chosen
from appliance.console.pages.charts.strips import Stretch, lane
from appliance.console.pages.shown import Shown
from appliance.console.pages.staleness import Link, link_of
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Branches, Right
from appliance.console.reading import fleet, outages
from appliance.console.reading.documents import BranchSummary, OutageSummary

router = APIRouter(include_in_schema=False)
DAYS = 30
_DAY_S = 86_400.0


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A branch's last days; cut_s: how long it had no link in them, the present outage included."""

    row: BranchSummary
    link: Link
    heard_s: float | None
    strip: Markup
    cut_s: float


@router.get("/outages")
async def all_outages(
    request: Request,
    present: CanRead,
    console: PresentConsole,
    session: Reading,
    branch: Chosen = "",
) -> HTMLResponse:
    now_s, readable = console.now_s(), present.branches(Right.READ)
    allowed = readable & Branches(some=frozenset({branch})) if branch else readable
    found = await outages.outages(session, allowed, limit=200)
    everywhere = await fleet.branches(session, readable, now_s=now_s)
    rows = [row for row in everywhere if row.branch in allowed]
    shown = frame.shown_to(request)
    return frame.page(
        request,
        "outages/outages.html",
        here="outages",
        found=found,
        months=[month(row, found, now_s, shown) for row in rows],
        names={row.branch: row.name for row in everywhere},
        all_branches=everywhere,
        chosen=branch,
        days=DAYS,
    )


def month(row: BranchSummary, found: Sequence[OutageSummary], now_s: float, shown: Shown) -> Month:
    """The outage under way, if there is one, is drawn up to now."""
    begin = now_s - DAYS * _DAY_S
    heard_s = fleet_pages.heard_s(row)
    link = link_of(heard_s, now_s)
    times = [(one.began_s, one.ended_s) for one in found if one.branch == row.branch and one.ended_s > begin]
    if link is Link.CUT and heard_s is not None:
        times.append((heard_s, now_s))
    parts = [
        Stretch(
            begin=(max(began, begin) - begin) / (now_s - begin),
            end=(ended - begin) / (now_s - begin),
            look="outage",
            says=f"{shown.instant(began)}: {shown.lasted(ended - began)}",
        )
        for began, ended in times
    ]
    cut_s = sum(ended - max(began, begin) for began, ended in times)
    says = shown.text("outages.month", name=row.name, n=len(times), lasted=shown.lasted(cut_s))
    return Month(row=row, link=link, heard_s=heard_s, strip=lane(parts, says), cut_s=cut_s)
