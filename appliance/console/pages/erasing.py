"""The page of erasure requests and legal holds: ask for one, see what became of it, lift a hold."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from appliance.console.context import Console, PresentConsole
from appliance.console.erasing.people_routes import Erasing, ErasureBody, HoldBody, Id
from appliance.console.errors import NotFoundError
from appliance.console.pages import frame
from appliance.console.people.present import CanErase, Present

router = APIRouter(include_in_schema=False)
PATH = "/erasing"
Word = Annotated[str, Field(max_length=20_000)]


class Typed(BaseModel):
    """Either form. contacts: ids with blanks or commas between; customer: a number, spaces and dashes in it or not."""

    model_config = ConfigDict(str_strip_whitespace=True)
    reason: Word = ""
    contacts: Word = ""
    customer: Word = ""

    @property
    def named(self) -> list[str]:
        return self.contacts.replace(",", " ").split()

    @property
    def number(self) -> str:
        return "".join(sign for sign in self.customer if sign not in " -()")


@router.get(PATH)
async def show(
    request: Request,
    console: PresentConsole,
    present: CanErase,
    contact: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    return await _page(request, console, present, typed=Typed(contacts=contact))


@router.get(PATH + "/{asked}")
async def one(request: Request, console: PresentConsole, present: CanErase, asked: Id) -> Response:
    """What became of one request."""
    found = await Erasing(console).erasure(present, asked)
    return frame.page(request, "erasing/erasure.html", here="erasing", found=found)


@router.post(PATH)
async def ask(
    request: Request, console: PresentConsole, present: CanErase, typed: Annotated[Typed, Form()]
) -> Response:
    try:
        body = ErasureBody(reason=typed.reason, contacts=typed.named, customer=typed.number)
    except ValidationError:
        return await _page(request, console, present, typed=typed, trouble="erasing.malformed")
    if not body.contacts and not body.customer:
        return await _page(request, console, present, typed=typed, trouble="erasing.nobody")
    try:
        made = await Erasing(console).ask(present, body)
    except NotFoundError:
        return await _page(request, console, present, typed=typed, trouble="erasing.unknown")
    return RedirectResponse(f"{PATH}/{made['request']}", status_code=303)


@router.post(PATH + "/holds")
async def hold(
    request: Request, console: PresentConsole, present: CanErase, typed: Annotated[Typed, Form()]
) -> Response:
    try:
        body = HoldBody(reason=typed.reason, contacts=typed.named)
    except ValidationError:
        return await _page(request, console, present, typed=typed, trouble="erasing.malformed")
    try:
        await Erasing(console).hold(present, body)
    except NotFoundError:
        return await _page(request, console, present, typed=typed, trouble="erasing.unknown")
    return RedirectResponse(PATH, status_code=303)


@router.post(PATH + "/holds/{hold}/lift")
async def lift(console: PresentConsole, present: CanErase, hold: Id) -> Response:
    await Erasing(console).lift(present, hold)
    return RedirectResponse(PATH, status_code=303)


async def _page(request: Request, console: Console, present: Present, *, typed: Typed, trouble: str = "") -> Response:
    room = Erasing(console)
    shown: dict[str, Any] = {"erasures": await room.erasures(present), "holds": await room.holds(present)}
    return frame.page(
        request,
        "erasing/erasing.html",
        here="erasing",
        status=400 if trouble else 200,
        typed=typed,
        trouble=frame.shown_to(request).text(trouble) if trouble else "",
        **shown,
    )
