"""Renders pages: templates with the reader's language, time zone, name, rights and form token.

Who reads is what `console.people` left in `request.state`: `present`, absent for nobody. A request with the header
`Linekeeper-Part` gets only the page's live part (block `main`): that is how an open page stays new.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import URL

from appliance.console.pages import language as languages
from appliance.console.pages.charts import strips
from appliance.console.pages.navigation import menu_for
from appliance.console.pages.shown import ZONE_COOKIE, Shown, zone_called

PART_HEADER = "Linekeeper-Part"
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
TEMPLATES = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")


class Reader(Protocol):
    """Who looks: `people.present.Present`. held: names of the rights they have at any branch; form_token: what every
    form must send back as `csrf`."""

    @property
    def name(self) -> str: ...

    @property
    def form_token(self) -> str: ...

    def held(self) -> frozenset[str]: ...


def shown_to(request: Request) -> Shown:
    """How this reader wants things written."""
    chosen = languages.chosen_language(
        request.cookies.get(languages.COOKIE), request.headers.get("accept-language")
    )  # fmt: skip
    return Shown(language=chosen, zone=zone_called(request.cookies.get(ZONE_COOKIE)), now=time.time())


def page(request: Request, template: str, *, here: str = "", status: int = 200, **values: object) -> HTMLResponse:
    """The page, or only its live part where the page's own script asks for that. here: the area in the menu."""
    shown = shown_to(request)
    context = {**_context(request, shown, here), **values}
    text = environment().get_template(template).render(context, only_part=PART_HEADER in request.headers)
    headers = {"Content-Language": shown.language.value, "Cache-Control": "no-store", "Vary": f"Cookie, {PART_HEADER}"}
    return HTMLResponse(text, status_code=status, headers=headers)


def refused(request: Request, status: int, sentence: str) -> HTMLResponse:
    """The page for somebody who can't have what was asked for; sentence: why, and what helps."""
    told = status if status in (400, 403, 404, 429) else 500
    title = shown_to(request).text(f"frame.refused_{told}")
    return page(request, "refused.html", status=status, title=title, sentence=sentence)


def _context(request: Request, shown: Shown, here: str) -> Mapping[str, object]:
    reader: Reader | None = getattr(request.state, "present", None)
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return {
        "s": shown,
        "t": shown.text,
        "here": here,
        "reader": reader,
        "menu": menu_for(reader.held()) if reader else (),
        "csrf": reader.form_token if reader else "",
        "theme": theme if theme in THEMES else "auto",
        "themes": THEMES,
        "languages": tuple(languages.Language),
        "address": _address(request.url),
    }


def _address(url: URL) -> str:
    """Path and query: where to come back to."""
    return url.path + (f"?{url.query}" if url.query else "")


@cache
def environment() -> Environment:
    """The templates, escaping everything; a name that nobody gave is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.globals.update(asset=asset, meter=strips.meter)
    return made


@cache
def asset(name: str) -> str:
    """The address of a file of `static`, which changes with its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"
