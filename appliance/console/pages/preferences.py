"""What a browser remembers of its reader: language, time zone, light or dark. Cookies of this site, nothing stored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from appliance.console.pages import language as languages
from appliance.console.pages.frame import THEME_COOKIE, THEMES
from appliance.console.pages.shown import ZONE_COOKIE, zone_called

router = APIRouter(include_in_schema=False)
_YEAR_S = 365 * 86_400
Choice = Annotated[str, Query(max_length=60)]


@router.get("/preferences")
async def choose(
    request: Request,
    back: Annotated[str, Query(max_length=2000)] = "/",
    language: Choice = "",
    theme: Choice = "",
    zone: Choice = "",
) -> RedirectResponse:
    """Remember what was chosen and go back to where the reader was. Changes nothing but the reader's own cookies."""
    answer = RedirectResponse(local_path(back), status_code=303)
    choices = {
        languages.COOKIE: language if language in set(languages.Language) else "",
        THEME_COOKIE: theme if theme in THEMES else "",
        ZONE_COOKIE: zone if zone and str(zone_called(zone)) == zone else "",
    }
    for name, value in choices.items():
        if value:
            answer.set_cookie(name, value, max_age=_YEAR_S, samesite="lax", secure=request.url.scheme == "https")
    return answer


def local_path(back: str) -> str:
    """Where to go back to: a path of this console, never another site's address."""
    plain = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if plain and back.isprintable() and "\\" not in back else "/"
