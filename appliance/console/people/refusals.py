"""What somebody is told who was refused, and the audit log's line about it. Nobody who isn't known is written down:
log-ins that fail are, by the log-in itself.

Programs get a problem document (RFC 9457), people a page or the log-in.
"""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.context import Console, console_of
from appliance.console.database import unstorable
from appliance.console.errors import NotFoundError
from appliance.console.pages import frame
from appliance.console.people.errors import PersonError, RefusedError, SignInError, TooManyError
from appliance.console.people.present import Present
from appliance.errors import ConsoleError

logger = logging.getLogger(__name__)
SIGN_IN: Final = "/sign-in"
_PROBLEM: Final = "application/problem+json"


def install(app: FastAPI) -> None:
    """Answer every refusal of this application."""
    app.add_exception_handler(ConsoleError, _answer)
    app.add_exception_handler(DBAPIError, _answer_unstorable)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_invalid)


def for_a_program(request: Request) -> bool:
    """Whether JSON is wanted, not a page."""
    return request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", "text/html")


def problem(status: int, kind: str, detail: str) -> JSONResponse:
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse({**content, "kind": kind}, status_code=status, media_type=_PROBLEM)


async def _answer(request: Request, error: Exception) -> Response:
    status, kind = _status_and_kind(error)
    present: Present | None = getattr(request.state, "present", None)
    if present is not None and isinstance(error, RefusedError | NotFoundError):
        await _audit(console_of(request), request, present, error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    if isinstance(error, SignInError) and not for_a_program(request):
        return RedirectResponse(f"{SIGN_IN}?back={quote(_back(request))}", status_code=HTTPStatus.SEE_OTHER)
    answer = _told(request, status, kind, error)
    if isinstance(error, SignInError):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyError):
        answer.headers["Retry-After"] = str(math.ceil(error.after_s))
    return answer


async def _answer_http(request: Request, error: Exception) -> Response:
    """What the framework refuses: no such path, no such method."""
    assert isinstance(error, HTTPException)
    if for_a_program(request):
        answer: Response = problem(error.status_code, "http", str(error.detail))
    else:
        answer = frame.refused(request, error.status_code, f"{error.status_code}: {request.url.path}")
    answer.headers.update(error.headers or {})
    return answer


async def _answer_invalid(request: Request, error: Exception) -> Response:
    """Parameters that fit no route's shape."""
    assert isinstance(error, RequestValidationError)
    if for_a_program(request):
        return await request_validation_exception_handler(request, error)
    where = ", ".join(sorted({str(one["loc"][-1]) for one in error.errors()}))
    return frame.refused(request, HTTPStatus.BAD_REQUEST, where)


async def _answer_unstorable(request: Request, error: Exception) -> Response:
    if not isinstance(error, DBAPIError) or not unstorable.is_the_sender_s(error):
        raise error
    if for_a_program(request):
        return problem(HTTPStatus.BAD_REQUEST, "invalid", unstorable.DETAIL)
    return frame.refused(request, HTTPStatus.BAD_REQUEST, frame.shown_to(request).text("refused.unstorable"))


def _told(request: Request, status: int, kind: str, error: Exception) -> Response:
    if for_a_program(request):
        return problem(status, kind, str(error))
    values = error.values if isinstance(error, PersonError) else {}
    return frame.refused(request, status, frame.shown_to(request).text(f"refused.{kind}", **values))


def _status_and_kind(error: Exception) -> tuple[int, str]:
    if isinstance(error, RefusedError):
        return error.status, error.kind
    if isinstance(error, NotFoundError):
        return HTTPStatus.NOT_FOUND, "not_found"
    if isinstance(error, PersonError):
        return HTTPStatus.BAD_REQUEST, error.kind
    return HTTPStatus.INTERNAL_SERVER_ERROR, "failed"


async def _audit(console: Console, request: Request, present: Present, error: Exception) -> None:
    async with console.database.writing() as session:
        await note(
            session,
            deed=Deed.REFUSED,
            about=f"{request.method} {request.url.path}",
            detail=_status_and_kind(error)[1],
            **present.signature(console.now_s()),
        )


def _back(request: Request) -> str:
    """Where a form was sent to is nowhere to come back to."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method in {"GET", "HEAD"} else "/"
