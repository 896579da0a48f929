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
from appliance.console.reading.documents import BranchSummary
from appliance.console.reading.outages import Cut

router = APIRouter(include_in_schema=False)
DAYS = 30
_DAY_S = 86_400.0


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A branch's last days. says: how it was connected, no more than is known."""

    row: BranchSummary
    link: Link
    heard_s: float | None
    strip: Markup
    says: str


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
    cuts = await outages.cuts(session, allowed, since_s=now_s - DAYS * _DAY_S)
    shown = frame.shown_to(request)
    return frame.page(
        request,
        "outages/outages.html",
        here="outages",
        found=found,
        months=[month(row, cuts, now_s, shown) for row in rows],
        names={row.branch: row.name for row in everywhere},
        all_branches=everywhere,
        chosen=branch,
        days=DAYS,
    )


def month(row: BranchSummary, cuts: Sequence[Cut], now_s: float, shown: Shown) -> Month:
    """The outage under way, if there is one, is drawn up to now; what nobody knows (no box yet) as such."""
    begin = now_s - DAYS * _DAY_S
    heard_s = fleet_pages.heard_s(row)
    link = link_of(heard_s, now_s)
    known_s = now_s if row.known_since_s is None or link is Link.NEVER else max(begin, row.known_since_s)
    times = [(max(begin, one.began_s), one.ended_s) for one in cuts if one.branch == row.branch]
    if link is Link.CUT and heard_s is not None:
        times.append((max(begin, heard_s), now_s))
    drawn = [(began, ended, "outage", shown.lasted(ended - began)) for began, ended in times]
    if known_s > begin:
        drawn.insert(0, (begin, known_s, "unknown", shown.text("outages.unknown")))
    parts = [
        Stretch(
            begin=(began - begin) / (now_s - begin),
            end=(ended - begin) / (now_s - begin),
            look=look,
            says=f"{shown.instant(began)}: {words}",
        )
        for began, ended, look, words in drawn
    ]
    says = _connected(link, known_s if known_s > begin else None, times, shown)
    strip = lane(parts, shown.text("outages.month", name=row.name, n=len(times), says=says))
    return Month(row=row, link=link, heard_s=heard_s, strip=strip, says=says)


def _connected(link: Link, since_s: float | None, times: Sequence[tuple[float, float]], shown: Shown) -> str:
    """since_s: when the branch began, if that was within the days shown."""
    if link is Link.NEVER:
        return shown.text("outages.unknown")
    cut_s = sum(ended - began for began, ended in times)
    says = shown.text("outages.without_link", lasted=shown.lasted(cut_s)) if times else shown.text("outages.none")
    return says if since_s is None else shown.text("outages.since", says=says, when=shown.instant(since_s))
