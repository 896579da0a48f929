"""`/api/v1` of operation: what is wanted of a branch, publication, commands, for programs with the scope `operate`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, FastAPI, Path
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from appliance.cloud.orders import BoxService, CommandKind, Item, ItemKind
from appliance.console.authority.presence import PresentKeys
from appliance.console.context import Console, PresentConsole, Reading
from appliance.console.orders import overview
from appliance.console.orders.operating import Operator
from appliance.console.people.present import CanOperate
from appliance.console.people.roles import Right

router = APIRouter(prefix="/api/v1/branches/{branch}", tags=["operation"])
PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
BranchKey = Annotated[str, Path(max_length=200, pattern=PRINTABLE)]
ItemName = Annotated[str, Path(max_length=200, pattern=PRINTABLE)]
LONGEST_CONTENT = 200_000


class Wanted(BaseModel):
    """content: as the box's administration takes it, null to take it away; blob: SHA-256 of an uploaded bundle."""

    content: dict[str, Any] | None = None
    blob: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class WantedItem(Wanted):
    """One thing that is wanted of the branch."""

    kind: ItemKind
    name: str


class Difference(BaseModel):
    """What the technician has changed on the box. local: null where it was removed there."""

    kind: str
    name: str
    local: dict[str, Any] | None = None
    desired: dict[str, Any] | None = None


class OrderTold(BaseModel):
    """outcome: waiting, taken, applied, failed or rolled_back; said: sentences of the box."""

    number: int
    kind: str
    summary: str
    issued_s: float
    issued_by: str
    outcome: str
    said: list[str]


class BranchWishes(BaseModel):
    """box: the active one, "" for none; drift as of `told_s`."""

    branch: str
    box: str
    items: list[WantedItem]
    drift: list[Difference]
    told_s: float | None
    orders: list[OrderTold]


class Ordered(BaseModel):
    """The order's number in the line of the box."""

    box: str
    number: int


class CommandWish(BaseModel):
    """service: of a restart; hours: of the logs."""

    command: Literal["restart", "collect_logs", "renew_certificate", "erase"]
    service: BoxService | None = None
    hours: Annotated[int, Field(ge=1, le=744)] | None = None


def install(app: FastAPI, console: Console) -> None:
    """Called once, by `apps`."""
    app.include_router(router)


@router.get("/desired")
async def wishes(session: Reading, present: CanOperate, branch: BranchKey) -> BranchWishes:
    """What is wanted of the branch, what its technician has changed, what became of the last orders."""
    present.must(Right.OPERATE, branch)
    view = await overview.branch_view(session, branch)
    return BranchWishes(
        branch=branch,
        box=view.box.box if view.box else "",
        items=[WantedItem(kind=one.kind, name=one.name, content=one.content, blob=one.blob) for one in view.items],
        drift=[Difference.model_validate(one) for one in view.drift],
        told_s=view.told_s,
        orders=[_told(line) for line in view.orders],
    )


@router.put("/desired/{kind}/{name}", status_code=204)
async def want(
    *,
    console: PresentConsole,
    keys: PresentKeys,
    present: CanOperate,
    branch: BranchKey,
    kind: ItemKind,
    name: ItemName,
    wanted: Wanted,
) -> None:
    """Nothing goes to the box before it is published."""
    _check_content(wanted.content)
    item = Item(kind=kind, name=name, content=wanted.content, blob=wanted.blob)
    await Operator(console, keys, present, branch).want(item)


@router.delete("/desired/{kind}/{name}", status_code=204)
async def leave(
    *,
    console: PresentConsole,
    keys: PresentKeys,
    present: CanOperate,
    branch: BranchKey,
    kind: ItemKind,
    name: ItemName,
) -> None:
    """To the technician: the box keeps what it has."""
    await Operator(console, keys, present, branch).leave(kind, name)


@router.post("/publications")
async def publish(console: PresentConsole, keys: PresentKeys, present: CanOperate, branch: BranchKey) -> Ordered:
    """Everything that is wanted, as one signed order to the branch's box."""
    box, number = await Operator(console, keys, present, branch).publish()
    return Ordered(box=box, number=number)


@router.post("/commands")
async def command(
    console: PresentConsole, keys: PresentKeys, present: CanOperate, branch: BranchKey, wish: CommandWish
) -> Ordered:
    """To the branch's box; it is carried out at most once, within a day."""
    arguments: dict[str, str] = {"service": wish.service or BoxService.SWITCHBOARD} if wish.command == "restart" else {}
    if wish.hours is not None and wish.command == "collect_logs":
        arguments = {"hours": str(wish.hours)}
    box, number = await Operator(console, keys, present, branch).command(CommandKind(wish.command), arguments)
    return Ordered(box=box, number=number)


def _told(line: overview.OrderLine) -> OrderTold:
    order = line.order
    return OrderTold(
        number=order.number,
        kind=order.kind,
        summary=order.summary,
        issued_s=order.issued_s,
        issued_by=order.issued_by,
        outcome=line.outcome,
        said=line.said,
    )


def _check_content(content: dict[str, Any] | None) -> None:
    """Raises RequestValidationError for what can't be stored: half characters, numbers beyond 64 bits, too much."""
    try:
        text = msgspec.json.encode(content)
        if msgspec.json.decode(text) != content:
            raise ValueError("a number in it is none of JSON's, or too large")
    except (ValueError, OverflowError, RecursionError) as error:
        raise _invalid(f"content can't be stored: {error}") from error
    if len(text) > LONGEST_CONTENT:
        raise _invalid(f"content of {len(text)} bytes; at most {LONGEST_CONTENT} are taken")


def _invalid(sentence: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("body", "content"), "msg": sentence, "input": None}])
