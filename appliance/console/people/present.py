"""Who makes this request, and what they may: routes ask for it by a dependency, and limit what they read by it.

    many things   route(present: CanRead, …): select(…).where(seen(Contact.branch, present.branches(Right.READ)))
    one thing     present.must(Right.LISTEN, recording.branch)          raises NotFoundError, ForbiddenError
    a deed        await note(session, deed=Deed.LISTENED, about=…, **present.signature(console.now_s()))

A person comes with the session's cookie, and every form sends its `csrf` back (scripts: header `X-CSRF`); a program
comes with `Authorization: Bearer <token>`. Who is refused is audited (`refusals`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypedDict

import msgspec
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from appliance.console.context import Console, PresentConsole
from appliance.console.errors import NotFoundError
from appliance.console.people import forms, sessions
from appliance.console.people.errors import ForbiddenError, SignInError
from appliance.console.people.roles import Branches, Grants, Right
from appliance.console.people.session_tokens import Stage, cookie_name, form_key
from appliance.console.tokens import bearers

_EVERYWHERE: Final = Branches(every=True)


class Signature(TypedDict):
    """What `audit.log.note` wants to know of who did it."""

    wall_s: float
    who: str
    address: str


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """who: `person:<name>` or `token:<id>`, for the audit log; person: the log-in name, a token's maker; name: as
    shown; rights, at: a token's limits below its maker's grants; form_token: what this session's forms send back."""

    who: str
    person: str
    name: str
    grants: Grants
    address: str
    rights: frozenset[Right] = frozenset(Right)
    at: Branches = _EVERYWHERE
    form_token: str = ""

    def branches(self, right: Right) -> Branches:
        """Where they have it; reads are limited to these."""
        return self.grants.branches(right) & self.at if right in self.rights else Branches()

    def may(self, right: Right, branch: str) -> bool:
        return branch in self.branches(right)

    def must(self, right: Right, branch: str) -> None:
        """Raises ForbiddenError; NotFoundError where they may not even know of the branch."""
        if self.may(right, branch):
            return
        if self.may(Right.READ, branch):
            raise ForbiddenError(f"{self.who} lacks the right to {right} at {branch}; an admin can grant a role")
        raise NotFoundError(f"there is no branch {branch!r} that you may see")

    def held(self) -> frozenset[str]:
        """The rights they have at any branch, for the menu."""
        return frozenset(right.value for right in Right if self.branches(right))

    def signature(self, wall_s: float) -> Signature:
        return Signature(wall_s=wall_s, who=self.who, address=self.address)


def seen(column: InstrumentedAttribute[str], branches: Branches) -> ColumnElement[bool]:
    """The condition that limits a query to those branches."""
    return true() if branches.every else column.in_(sorted(branches.some))


def address_of(request: Request) -> str:
    """The caller's IP address as the server saw it, "" for none."""
    return request.client.host if request.client else ""


# Said in the OpenAPI document; it is `_by_token` that reads the header.
_TOKEN: Final = HTTPBearer(scheme_name="ApiToken", description="A token of the page /tokens: lkt_…", auto_error=False)


async def present_person(
    request: Request, console: PresentConsole, _: Annotated[object, Security(_TOKEN)] = None
) -> Present:
    """Whoever sends this request. Raises SignInError, ForgedError."""
    bearer = request.headers.get("authorization", "")
    present = await _by_token(request, console, bearer) if bearer else await _by_cookie(request, console)
    request.state.present = present
    return present


async def _by_token(request: Request, console: Console, header: str) -> Present:
    scheme, _, text = header.partition(" ")
    found = await bearers.bearer(console, text.strip()) if scheme.casefold() == "bearer" else None
    if found is None:
        raise SignInError("this token is unknown, revoked or over; an admin can make another")
    return Present(
        who=f"token:{found.token}",
        person=found.maker,
        name=found.name,
        grants=found.grants,
        address=address_of(request),
        rights=found.rights,
        at=found.at,
    )


async def _by_cookie(request: Request, console: Console) -> Present:
    cookie = request.cookies.get(cookie_name(secure=console.settings.secure), "")
    found = await sessions.found(console, cookie) if cookie else None
    if found is None or found.stage is not Stage.SIGNED_IN:
        raise SignInError("nobody is signed in, or no longer; sign in")
    present = Present(
        who=f"person:{found.person}",
        person=found.person,
        name=found.name,
        grants=found.grants,
        address=address_of(request),
        form_token=form_key(cookie),
    )
    request.state.present = present  # so that a forged form is audited as theirs
    await forms.check(request, form_token=present.form_token)
    return present


def need(right: Right) -> Callable[..., Awaitable[Present]]:
    """The dependency for routes that are for people with the right, at any branch at least. Raises ForbiddenError."""

    async def present_with_right(present: SomeonePresent) -> Present:
        if not present.branches(right):
            raise ForbiddenError(f"{present.who} lacks the right to {right}; an admin can grant a role")
        return present

    return present_with_right


SomeonePresent = Annotated[Present, Depends(present_person)]
CanRead = Annotated[Present, Depends(need(Right.READ))]
CanListen = Annotated[Present, Depends(need(Right.LISTEN))]
CanOperate = Annotated[Present, Depends(need(Right.OPERATE))]
CanErase = Annotated[Present, Depends(need(Right.ERASE))]
CanAudit = Annotated[Present, Depends(need(Right.AUDIT))]
CanManagePeople = Annotated[Present, Depends(need(Right.PEOPLE))]
