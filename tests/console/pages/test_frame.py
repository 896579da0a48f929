"""The frame of every page: language, menu, preferences, files that may be kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import msgspec
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import UndefinedError

from appliance.console.pages import frame, people_routes
from appliance.console.pages.preferences import local_path


class Someone(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    form_token: str

    def held(self) -> frozenset[str]:
        return frozenset({"read"})


KIM = Someone(name="Kim <b>", form_token="t0ken")
Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """GET of a path: cookies are kept from one to the next."""
    app = FastAPI()
    people_routes.install(app, object())
    made = frame.environment().from_string(
        '{% extends "frame.html" %}{% block title %}{{ name }}{% endblock %}'
        "{% block main %}<h1>{{ name }}</h1><p>{{ s.age(1) }}</p>{% endblock %}"
    )
    real = frame.environment().get_template
    monkeypatch.setattr(
        frame.environment(), "get_template", lambda name, *rest: made if name == "any.html" else real(name, *rest)
    )

    @app.get("/somewhere")
    async def somewhere(request: Request) -> HTMLResponse:
        request.state.present = KIM
        return frame.page(request, "any.html", here="fleet", name='<script>"&')

    cookies = httpx.Cookies()

    async def get(path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://console", cookies=cookies) as client:
            answer = await client.get(path, headers=headers)
            cookies.update(client.cookies)
            return answer

    return lambda path, **headers: asyncio.run(get(path, headers))


def test_page_when_rendered_then_escaped_and_never_kept(ask: Ask) -> None:
    answer = ask("/somewhere?q=a&b=<i>")
    assert "<h1>&lt;script&gt;&#34;&amp;</h1>" in answer.text
    assert "Kim &lt;b&gt;" in answer.text
    assert 'name="back" value="/somewhere?q=a&amp;b=%3Ci%3E"' in answer.text
    assert 'value="t0ken"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_page_when_its_part_is_asked_for_then_only_that(ask: Ask) -> None:
    part = ask("/somewhere", **{frame.PART_HEADER: "main"}).text
    assert part.startswith("<h1>")
    assert "<html" not in part


@pytest.mark.parametrize(("header", "language", "word"), [("en", "en", "Fleet"), ("ko", "ko", "지점 현황")])
def test_page_when_asked_in_a_language_then_in_it(ask: Ask, header: str, language: str, word: str) -> None:
    answer = ask("/somewhere", **{"accept-language": header})
    assert f'<html lang="{language}"' in answer.text
    assert answer.headers["content-language"] == language
    assert word in answer.text


def test_page_when_a_value_is_missing_then_an_error_and_no_hole(ask: Ask) -> None:
    made = frame.environment().from_string("{{ nobody_gave_this }}")
    with pytest.raises(UndefinedError):
        made.render({})


def test_preferences_when_chosen_then_remembered(ask: Ask) -> None:
    answer = ask("/preferences?language=ko&theme=dark&zone=Asia/Seoul&back=/somewhere%3Fa=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/somewhere?a=1"
    page = ask("/somewhere")
    assert '<html lang="ko" data-theme="dark">' in page.text
    assert "Asia/Seoul (UTC+9:00)" in page.text


def test_preferences_when_nonsense_then_nothing_is_remembered(ask: Ask) -> None:
    answer = ask("/preferences?language=xx&theme=<b>&zone=../etc")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nX: y", "\\\\evil"],
)
def test_way_back_when_it_leads_elsewhere_then_the_first_page(back: str) -> None:
    assert local_path(back) == "/"


def test_asset_when_linked_then_kept_for_ever(ask: Ask) -> None:
    answer = ask(frame.asset("console.css"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert ask("/static/../frame.py").status_code == 404
