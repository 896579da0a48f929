"""`/api/v1/audit`: the audit log for programs, such as one that archives it elsewhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field

from appliance.console.audit.asking import Asked
from appliance.console.audit.log import Wanted, entries
from appliance.console.context import Console, Reading
from appliance.console.people.present import CanAudit
from appliance.console.people.roles import Right

router = APIRouter(prefix="/api/v1", tags=["audit"])


class AskedPage(Asked):
    """limit: so many at most."""

    limit: int = Field(default=100, ge=1, le=1000)


class AuditedDeed(BaseModel):
    """See `audit.entries.Entry`."""

    seq: int
    wall_s: float
    who: str
    deed: str
    about: str
    branch: str
    detail: str
    address: str


@router.get("/audit")
async def audit(
    present: CanAudit,
    session: Reading,
    asked: Annotated[AskedPage, Query()],
) -> list[AuditedDeed]:
    """Who did what, the newest first; of the branches where the caller may read it."""
    wanted = Wanted(branches=present.branches(Right.AUDIT), **asked.model_dump())
    return [AuditedDeed.model_validate(entry, from_attributes=True) for entry in await entries(session, wanted)]


def install(app: FastAPI, console: Console) -> None:
    """Called once, by `apps`."""
    app.include_router(router)
