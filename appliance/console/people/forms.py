"""Forms come from this console's own pages, or not at all (CSRF).

Two checks, each enough by itself: the browser says where a request comes from (`Sec-Fetch-Site`, `Origin`), and every
form carries a key that only pages of the same session know.

Source: OWASP CSRF prevention; W3C Fetch Metadata; RFC 6454 §7 (Origin)
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from appliance.console.people.errors import ForgedError

FIELD: Final = "csrf"
HEADER: Final = "x-csrf"
HARMLESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_OWN: Final = frozenset({"same-origin", "none"})
_ADVICE: Final = "open the page again and send it from there"


async def check(request: Request, *, form_token: str) -> None:
    """Raises ForgedError for a request that changes something and doesn't come from this session's pages."""
    if request.method in HARMLESS:
        return
    check_origin(request.headers)
    sent = request.headers.get(HEADER, "")
    if not sent and request.headers.get("content-type", "").startswith(_FORM_TYPES):
        field = (await request.form()).get(FIELD)
        sent = field if isinstance(field, str) else ""
    if not hmac.compare_digest(sent.encode(), form_token.encode()):
        raise ForgedError(f"this form is not of your session; {_ADVICE}")


def check_origin(headers: Mapping[str, str]) -> None:
    """Raises ForgedError where the browser says that another site sent this. A program says nothing, and is checked by
    its token or form key alone."""
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    from_here = origin is None or urlsplit(origin).netloc == headers.get("host", "")
    if site not in _OWN if site is not None else not from_here:
        raise ForgedError(f"this request was sent by another site; {_ADVICE}")
