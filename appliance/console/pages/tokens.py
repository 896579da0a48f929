"""The page of the API tokens: which there are, a new one (shown once), an end to one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from appliance.console.context import Console, PresentConsole
from appliance.console.pages import frame, sign_in
from appliance.console.pages.places import places
from appliance.console.people.errors import PersonError
from appliance.console.people.present import CanManagePeople
from appliance.console.tokens import keeping
from appliance.console.tokens.keeping import DAY_S, Wish
from appliance.console.tokens.scopes import Scope

router = APIRouter(include_in_schema=False)
PATH = "/tokens"
_DAYS = (30, 90, 365)


class NewToken(BaseModel):
    """The form for another token."""

    name: str = Field(default="", max_length=1000)
    scopes: list[str] = Field(default=[], max_length=100)
    branches: list[str] = Field(default=[], max_length=1000)
    days: float = Field(default=90, allow_inf_nan=False)


@router.get(PATH)
async def show(request: Request, console: PresentConsole, present: CanManagePeople) -> Response:
    return await _page(request, console)


@router.post(PATH)
async def make(
    request: Request,
    console: PresentConsole,
    present: CanManagePeople,
    typed: Annotated[NewToken, Form()],
) -> Response:
    scopes, branches = tuple(typed.scopes), tuple(typed.branches)
    wish = Wish(name=typed.name, scopes=scopes, branches=branches, life_s=typed.days * DAY_S)
    try:
        async with console.database.writing() as session:
            text = await keeping.make(session, wish, maker=present, wall_s=console.now_s())
    except PersonError as error:
        return await _page(request, console, wish=wish, error=error)
    return await _page(request, console, text=text)


@router.post(PATH + "/{token}/revoke")
async def revoke(
    console: PresentConsole, present: CanManagePeople, token: Annotated[str, Path(max_length=20)]
) -> Response:
    async with console.database.writing() as session:
        await keeping.revoke(session, token, by=present, wall_s=console.now_s())
    return RedirectResponse(PATH, status_code=303)


async def _page(
    request: Request,
    console: Console,
    *,
    text: str = "",
    wish: Wish | None = None,
    error: PersonError | None = None,
) -> Response:
    async with console.database.reading() as session:
        tokens = await keeping.known(session, wall_s=console.now_s())
        offered = await places(session)
    return frame.page(
        request,
        "tokens/tokens.html",
        here="tokens",
        status=400 if error else 200,
        tokens=tokens,
        text=text,
        scopes=tuple(Scope),
        places=offered,
        days=_DAYS,
        wish=wish,
        trouble=sign_in.words_of(request, error),
    )
