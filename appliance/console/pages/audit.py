"""The audit log's page: who did what, where; and whether the log is as it was written."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from appliance.console.audit.asking import Asked
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import Wanted, entries, health
from appliance.console.context import Reading
from appliance.console.pages import frame
from appliance.console.people.present import CanAudit
from appliance.console.people.roles import Right

router = APIRouter(include_in_schema=False)
PATH = "/audit"
_PAGE = 100


@router.get(PATH)
async def show(
    request: Request,
    present: CanAudit,
    session: Reading,
    asked: Annotated[Asked, Query()],
) -> Response:
    wanted = Wanted(branches=present.branches(Right.AUDIT), limit=_PAGE, **asked.model_dump())
    found = await entries(session, wanted)
    return frame.page(
        request,
        "audit/audit.html",
        here="audit",
        entries=found,
        wanted=wanted,
        deeds=tuple(Deed),
        older=found[-1].seq if len(found) == _PAGE else 0,
        everywhere=present.branches(Right.AUDIT).every,
    )


@router.get(f"{PATH}/check")
async def check(request: Request, present: CanAudit, session: Reading) -> Response:
    """Follows the whole chain."""
    return frame.page(request, "audit/check.html", here="audit", health=await health(session))
