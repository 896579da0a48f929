"""The pages of the flows: bundles uploaded, what is to be said about each flow, its picture, publication."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated

import msgspec
from fastapi import APIRouter, File, Form, Path, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import Item, ItemKind
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority import overview
from appliance.console.authority.presence import PresentKeys
from appliance.console.context import PresentConsole, Reading
from appliance.console.database.tables import DesiredItem, InventoryEntry
from appliance.console.errors import NotFoundError
from appliance.console.orders import blobs, bundles
from appliance.console.orders.bundles import Judged
from appliance.console.orders.publishing import publish_to, tell_boxes
from appliance.console.pages import frame
from appliance.console.pages.places import PRINTABLE, printable
from appliance.console.people.present import CanOperate, Present, seen
from appliance.console.people.roles import Right
from appliance.errors import FlowError
from appliance.flow.bundle import Bundle

router = APIRouter(include_in_schema=False)
PATH = "/flows"
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Place = Annotated[int, Path(ge=0, le=10_000)]


class BundleLine(msgspec.Struct, frozen=True, kw_only=True):
    """branches: that want it."""

    sha256: str
    title: str
    made_s: float
    made_by: str
    branches: list[str]


@router.get(PATH)
async def show(request: Request, present: CanOperate, session: Reading) -> Response:
    return await _list(request, present, session)


@router.post(PATH)
async def upload(
    request: Request,
    console: PresentConsole,
    present: CanOperate,
    file: Annotated[UploadFile, File()],
    title: Annotated[str, Form(max_length=100, pattern=PRINTABLE)] = "",
) -> Response:
    content = await file.read(blobs.MOST_BYTES + 1)
    stem = printable(PurePath(file.filename or "").stem)[:100] or "flow"
    try:
        if len(content) > blobs.MOST_BYTES:
            raise FlowError("the file is too large", [f"at most {blobs.MOST_BYTES} bytes are taken"])
        gathered = bundles.opened(content, stem)
        bundles.judged(gathered)
        ready = bundles.for_boxes(gathered)
    except FlowError as error:
        async with console.database.reading() as session:
            return await _list(request, present, session, fault=error)
    now_s = console.now_s()
    async with console.database.writing() as session:
        sha256 = await blobs.keep(
            session, ready, kind=ItemKind.FLOW_BUNDLE, title=title.strip() or stem, by=present.who, now_s=now_s
        )
        await note(session, deed=Deed.CHANGED, about=f"flows:{sha256[:12]}", detail=stem, **present.signature(now_s))
    return RedirectResponse(f"{PATH}/{sha256}", status_code=303)


@router.get(PATH + "/{sha256}")
async def one(request: Request, present: CanOperate, session: Reading, sha256: Sha256) -> Response:
    line = await _line(session, present, sha256)
    bundle, flows = await _judged(session, sha256)
    return frame.page(
        request,
        "flows/bundle.html",
        here="flows",
        line=line,
        flows=flows,
        prompts=sorted(bundle.prompts),
        hours=sorted(bundle.hours),
        branches=await overview.branch_names(session, present.branches(Right.OPERATE)),
    )


@router.get(PATH + "/{sha256}/{place}.svg")
async def picture(present: CanOperate, session: Reading, sha256: Sha256, place: Place) -> Response:
    _, flows = await _judged(session, sha256)
    if place >= len(flows):
        raise NotFoundError(f"the bundle has no flow number {place}")
    try:
        drawing = await bundles.drawn(flows[place].flow)
    except FlowError as error:
        raise NotFoundError(str(error)) from error
    return Response(drawing, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=86400"})


@router.post(PATH + "/{sha256}/publish")
async def publish(
    console: PresentConsole,
    present: CanOperate,
    keys: PresentKeys,
    sha256: Sha256,
    branches: Annotated[list[str], Form(default_factory=list, max_length=10_000)],
) -> Response:
    """Wanted of each of the branches, and sent to those that have a box."""
    for branch in branches:
        present.must(Right.OPERATE, branch)
    async with console.database.writing() as session:
        line = await _line(session, present, sha256)
        item = Item(kind=ItemKind.FLOW_BUNDLE, name=line.title, content={}, blob=sha256)
        about = f"flows:{sha256[:12]}"
        now_s = console.now_s()
        told = await publish_to(session, item, branches, keys=keys, present=present, now_s=now_s, about=about)
    tell_boxes(console, told)
    return RedirectResponse(f"{PATH}/{sha256}", status_code=303)


async def _list(
    request: Request, present: Present, session: AsyncSession, *, fault: FlowError | None = None
) -> Response:
    allowed = present.branches(Right.OPERATE)
    query = select(InventoryEntry.branch, InventoryEntry.name).where(
        InventoryEntry.kind == "flow", seen(InventoryEntry.branch, allowed)
    )
    on_boxes: dict[str, list[str]] = {}
    for branch, name in await session.execute(query.order_by(InventoryEntry.branch, InventoryEntry.name)):
        on_boxes.setdefault(branch, []).append(name)
    return frame.page(
        request,
        "flows/flows.html",
        here="flows",
        status=400 if fault else 200,
        lines=await _lines(session, present),
        names=dict(await overview.branch_names(session, allowed)),
        on_boxes=on_boxes,
        fault=fault,
    )


async def _lines(session: AsyncSession, present: Present) -> list[BundleLine]:
    allowed = present.branches(Right.OPERATE)
    query = select(DesiredItem.blob, DesiredItem.branch).where(
        DesiredItem.kind == ItemKind.FLOW_BUNDLE.value, seen(DesiredItem.branch, allowed)
    )
    wanting: dict[str, list[str]] = {}
    for blob, branch in await session.execute(query.order_by(DesiredItem.branch)):
        wanting.setdefault(blob, []).append(branch)
    return [
        BundleLine(sha256=sha256, title=title, made_s=made_s, made_by=made_by, branches=wanting.get(sha256, []))
        for sha256, title, made_s, made_by in await blobs.listed(session, ItemKind.FLOW_BUNDLE)
    ]


async def _line(session: AsyncSession, present: Present, sha256: str) -> BundleLine:
    """Raises NotFoundError."""
    found = next((line for line in await _lines(session, present) if line.sha256 == sha256), None)
    if found is None:
        raise NotFoundError("there is no such bundle")
    return found


async def _judged(session: AsyncSession, sha256: str) -> tuple[Bundle, list[Judged]]:
    content = await blobs.content_of(session, sha256, ItemKind.FLOW_BUNDLE)
    return bundles.judged(bundles.opened(content))
