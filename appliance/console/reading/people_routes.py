"""`/api/v1`: what people's programs read. The OpenAPI document is made of these routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import JSONResponse

from appliance.console.context import Console, PresentConsole, Reading
from appliance.console.live.states import board
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Branches, Right
from appliance.console.reading import contacts, evidence, fleet, metrics, outages, staff
from appliance.console.reading.documents import (
    AgentSummary,
    BranchSummary,
    ContactDetails,
    ContactPage,
    EntrySummary,
    HappeningSummary,
    LiveDocument,
    MetricsReport,
    OutageSummary,
    SignedHeadSummary,
)
from appliance.console.reading.queries import ContactQuery, MetricsQuery
from appliance.errors import RequestError

router = APIRouter(prefix="/api/v1", tags=["reading"])
Word = Annotated[str, Query(max_length=200)]
Kind = Literal[
    "queue", "extension", "ring_group", "routing_profile", "quick_connect", "agent_status", "disposition", "flow",
    "flow_bundle", "flow_part", "mailbox", "campaign", "errand", "recording_policy", "supervision_rights",
]  # fmt: skip


def install(app: FastAPI, _: Console) -> None:
    app.add_exception_handler(RequestError, _refused)
    app.include_router(router)


def allowed_of(present: CanRead, branch: str = "") -> Branches:
    """The branches that a query may look at: all that they may read, or the one asked for of these."""
    readable = present.branches(Right.READ)
    return readable & Branches(some=frozenset({branch})) if branch else readable


@router.get("/branches")
async def list_branches(session: Reading, console: PresentConsole, present: CanRead) -> list[BranchSummary]:
    """Every branch with its box, its link ("as of") and its health."""
    return await fleet.branches(session, allowed_of(present), now_s=console.now_s())


@router.get("/branches/{branch}")
async def one_branch(session: Reading, console: PresentConsole, present: CanRead, branch: str) -> BranchSummary:
    return await fleet.branch(session, allowed_of(present), branch, now_s=console.now_s())


@router.get("/live")
async def live_board(
    session: Reading, console: PresentConsole, present: CanRead, branch: Word = ""
) -> list[LiveDocument]:
    """Queues, agents and contacts under way, as each branch last told."""
    now_s = console.now_s()
    return [
        LiveDocument(
            branch=now.branch,
            box=now.box,
            as_of_s=now.received_s,
            stale=fleet.is_stale(now.received_s, now_s),
            state=msgspec.to_builtins(now.state),
        )
        for now in await board(session, allowed_of(present, branch))
    ]


@router.get("/contacts")
async def search_contacts(session: Reading, present: CanRead, asked: Annotated[ContactQuery, Query()]) -> ContactPage:
    """The newest first; `number` is a whole number with its plus, or how it ends."""
    return await contacts.search(session, allowed_of(present), contacts.Search(**asked.model_dump()))


@router.get("/contacts/{contact}")
async def one_contact(session: Reading, present: CanRead, contact: str) -> ContactDetails:
    """Its record (the newest version), what happened in it, its recordings."""
    return await contacts.details(session, allowed_of(present), contact)


@router.get("/agents")
async def list_agents(session: Reading, present: CanRead, branch: Word = "") -> list[AgentSummary]:
    return await staff.agents(session, allowed_of(present, branch))


@router.get("/queues")
async def list_queues(session: Reading, present: CanRead, branch: Word = "") -> list[EntrySummary]:
    return await staff.entries(session, allowed_of(present, branch), "queue")


@router.get("/inventory/{kind}")
async def list_entries(session: Reading, present: CanRead, kind: Kind, branch: Word = "") -> list[EntrySummary]:
    """Everything of one kind that the branches have."""
    return await staff.entries(session, allowed_of(present, branch), kind)


@router.get("/outages")
async def list_outages(
    session: Reading, present: CanRead, branch: Word = "", limit: Annotated[int, Query(ge=1, le=outages.MOST)] = 100
) -> list[OutageSummary]:
    """Times without a link, the newest first, with what both sides counted afterwards."""
    return await outages.outages(session, allowed_of(present, branch), limit=limit)


@router.get("/evidence")
async def list_evidence(
    session: Reading, present: CanRead, branch: Word = "", limit: Annotated[int, Query(ge=1, le=evidence.MOST)] = 100
) -> list[SignedHeadSummary]:
    """The chain heads that boxes signed: with them nobody can add, change or take away an event of before unnoticed."""
    return await evidence.signed_heads(session, allowed_of(present, branch), limit=limit)


@router.get("/happenings")
async def list_happenings(
    session: Reading,
    present: CanRead,
    branch: Word = "",
    kind: Word = "",
    limit: Annotated[int, Query(ge=1, le=outages.MOST)] = 100,
) -> list[HappeningSummary]:
    """What boxes reported of themselves: health, devices, …; the newest first."""
    return await outages.happenings(session, allowed_of(present, branch), kind=kind, limit=limit)


@router.get("/metrics")
async def ask_metrics(
    session: Reading, console: PresentConsole, present: CanRead, asked: Annotated[MetricsQuery, Query()]
) -> MetricsReport:
    """Metrics named and computed as Amazon Connect does."""
    question = metrics.Asked(
        since=asked.since,
        until=asked.until,
        metrics=asked.metric,
        by=asked.by,
        interval=asked.interval,
        filters=_filters(asked.where),
    )
    return await metrics.answer(session, allowed_of(present, asked.branch), question, now_s=console.now_s())


def _filters(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Raises RequestError."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not value:
            raise RequestError(f"'where' {text[:60]!r} is no key=value, as queue=sales")
        found[key] = (*found.get(key, ()), value)
    return found


async def _refused(_: Request, error: Exception) -> JSONResponse:
    """A request that can't be carried out: the words say why."""
    return JSONResponse({"detail": str(error)}, status_code=422)
