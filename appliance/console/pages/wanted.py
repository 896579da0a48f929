"""The pages of what admins want of the branches: edit, see the technician's changes, publish, give commands."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import Command, CommandKind, ItemKind
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority.presence import PresentKeys
from appliance.console.context import PresentConsole, Reading
from appliance.console.errors import NotFoundError
from appliance.console.notices import Topic
from appliance.console.orders import desired, overview, sending
from appliance.console.pages import frame
from appliance.console.pages.places import PRINTABLE
from appliance.console.pages.wanted_forms import EDITABLE, FIELDS, WishError, item_of, typed_of
from appliance.console.people.present import CanOperate, Present
from appliance.console.people.roles import Right

router = APIRouter(include_in_schema=False)
PATH = "/wanted"
COMMAND_LIFE_S = 86_400.0
GIVEN = (CommandKind.RESTART, CommandKind.COLLECT_LOGS, CommandKind.RENEW_CERTIFICATE)
Name = Annotated[str, Form(max_length=200, pattern=PRINTABLE)]
Asked = Annotated[str, Query(max_length=200, pattern=PRINTABLE)]
BranchKey = Annotated[str, Path(max_length=200, pattern=PRINTABLE)]


@router.get(PATH)
async def all_branches(request: Request, present: CanOperate, session: Reading) -> Response:
    lines = await overview.branch_lines(session, present.branches(Right.OPERATE))
    return frame.page(request, "wanted/branches.html", here="wanted", lines=lines)


@router.get(PATH + "/{branch}")
async def one_branch(request: Request, present: CanOperate, session: Reading, branch: BranchKey) -> Response:
    return await _page(request, present, session, branch)


@router.get(PATH + "/{branch}/item")
async def item_form(
    *, request: Request, present: CanOperate, session: Reading, branch: BranchKey, kind: Asked, item: Asked = ""
) -> Response:
    present.must(Right.OPERATE, branch)
    chosen = _kind(kind)
    found = await overview.item_now(session, branch, chosen, item)
    typed = typed_of(found) if found is not None else {}
    return _form(request, branch, chosen, item, typed, known=found is not None)


@router.post(PATH + "/{branch}/item")
async def put_item(
    *, request: Request, console: PresentConsole, present: CanOperate, branch: BranchKey, kind: Name, item: Name
) -> Response:
    present.must(Right.OPERATE, branch)
    chosen = _kind(kind)
    form = await request.form()
    typed = {key: value for key, value in form.items() if isinstance(value, str)}
    try:
        wish = item_of(chosen, item, typed)
    except WishError as error:
        return _form(request, branch, chosen, item, typed, error=error)
    async with console.database.writing() as session:
        await desired.put_item(session, branch, wish, by=present.who, now_s=console.now_s())
        signature = present.signature(console.now_s())
        await note(session, deed=Deed.CHANGED, about=f"wanted:{chosen}/{wish.name}", branch=branch, **signature)
    return _back(branch)


@router.post(PATH + "/{branch}/drop")
async def drop_item(
    console: PresentConsole, present: CanOperate, branch: BranchKey, kind: Name, item: Name
) -> Response:
    present.must(Right.OPERATE, branch)
    async with console.database.writing() as session:
        await desired.drop_item(session, branch, _item_kind(kind), item)
        signature = present.signature(console.now_s())
        await note(
            session,
            deed=Deed.CHANGED,
            about=f"wanted:{kind}/{item}",
            branch=branch,
            detail="no longer wanted",
            **signature,
        )
    return _back(branch)


@router.post(PATH + "/{branch}/overwrite")
async def overwrite(
    *, console: PresentConsole, present: CanOperate, keys: PresentKeys, branch: BranchKey, kind: Name, item: Name
) -> Response:
    """The admin has seen the technician's change and decides against it: published at once."""
    present.must(Right.OPERATE, branch)
    async with console.database.writing() as session:
        if not await desired.overwrite_item(session, branch, _item_kind(kind), item):
            raise NotFoundError(f"nothing is wanted of {kind} {item!r}")
        box, _ = await desired.publish(session, keys, branch, by=present.who, now_s=console.now_s())
        detail = f"over the local change of {kind}/{item}"
        signature = present.signature(console.now_s())
        await note(session, deed=Deed.ORDERED, about=f"box:{box}", branch=branch, detail=detail, **signature)
    console.notices.tell(Topic.ORDERS, box)
    return _back(branch)


@router.post(PATH + "/{branch}/publish")
async def publish(console: PresentConsole, present: CanOperate, keys: PresentKeys, branch: BranchKey) -> Response:
    present.must(Right.OPERATE, branch)
    async with console.database.writing() as session:
        box, number = await desired.publish(session, keys, branch, by=present.who, now_s=console.now_s())
        signature = present.signature(console.now_s())
        await note(
            session, deed=Deed.ORDERED, about=f"box:{box}", branch=branch, detail=f"version {number}", **signature
        )
    console.notices.tell(Topic.ORDERS, box)
    return _back(branch)


@router.post(PATH + "/{branch}/command")
async def command(
    *,
    console: PresentConsole,
    present: CanOperate,
    keys: PresentKeys,
    branch: BranchKey,
    command: Name,
    service: Name = "",
) -> Response:
    present.must(Right.OPERATE, branch)
    kind = next((one for one in GIVEN if one == command), None)
    if kind is None:
        raise NotFoundError(f"there is no command {command!r} here")
    now_s = console.now_s()
    arguments = {"service": service} if kind is CommandKind.RESTART else {}
    async with console.database.writing() as session:
        box = (await desired.box_of(session, branch)).box

        def made(number: int) -> Command:
            return Command(
                box=box,
                number=number,
                issued_s=now_s,
                command=kind,
                arguments=arguments,
                expires_s=now_s + COMMAND_LIFE_S,
            )

        summary = " ".join([kind.value, *arguments.values()])
        await sending.send(session, keys, box, made=made, by=present.who, now_s=now_s, summary=summary)
        signature = present.signature(console.now_s())
        await note(session, deed=Deed.ORDERED, about=f"box:{box}", branch=branch, detail=summary, **signature)
    console.notices.tell(Topic.ORDERS, box)
    return _back(branch)


def _kind(text: str) -> ItemKind:
    kind = _item_kind(text)
    if kind not in EDITABLE:
        raise NotFoundError(f"{text!r} can't be edited here")
    return kind


def _item_kind(text: str) -> ItemKind:
    try:
        return ItemKind(text)
    except ValueError:
        raise NotFoundError(f"there is no kind {text!r}") from None


def _back(branch: str) -> Response:
    return RedirectResponse(f"{PATH}/{branch}", status_code=303)


async def _page(request: Request, present: Present, session: AsyncSession, branch: str) -> Response:
    present.must(Right.OPERATE, branch)
    view = await overview.branch_view(session, branch)
    return frame.page(
        request, "wanted/branch.html", here="wanted", view=view, kinds=EDITABLE, commands=GIVEN, as_text=_as_text
    )


def _as_text(content: object) -> str:
    """A content in one line."""
    if isinstance(content, dict):
        return ", ".join(f"{name} = {_as_text(value)}" for name, value in content.items())
    return content if isinstance(content, str) else msgspec.json.encode(content).decode()


def _form(
    request: Request,
    branch: str,
    kind: ItemKind,
    name: str,
    typed: dict[str, str],
    *,
    known: bool = False,
    error: WishError | None = None,
) -> Response:
    return frame.page(
        request,
        "wanted/item.html",
        here="wanted",
        status=400 if error else 200,
        branch=branch,
        kind=kind,
        name=name,
        fields=FIELDS.get(kind, ()),
        typed=typed,
        known=known,
        fault=error,
    )
