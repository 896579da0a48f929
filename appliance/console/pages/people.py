"""The pages of the people: who there is, what they may, where; for admins of the whole organisation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.context import PresentConsole, Reading
from appliance.console.pages import frame, sign_in
from appliance.console.pages.places import places
from appliance.console.people import hashing, keeping, passwords
from appliance.console.people.errors import PersonError
from appliance.console.people.present import CanManagePeople
from appliance.console.people.roles import Grant, Role, grant_of

router = APIRouter(include_in_schema=False)
PATH = "/people"
Typed = Annotated[str, Form(max_length=1000)]
Marked = Annotated[list[str], Form(default_factory=list, max_length=1000)]
LogInName = Annotated[str, Path(max_length=63)]


class NewPerson(BaseModel):
    """The form for another person. grants: `role@branch`."""

    person: str = Field(default="", max_length=1000)
    name: str = Field(default="", max_length=1000)
    grants: list[str] = Field(default=[], max_length=1000)


@router.get(PATH)
async def everybody(request: Request, present: CanManagePeople, session: Reading) -> Response:
    return await _list(request, session)


@router.post(PATH)
async def add(
    request: Request,
    console: PresentConsole,
    present: CanManagePeople,
    typed: Annotated[NewPerson, Form()],
) -> Response:
    """Shows the password for once: it is nowhere else, and good for the first log-in only."""
    password = passwords.fresh()
    kept = await hashing.hashed(password)
    try:
        async with console.database.writing() as session:
            await keeping.add(
                session,
                person=typed.person,
                name=typed.name,
                grants=_grants(typed.grants),
                password=kept,
                once=True,
                signature=present.signature(console.now_s()),
            )
    except PersonError as error:
        async with console.database.reading() as session:
            return await _list(request, session, error=error, typed=typed)
    return await _one(request, console, keeping.checked_name(typed.person), password=password)


@router.get(PATH + "/{person}")
async def one(request: Request, console: PresentConsole, present: CanManagePeople, person: LogInName) -> Response:
    return await _one(request, console, person)


@router.post(PATH + "/{person}/roles")
async def set_roles(
    request: Request,
    console: PresentConsole,
    present: CanManagePeople,
    person: LogInName,
    grants: Marked,
) -> Response:
    try:
        async with console.database.writing() as session:
            signature = present.signature(console.now_s())
            await keeping.set_grants(session, person, _grants(grants), signature=signature)
    except PersonError as error:
        return await _one(request, console, person, error=error)
    return _back(person)


@router.post(PATH + "/{person}/out")
async def put_out(request: Request, console: PresentConsole, present: CanManagePeople, person: LogInName) -> Response:
    try:
        async with console.database.writing() as session:
            await keeping.put_out(session, person, signature=present.signature(console.now_s()))
    except PersonError as error:
        return await _one(request, console, person, error=error)
    return _back(person)


@router.post(PATH + "/{person}/in")
async def let_in(console: PresentConsole, present: CanManagePeople, person: LogInName) -> Response:
    async with console.database.writing() as session:
        await keeping.let_in(session, person, signature=present.signature(console.now_s()))
    return _back(person)


@router.post(PATH + "/{person}/reset")
async def reset(
    request: Request,
    console: PresentConsole,
    present: CanManagePeople,
    person: LogInName,
    factor: Typed = "",
) -> Response:
    """A new password for once; factor: the phone is lost too."""
    password = passwords.fresh()
    kept = await hashing.hashed(password)
    async with console.database.writing() as session:
        signature = present.signature(console.now_s())
        await keeping.reset(session, person, password=kept, factor_too=bool(factor), signature=signature)
    return await _one(request, console, person, password=password)


async def _list(
    request: Request,
    session: AsyncSession,
    *,
    error: PersonError | None = None,
    typed: NewPerson | None = None,
) -> Response:
    return frame.page(
        request,
        "people/people.html",
        here="people",
        status=400 if error else 200,
        people=await keeping.known(session),
        roles=tuple(Role),
        places=await places(session),
        typed=typed or NewPerson(),
        trouble=sign_in.words_of(request, error),
    )


async def _one(
    request: Request,
    console: PresentConsole,
    person: str,
    *,
    password: str = "",
    error: PersonError | None = None,
) -> Response:
    async with console.database.reading() as session:
        found = await keeping.one(session, person)
        offered = await places(session)
    return frame.page(
        request,
        "people/person.html",
        here="people",
        status=400 if error else 200,
        person=found,
        roles=tuple(Role),
        places=offered,
        held=frozenset(found.grants.words()),
        password=password,
        trouble=sign_in.words_of(request, error),
    )


def _grants(words: list[str]) -> list[Grant]:
    return [grant_of(word) for word in words]


def _back(person: str) -> RedirectResponse:
    return RedirectResponse(f"{PATH}/{person}", status_code=303)
