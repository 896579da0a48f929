"""The pages of the log-in, one address for all its steps: which one is shown follows from the session's stage.

/sign-in (password) ─► /code or /recovery ─► /password (one's own) ─► /factor (scan; recovery codes are shown) ─► where
one came from
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Annotated, Final
from urllib.parse import quote

import msgspec
import segno
from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from appliance.console.context import Console, PresentConsole
from appliance.console.pages import frame
from appliance.console.pages.preferences import local_path
from appliance.console.people import forms, sessions, totp
from appliance.console.people.errors import PersonError, SignInError, TooManyError
from appliance.console.people.log_in import LogIn, Origin, Step
from appliance.console.people.present import SomeonePresent, address_of
from appliance.console.people.recovery import LONGEST_TYPED
from appliance.console.people.session_tokens import Stage, cookie_name, form_key

router = APIRouter(include_in_schema=False)
PATH: Final = "/sign-in"
_TEMPLATES: Final = {
    Stage.PASSWORD: "sign_in/code.html",
    Stage.NEW_PASSWORD: "sign_in/password.html",
    Stage.ENROL: "sign_in/factor.html",
}
Back = Annotated[str, Query(max_length=2000)]
Typed = Annotated[str, Form(max_length=1000)]
Code = Annotated[str, Form(max_length=20)]
Recovery = Annotated[str, Form(max_length=LONGEST_TYPED)]


@router.get(PATH)
async def show(request: Request, console: PresentConsole, back: Back = "/") -> Response:
    """The step at which this browser's log-in is."""
    cookie = cookie_of(request, console)
    found = await sessions.found(console, cookie) if cookie else None
    if found is not None and found.stage is Stage.SIGNED_IN:
        return _to(local_path(back))
    return await _shown(request, console, stage=found.stage if found else None, back=back)


@router.post(PATH)
async def by_password(
    request: Request, console: PresentConsole, name: Typed = "", password: Typed = "", back: Back = "/"
) -> Response:
    step = LogIn(console, origin_of(request)).by_password(name, password)
    return await _after(request, console, step, stage=None, back=back, name=name)


@router.post(f"{PATH}/code")
async def by_code(request: Request, console: PresentConsole, code: Code = "", back: Back = "/") -> Response:
    cookie = await _own_cookie(request, console)
    step = LogIn(console, origin_of(request)).by_code(cookie, code)
    return await _after(request, console, step, stage=Stage.PASSWORD, back=back)


@router.post(f"{PATH}/recovery")
async def by_recovery_code(
    request: Request, console: PresentConsole, code: Recovery = "", back: Back = "/"
) -> Response:
    cookie = await _own_cookie(request, console)
    step = LogIn(console, origin_of(request)).by_recovery_code(cookie, code)
    return await _after(request, console, step, stage=Stage.PASSWORD, back=back)


@router.post(f"{PATH}/password")
async def by_new_password(
    request: Request, console: PresentConsole, password: Typed = "", again: Typed = "", back: Back = "/"
) -> Response:
    cookie = await _own_cookie(request, console)
    step = LogIn(console, origin_of(request)).by_new_password(cookie, password=password, again=again)
    return await _after(request, console, step, stage=Stage.NEW_PASSWORD, back=back)


@router.post(f"{PATH}/factor")
async def by_first_code(request: Request, console: PresentConsole, code: Code = "", back: Back = "/") -> Response:
    cookie = await _own_cookie(request, console)
    step = LogIn(console, origin_of(request)).by_first_code(cookie, code)
    return await _after(request, console, step, stage=Stage.ENROL, back=back)


@router.post(f"{PATH}/again")
async def again(request: Request, console: PresentConsole) -> Response:
    """Begin anew, perhaps as somebody else."""
    cookie = await _own_cookie(request, console)
    async with console.database.writing() as session:
        await sessions.end(session, cookie)
    return _without_cookie(console)


@router.post("/sign-out")
async def out(request: Request, console: PresentConsole, present: SomeonePresent) -> Response:
    await LogIn(console, origin_of(request)).out(cookie_of(request, console), present.person)
    return _without_cookie(console)


def recovery_codes(request: Request, codes: Sequence[str], *, back: str) -> Response:
    """The page that shows them, this once; back: where it leads."""
    return frame.page(request, "sign_in/recovery_codes.html", codes=codes, back=back)


def origin_of(request: Request) -> Origin:
    return Origin(address=address_of(request), browser=request.headers.get("user-agent", ""))


def cookie_of(request: Request, console: Console) -> str:
    """The session's, "" for none."""
    return request.cookies.get(cookie_name(secure=console.settings.secure), "")


def with_cookie(answer: Response, console: Console, cookie: str) -> Response:
    """No script sees it, no other site's form takes it along, and it ends with the browser."""
    secure = console.settings.secure
    answer.set_cookie(cookie_name(secure=secure), cookie, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


async def _own_cookie(request: Request, console: Console) -> str:
    """Of a form that comes from this session's own page. Raises ForgedError, SignInError."""
    cookie = cookie_of(request, console)
    if not cookie:
        raise SignInError("nobody is signing in, or no longer; begin again")
    await forms.check(request, form_token=form_key(cookie))
    return cookie


async def _after(
    request: Request, console: Console, step: Awaitable[Step], *, stage: Stage | None, back: str, name: str = ""
) -> Response:
    """The next page; the same again, with the reason, where the step failed."""
    try:
        done = await step
    except (PersonError, TooManyError) as error:
        return await _shown(request, console, stage=stage, back=back, name=name, error=error)
    if done.codes:
        return with_cookie(recovery_codes(request, done.codes, back=local_path(back)), console, done.cookie)
    if done.stage is Stage.SIGNED_IN:
        return with_cookie(_to(local_path(back)), console, done.cookie)
    return with_cookie(_to(f"{PATH}?back={quote(local_path(back))}"), console, done.cookie)


async def _shown(
    request: Request,
    console: Console,
    *,
    stage: Stage | None,
    back: str,
    name: str = "",
    error: PersonError | TooManyError | None = None,
) -> Response:
    cookie = cookie_of(request, console)
    scan = await _factor(request, console, cookie) if stage is Stage.ENROL else None
    answer: Response = frame.page(
        request,
        _TEMPLATES[stage] if stage else "sign_in/name.html",
        status=200 if error is None else 429 if isinstance(error, TooManyError) else 400,
        trouble=words_of(request, error),
        back=local_path(back),
        name=name,
        lost=isinstance(error, PersonError) and error.kind == "wrong_recovery_code",
        form_token=form_key(cookie) if stage else "",
        scan=scan,
    )
    if isinstance(error, TooManyError):
        answer.headers["Retry-After"] = str(int(error.after_s) + 1)
    return answer


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """A new second factor for people: as a drawing, as letters, as a link."""

    drawn: Markup
    secret: str
    address: str


async def _factor(request: Request, console: Console, cookie: str) -> Scan:
    secret = await LogIn(console, origin_of(request)).offered_factor(cookie)
    found = await sessions.found(console, cookie)
    address = totp.address(secret, name=found.person if found else "", host=request.url.hostname or "")
    drawn = segno.make(address, micro=False).svg_inline(scale=4, border=4, light="#fff", omitsize=True)
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return Scan(drawn=Markup(drawn), secret=grouped, address=address)


def words_of(request: Request, error: PersonError | TooManyError | None) -> str:
    """What went wrong, in the reader's language; "" for nothing."""
    if error is None:
        return ""
    values = error.values if isinstance(error, PersonError) else {}
    return frame.shown_to(request).text(f"refused.{error.kind}", **values)


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


def _without_cookie(console: Console) -> Response:
    answer = _to(PATH)
    secure = console.settings.secure
    answer.delete_cookie(cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax")
    return answer
