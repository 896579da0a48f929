"""Signing in through the pages, as a browser does it: forms, cookies, ways back."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pyotp
import pytest
from kit.console import client_of, console
from kit.people import add_person

from appliance.console.apps import people_app
from appliance.console.context import Console
from appliance.console.people import passwords

PASSWORD = "correct horse battery"
HASH = passwords.hashed(PASSWORD)
NEW = "a better battery"


class Browser:
    """Follows no redirects by itself; sends the key of the last page's form."""

    def __init__(self, client: httpx.AsyncClient, one: Console) -> None:
        self.client, self.console = client, one
        self.now_s = 1_800_000_000.0
        self.form_key = ""
        self.codes: list[str] = []

    async def get(self, path: str) -> httpx.Response:
        answer = await self.client.get(path, headers={"Accept": "text/html"})
        found = re.search(r'name="csrf" value="([^"]*)"', answer.text)
        self.form_key = found[1] if found else ""
        return answer

    async def post(self, path: str, **fields: str) -> httpx.Response:
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(path, headers=headers, data={"csrf": self.form_key, **fields})

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])

    def cookie(self) -> str:
        return self.client.cookies.get("linekeeper") or ""


@asynccontextmanager
async def browsing(url: str, tmp_path: Path) -> AsyncIterator[Browser]:
    now: list[Browser] = []
    clock = console(url, tmp_path, now_s=lambda: now[0].now_s if now else 1e9)
    async with clock as one, client_of(people_app(one)) as client:
        now.append(Browser(client, one))
        await add_person(one, "kim", "supervisor@*", password=HASH)
        yield now[0]


Live = Callable[[Callable[[Browser], Awaitable[None]]], None]


@pytest.fixture
def live(sqlite_url: str, tmp_path: Path) -> Live:
    def run(scene: Callable[[Browser], Awaitable[None]]) -> None:
        async def inside() -> None:
            async with browsing(sqlite_url, tmp_path) as browser:
                await scene(browser)

        asyncio.run(inside())

    return run


async def enrol(browser: Browser, back: str = "/account") -> str:
    """The first log-in up to the end; returns the second factor's secret."""
    await browser.get(f"/sign-in?back={back}")
    page = await browser.follow(await browser.post(f"/sign-in?back={back}", name="kim", password=PASSWORD))
    secret = re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', page.text)
    assert secret is not None and "<svg" in page.text
    plain = secret[1].replace(" ", "")
    assert f"secret={plain}" in html.unescape(page.text)
    done = await browser.post(f"/sign-in/factor?back={back}", code=pyotp.TOTP(plain).at(int(browser.now_s)))
    assert (done.status_code, f'href="{back}"' in done.text) == (200, True)
    browser.codes = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", done.text)
    assert len(set(browser.codes)) == 10
    return plain


def test_person_when_first_here_then_scans_types_and_is_where_they_wanted(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        asked = await browser.get("/account")
        assert asked.headers["location"] == "/sign-in?back=/account"
        await enrol(browser)
        account = await browser.get("/account")
        assert account.status_code == 200 and "supervisor@*" in account.text

    live(scene)


def test_cookie_when_steps_are_made_then_another_each_and_closed_to_scripts(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        browser.client.cookies.set("linekeeper", "chosen-by-somebody-else")
        await browser.get("/sign-in")
        answer = await browser.post("/sign-in", name="kim", password=PASSWORD)
        assert re.fullmatch(r"linekeeper=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", answer.headers["set-cookie"])
        assert "chosen" not in answer.headers["set-cookie"]

    live(scene)


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_way_back_when_it_leads_elsewhere_then_to_the_first_page(live: Live, back: str) -> None:
    async def scene(browser: Browser) -> None:
        page = await browser.get(f"/sign-in?back={back}")
        assert 'method="post" action="/sign-in?back=/"' in page.text
        step = await browser.post(f"/sign-in?back={back}", name="kim", password=PASSWORD)
        assert step.headers["location"] == "/sign-in?back=/"

    live(scene)


def test_password_when_wrong_then_told_in_the_reader_s_language_and_the_name_stays(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        browser.client.cookies.set("language", "ko")
        answer = await browser.post("/sign-in", name='kim"><script>', password="wrong")
        assert answer.status_code == 400
        assert "이름 또는 비밀번호가 올바르지 않습니다." in answer.text
        assert "<script>" not in answer.text.replace('<script src="', "")
        for _ in range(5):
            answer = await browser.post("/sign-in", name="kim", password="wrong")
        locked = await browser.post("/sign-in", name="kim", password=PASSWORD)
        assert (locked.status_code, locked.headers["retry-after"]) == (429, "31")

    live(scene)


def test_code_page_when_sent_without_its_key_or_cookie_then_refused(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        secret = await enrol(browser)
        browser.client.cookies.clear()
        browser.now_s += 60
        await browser.follow(await browser.post("/sign-in", name="kim", password=PASSWORD))
        key, code = browser.form_key, pyotp.TOTP(secret).at(int(browser.now_s))
        browser.form_key = "0" * 64
        assert (await browser.post("/sign-in/code", code=code)).status_code == 403
        browser.form_key = key
        cookie = browser.cookie()
        browser.client.cookies.clear()
        assert (await browser.post("/sign-in/code", code=code)).headers["location"] == "/sign-in?back=/"
        browser.client.cookies.set("linekeeper", cookie)
        assert (await browser.post("/sign-in/code", code="1")).status_code == 400
        assert (await browser.post("/sign-in/code", code=code)).headers["location"] == "/"

    live(scene)


def test_person_when_half_way_then_may_begin_again_and_opens_no_page(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        await browser.follow(await browser.post("/sign-in", name="kim", password=PASSWORD))
        assert (await browser.get("/account")).status_code == 303
        page = await browser.get("/sign-in")
        assert "/sign-in/again" in page.text
        begun = await browser.follow(await browser.post("/sign-in/again"))
        assert 'name="password"' in begun.text and browser.cookie() == ""

    live(scene)


def test_person_when_signed_in_then_out_again_and_the_old_cookie_is_worth_nothing(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        await enrol(browser)
        assert (await browser.get("/sign-in?back=/account")).headers["location"] == "/account"
        await browser.get("/account")
        cookie = browser.cookie()
        out = await browser.post("/sign-out")
        assert (out.headers["location"], browser.cookie()) == ("/sign-in", "")
        browser.client.cookies.set("linekeeper", cookie)
        assert (await browser.get("/account")).status_code == 303

    live(scene)


def test_account_when_the_password_is_changed_then_needs_the_current_one_and_ends_other_sessions(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        await enrol(browser)
        await browser.get("/account")
        wrong = await browser.post("/account/password", current="wrong", password=NEW, again=NEW)
        assert (wrong.status_code, "The current password is wrong." in wrong.text) == (400, True)
        short = await browser.post("/account/password", current=PASSWORD, password="short", again="short")
        assert "at least 12 characters" in short.text
        done = await browser.follow(await browser.post("/account/password", current=PASSWORD, password=NEW, again=NEW))
        assert "The password is changed." in done.text
        browser.client.cookies.clear()
        assert (await browser.post("/sign-in", name="kim", password=PASSWORD)).status_code == 400
        assert (await browser.post("/sign-in", name="kim", password=NEW)).status_code == 303

    live(scene)


def test_account_when_the_phone_is_changed_then_the_old_holds_until_the_new_one_works(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        old = await enrol(browser)
        browser.now_s += 60
        await browser.get("/account")
        assert (await browser.post("/account/factor", code="000000")).status_code == 400
        code = pyotp.TOTP(old).at(int(browser.now_s))
        page = await browser.follow(await browser.post("/account/factor", code=code))
        secret = re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', page.text)
        assert secret is not None
        new = secret[1].replace(" ", "")
        assert new != old
        assert (await browser.post("/sign-in/factor", code=pyotp.TOTP(new).at(int(browser.now_s)))).status_code == 200
        browser.client.cookies.clear()
        browser.now_s += 60
        await browser.follow(await browser.post("/sign-in", name="kim", password=PASSWORD))
        assert (await browser.post("/sign-in/code", code=pyotp.TOTP(old).at(int(browser.now_s)))).status_code == 400
        assert (await browser.post("/sign-in/code", code=pyotp.TOTP(new).at(int(browser.now_s)))).status_code == 303

    live(scene)


def test_recovery_code_when_the_phone_is_lost_then_opens_once_and_sets_up_another_phone(live: Live) -> None:
    async def scene(browser: Browser) -> None:
        await enrol(browser)
        first, second, third = browser.codes[:3]
        browser.client.cookies.clear()
        page = await browser.follow(await browser.post("/sign-in", name="kim", password=PASSWORD))
        assert "The phone isn&#39;t at hand?" in page.text and first not in page.text
        wrong = await browser.post("/sign-in/recovery", code="aaaaa-aaaaa")
        assert (wrong.status_code, "This recovery code is wrong" in wrong.text) == (400, True)
        assert (await browser.post("/sign-in/recovery", code=first.upper().replace("-", " "))).status_code == 303
        account = await browser.get("/account")
        assert "9 are left." in account.text
        assert (await browser.post("/account/factor", code=first)).status_code == 400
        assert (await browser.post("/account/recovery", code=second)).status_code == 400
        page = await browser.follow(await browser.post("/account/factor", code=second))
        secret = re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', page.text)
        assert secret is not None
        new = pyotp.TOTP(secret[1].replace(" ", ""))
        shown = await browser.post("/sign-in/factor", code=new.at(int(browser.now_s)))
        assert third not in shown.text and len(re.findall(r"<li>[a-z2-9-]{11}</li>", shown.text)) == 10
        browser.now_s += 60
        await browser.get("/account")
        others = await browser.post("/account/recovery", code=new.at(int(browser.now_s)))
        assert len(re.findall(r"<li>[a-z2-9-]{11}</li>", others.text)) == 10
        assert others.headers["cache-control"] == "no-store"
        browser.client.cookies.clear()
        await browser.follow(await browser.post("/sign-in", name="kim", password=PASSWORD))
        assert (await browser.post("/sign-in/recovery", code=third)).status_code == 400

    live(scene)


def test_cookie_when_people_come_by_https_then_bound_to_this_host(sqlite_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(sqlite_url, tmp_path) as plain:
            settings = msgspec.structs.replace(plain.settings, secure=True)
            secure = Console(settings=settings, database=plain.database, notices=plain.notices, now_s=plain.now_s)
            await add_person(secure, "kim", "supervisor@*", password=HASH)
            async with client_of(people_app(secure), base_url="https://console.test") as client:
                answer = await client.post("/sign-in", data={"name": "kim", "password": PASSWORD})
                begun = await client.get("/sign-in")
        cookie = answer.headers["set-cookie"]
        assert re.fullmatch(r"__Host-linekeeper=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie)
        assert "strict-transport-security" in answer.headers
        assert "code-to-scan" in begun.text

    asyncio.run(run())
