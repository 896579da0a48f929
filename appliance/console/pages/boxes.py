"""The page of the boxes: enrol one with a code, see their certificates, revoke, decide about clones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.enrolment import shown_code
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority import boxes, codes, overview
from appliance.console.authority.presence import PresentKeys
from appliance.console.context import Console, PresentConsole
from appliance.console.database.tables import Box, Branch
from appliance.console.errors import NotFoundError
from appliance.console.pages import frame
from appliance.console.pages.places import PRINTABLE
from appliance.console.people.present import CanOperate, Present
from appliance.console.people.roles import Right

router = APIRouter(include_in_schema=False)
PATH = "/boxes"
Id = Annotated[str, Path(max_length=100, pattern=PRINTABLE)]
Short = Annotated[str, Form(max_length=100, pattern=PRINTABLE)]
BranchKey = Annotated[str, Form(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


@router.get(PATH)
async def show(request: Request, console: PresentConsole, present: CanOperate, keys: PresentKeys) -> Response:
    return await _page(request, console, present, fingerprint=keys.fingerprint)


@router.post(PATH + "/codes")
async def make_code(
    request: Request, console: PresentConsole, present: CanOperate, keys: PresentKeys, branch: Short
) -> Response:
    """The code is shown on this one page, and is nowhere else."""
    present.must(Right.OPERATE, branch)
    async with console.database.writing() as session:
        if await session.get(Branch, branch) is None:
            raise NotFoundError(f"there is no branch {branch!r}")
        code = await codes.make_code(session, branch=branch, made_by=present.who, now_s=console.now_s())
        signature = present.signature(console.now_s())
        await note(session, deed=Deed.CODE_MADE, about=f"branch:{branch}", branch=branch, **signature)
    return await _page(request, console, present, fingerprint=keys.fingerprint, code=shown_code(code), code_for=branch)


@router.post(PATH + "/codes/{code_sha256}/cancel")
async def cancel_code(console: PresentConsole, present: CanOperate, code_sha256: Id) -> Response:
    async with console.database.writing() as session:
        lines = await overview.code_lines(session, present.branches(Right.OPERATE), now_s=console.now_s())
        found = next((line.code for line in lines if line.code.code_sha256 == code_sha256), None)
        if found is None:
            raise NotFoundError("there is no such code")
        await codes.cancel_code(session, code_sha256, now_s=console.now_s())
        await _note(session, console, present, Deed.CHANGED, found.branch, about="code", detail="taken back")
    return RedirectResponse(PATH, status_code=303)


@router.post(PATH + "/branches")
async def add_branch(
    console: PresentConsole, present: CanOperate, branch: BranchKey, name: Short, timezone: Short = "UTC"
) -> Response:
    """Only for who may operate every branch: it could be any."""
    present.must(Right.OPERATE, "*")
    async with console.database.writing() as session:
        if await session.get(Branch, branch) is None:
            session.add(
                Branch(branch=branch, name=name.strip() or branch, timezone=timezone, created_s=console.now_s())
            )
            await session.flush()
            await _note(session, console, present, Deed.CHANGED, branch, about=f"branch:{branch}", detail="added")
    return RedirectResponse(PATH, status_code=303)


@router.post(PATH + "/{box}/revoke")
async def revoke(console: PresentConsole, present: CanOperate, box: Id, reason: Short = "") -> Response:
    async with console.database.writing() as session:
        found = await _operated(session, present, box)
        await boxes.revoke(session, box, reason=reason, now_s=console.now_s())
        await _note(session, console, present, Deed.BOX_REVOKED, found.branch, about=f"box:{box}", detail=reason)
    return RedirectResponse(PATH, status_code=303)


@router.post(PATH + "/{box}/clear")
async def clear(console: PresentConsole, present: CanOperate, box: Id, machine: Short = "") -> Response:
    """The admin has decided which of two machines is the box."""
    async with console.database.writing() as session:
        found = await _operated(session, present, box)
        known = {found.machine, *(one.machine for one in await boxes.sightings(session, box) if one.machine)}
        if machine not in known:
            raise NotFoundError(f"the machine {machine!r} was never seen as this box")
        await boxes.clear(session, box, machine=machine)
        detail = f"machine {machine} is the box"
        await _note(session, console, present, Deed.CHANGED, found.branch, about=f"box:{box}", detail=detail)
    return RedirectResponse(PATH, status_code=303)


async def _operated(session: AsyncSession, present: Present, box: str) -> Box:
    """Raises NotFoundError, ForbiddenError."""
    found = await session.get(Box, box)
    if found is None:
        raise NotFoundError(f"there is no box {box!r} that you may see")
    present.must(Right.OPERATE, found.branch)
    return found


async def _note(
    session: AsyncSession, console: Console, present: Present, deed: Deed, branch: str, *, about: str, detail: str = ""
) -> None:
    signature = present.signature(console.now_s())
    await note(session, deed=deed, about=about, branch=branch, detail=detail, **signature)


async def _page(
    request: Request, console: Console, present: Present, *, fingerprint: str, code: str = "", code_for: str = ""
) -> Response:
    allowed = present.branches(Right.OPERATE)
    async with console.database.reading() as session:
        lines = await overview.box_lines(session, allowed)
        open_codes = await overview.code_lines(session, allowed, now_s=console.now_s())
        branches = await overview.branch_names(session, allowed)
    return frame.page(
        request,
        "boxes/boxes.html",
        here="boxes",
        lines=lines,
        codes=open_codes,
        branches=branches,
        everywhere=allowed.every,
        fingerprint=fingerprint,
        code=code,
        code_for=code_for,
        box_url=console.settings.box_url or "https://CONSOLE:8443",
    )
