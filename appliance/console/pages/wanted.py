"""The pages of what admins want of the branches: edit, see the technician's changes, publish, give commands."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import ENDS_CALLS, BoxService, CommandKind, ItemKind
from appliance.console.authority.presence import PresentKeys
from appliance.console.context import PresentConsole, Reading
from appliance.console.errors import NotFoundError
from appliance.console.orders import overview
from appliance.console.orders.operating import Operator
from appliance.console.pages import frame
from appliance.console.pages.places import PRINTABLE
from appliance.console.pages.wanted_forms import EDITABLE, FIELDS, WishError, item_of, typed_of
from appliance.console.people.present import CanOperate, Present
from appliance.console.people.roles import Right

router = APIRouter(include_in_schema=False)
PATH = "/wanted"
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
    *,
    request: Request,
    console: PresentConsole,
    present: CanOperate,
    keys: PresentKeys,
    branch: BranchKey,
    kind: Name,
    item: Name,
) -> Response:
    present.must(Right.OPERATE, branch)
    chosen = _kind(kind)
    form = await request.form()
    typed = {key: value for key, value in form.items() if isinstance(value, str)}
    try:
        wish = item_of(chosen, item, typed)
    except WishError as error:
        return _form(request, branch, chosen, item, typed, error=error)
    await Operator(console, keys, present, branch).want(wish)
    return _back(branch)


@router.post(PATH + "/{branch}/drop")
async def drop_item(
    *, console: PresentConsole, present: CanOperate, keys: PresentKeys, branch: BranchKey, kind: Name, item: Name
) -> Response:
    await Operator(console, keys, present, branch).leave(_item_kind(kind), item)
    return _back(branch)


@router.post(PATH + "/{branch}/overwrite")
async def overwrite(
    *, console: PresentConsole, present: CanOperate, keys: PresentKeys, branch: BranchKey, kind: Name, item: Name
) -> Response:
    """The admin has seen the technician's change and decides against it."""
    await Operator(console, keys, present, branch).overwrite(_item_kind(kind), item)
    return _back(branch)


@router.post(PATH + "/{branch}/publish")
async def publish(console: PresentConsole, present: CanOperate, keys: PresentKeys, branch: BranchKey) -> Response:
    await Operator(console, keys, present, branch).publish()
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
    confirmed: Name = "",
) -> Response:
    """To erase a box its branch has to be typed once more."""
    operator = Operator(console, keys, present, branch)
    kind = next((one for one in (*GIVEN, CommandKind.ERASE) if one == command), None)
    if kind is None or (kind is CommandKind.ERASE and confirmed != branch):
        raise NotFoundError(f"there is no command {command!r} here, or the branch wasn't typed to confirm it")
    await operator.command(kind, {"service": _service(service)} if kind is CommandKind.RESTART else {})
    return _back(branch)


def _service(text: str) -> BoxService:
    try:
        return BoxService(text)
    except ValueError:
        raise NotFoundError(f"there is no service {text!r} to restart") from None


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
        request,
        "wanted/branch.html",
        here="wanted",
        view=view,
        kinds=EDITABLE,
        commands=GIVEN,
        services=[(one, one in ENDS_CALLS) for one in BoxService],
        as_text=_as_text,
        may_erase=present.may(Right.ERASE, branch),
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
