"""Values that no database takes, such as a text with a NUL in it: the fault of who sent them, so 400 and not 500.

PostgreSQL says so when the value arrives (SQLSTATE class 22, data exception); SQLite takes nearly everything. Whatever
else goes wrong in the database stays an error of the console.
"""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError

_DATA_EXCEPTION: Final = "22"
DETAIL: Final = "a value in this request can't be stored or looked for; it has characters or a size that nothing has"


def install(app: FastAPI) -> None:
    app.add_exception_handler(DBAPIError, _answer)


def is_the_sender_s(error: DBAPIError) -> bool:
    """Whether the value was at fault, not the database."""
    return str(getattr(error.orig, "sqlstate", "") or "").startswith(_DATA_EXCEPTION)


async def _answer(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, DBAPIError) or not is_the_sender_s(error):
        raise error
    return JSONResponse({"kind": "malformed", "detail": DETAIL}, status_code=400)
