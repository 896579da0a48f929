"""One's own page: password, second factor, where one is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.context import Console, PresentConsole, Reading
from appliance.console.database.tables import Person, PersonSession
from appliance.console.pages import frame, sign_in
from appliance.console.people import attempts, hashing, keeping, recovery, sessions
from appliance.console.people.errors import ForbiddenError, PersonError, TooManyError
from appliance.console.people.log_in import LogIn
from appliance.console.people.present import Present, SomeonePresent
from appliance.console.people.session_tokens import kept

router = APIRouter(include_in_schema=False)
PATH = "/account"
Typed = Annotated[str, Form(max_length=1000)]


class Passwords(BaseModel):
    """The form for another password."""

    current: str = Field(default="", max_length=1000)
    password: str = Field(default="", max_length=1000)
    again: str = Field(default="", max_length=1000)


@router.get(PATH)
async def show(
    request: Request, console: PresentConsole, present: SomeonePresent, session: Reading, done: str = ""
) -> Response:
    return await _page(request, console, present, session, done=done if done in {"password", "sessions"} else "")


@router.post(f"{PATH}/password")
async def change_password(
    request: Request,
    console: PresentConsole,
    present: SomeonePresent,
    typed: Annotated[Passwords, Form()],
) -> Response:
    """Needs the current one: an open browser is not enough."""
    try:
        await _prove(console, present, typed.current)
        fresh = await hashing.chosen(console, present.person, password=typed.password, again=typed.again)
    except (PersonError, TooManyError) as error:
        async with console.database.reading() as session:
            return await _page(request, console, present, session, error=error)
    cookie = sign_in.cookie_of(request, console)
    signature = present.signature(console.now_s())
    async with console.database.writing() as session:
        await attempts.take_back(session, name=present.person, address=present.address)
        await keeping.change_password(session, present.person, password=fresh, cookie=cookie, signature=signature)
    return RedirectResponse(f"{PATH}?done=password", status_code=303)


@router.post(f"{PATH}/factor")
async def new_factor(request: Request, console: PresentConsole, present: SomeonePresent, code: Typed = "") -> Response:
    """Another phone: with a code of the old one. The old one holds until the new one's first code."""
    _person_only(present)
    cookie = sign_in.cookie_of(request, console)
    try:
        step = await LogIn(console, sign_in.origin_of(request)).another_factor(cookie, code)
    except (PersonError, TooManyError) as error:
        async with console.database.reading() as session:
            return await _page(request, console, present, session, error=error)
    return sign_in.with_cookie(RedirectResponse(sign_in.PATH, status_code=303), console, step.cookie)


@router.post(f"{PATH}/recovery")
async def new_recovery_codes(
    request: Request, console: PresentConsole, present: SomeonePresent, code: Typed = ""
) -> Response:
    """Ten others, with a code of the phone; those of before are worth nothing."""
    _person_only(present)
    try:
        cookie = sign_in.cookie_of(request, console)
        codes = await LogIn(console, sign_in.origin_of(request)).other_recovery_codes(cookie, code)
    except (PersonError, TooManyError) as error:
        async with console.database.reading() as session:
            return await _page(request, console, present, session, error=error)
    return sign_in.recovery_codes(request, codes, back=PATH)


@router.post(f"{PATH}/sessions")
async def end_others(request: Request, console: PresentConsole, present: SomeonePresent) -> Response:
    """Signs out everywhere but here."""
    _person_only(present)
    async with console.database.writing() as session:
        await sessions.end_all(session, present.person, but=sign_in.cookie_of(request, console))
        await note(session, deed=Deed.SIGNED_OUT, detail="everywhere else", **present.signature(console.now_s()))
    return RedirectResponse(f"{PATH}?done=sessions", status_code=303)


async def _prove(console: Console, present: Present, password: str) -> None:
    """Raises PersonError, TooManyError."""
    _person_only(present)
    await attempts.count(console, name=present.person, address=present.address)
    async with console.database.reading() as session:
        row = await session.get_one(Person, present.person)
    if not await hashing.matches(password, row.password):
        raise PersonError("the current password is wrong", kind="wrong_current")


async def _page(
    request: Request,
    console: Console,
    present: Present,
    session: AsyncSession,
    *,
    done: str = "",
    error: PersonError | TooManyError | None = None,
) -> Response:
    _person_only(present)
    query = select(PersonSession).where(PersonSession.person == present.person).order_by(PersonSession.seen_s.desc())
    return frame.page(
        request,
        "account/account.html",
        here="account",
        status=error.status if isinstance(error, TooManyError) else 400 if error else 200,
        me=await keeping.one(session, present.person),
        here_now=kept(sign_in.cookie_of(request, console)),
        sessions=(await session.scalars(query)).all(),
        codes_left=await recovery.left(session, present.person),
        codes_made=recovery.COUNT,
        done=done,
        trouble=sign_in.words_of(request, error),
    )


def _person_only(present: Present) -> None:
    """Raises ForbiddenError for a token."""
    if not present.form_token:
        raise ForbiddenError("a token has no account; sign in as a person")
