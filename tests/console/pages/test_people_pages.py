"""The pages of people, tokens and the audit log: what an admin does there works, and nobody else gets in."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from kit.desk import Desk, at_desk, played

from appliance.console.audit.log import Wanted, entries
from appliance.console.people.log_in import LogIn, Origin
from appliance.console.people.roles import Branches
from appliance.console.people.session_tokens import Stage


class Office(Desk):
    """root is admin of all, min admin of seoul only, lee auditor of busan only."""

    async def deeds(self) -> list[str]:
        async with self.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True)))
        return [f"{one.who} {one.deed} {one.about}" for one in reversed(found)]


BRANCHES = {"seoul": "", "busan": ""}
PEOPLE = {"root": "admin@*", "min": "admin@seoul", "lee": "auditor@busan"}
Live = Callable[[Callable[[Office], Awaitable[None]]], None]


@pytest.fixture
def live(sqlite_url: str, tmp_path: Path) -> Live:
    return lambda scene: played(lambda: at_desk(Office, sqlite_url, tmp_path, BRANCHES, PEOPLE), scene)


def shown(page: httpx.Response, place: str) -> str:
    found = re.search(rf'<p class="mono" id="{place}">([^<]+)</p>', page.text)
    assert found is not None, page.text
    return found[1]


def test_person_when_added_by_page_then_the_password_shown_opens_once(live: Live) -> None:
    async def scene(office: Office) -> None:
        grants = ["supervisor@busan", "auditor@*"]
        page = await office.post("/people", person="Kim", name="Kim Minji", grants=grants)
        assert page.status_code == 200
        step = await LogIn(office.console, Origin()).by_password("kim", shown(page, "password"))
        assert step.stage is Stage.NEW_PASSWORD
        listed = await office.get("/people")
        assert all(word in listed.text for word in ("Kim Minji", "supervisor@busan", "no second factor yet"))
        again = await office.post("/people", person="kim", name="Kim <b>", grants=grants)
        assert again.status_code == 400
        assert "Somebody has this sign-in name already." in again.text and "Kim &lt;b&gt;" in again.text
        assert await office.deeds() == ["person:root person_added person:kim"]

    live(scene)


def test_person_when_changed_by_page_then_so_and_the_last_admin_stays(live: Live) -> None:
    async def scene(office: Office) -> None:
        assert (await office.post("/people/lee/roles", grants=["supervisor@seoul"])).status_code == 303
        page = await office.get("/people/lee")
        assert re.search(r'value="supervisor@seoul"[^>]* checked', page.text)
        assert not re.search(r'value="auditor@busan"[^>]* checked', page.text)
        refused = await office.post("/people/root/roles", grants=[])
        assert (refused.status_code, "Somebody has to stay admin" in refused.text) == (400, True)
        assert (await office.post("/people/lee/out")).status_code == 303
        assert (await office.get("/account", who="lee")).status_code == 303
        assert (await office.post("/people/lee/in")).status_code == 303
        reset = await office.post("/people/lee/reset", factor="yes")
        step = await LogIn(office.console, Origin()).by_password("lee", shown(reset, "password"))
        assert step.stage is Stage.NEW_PASSWORD
        assert (await office.get("/people/nobody")).status_code == 404

    live(scene)


@pytest.mark.parametrize("grant", ["emperor@seoul", "admin", "admin@", "supervisor@nowhere", "@"])
def test_role_when_none_or_at_no_branch_then_refused(live: Live, grant: str) -> None:
    async def scene(office: Office) -> None:
        assert (await office.post("/people/lee/roles", grants=[grant])).status_code == 400
        assert "auditor@busan" in (await office.get("/people")).text

    live(scene)


ADMIN_ONLY = [
    ("GET", "/people"), ("POST", "/people"), ("GET", "/people/root"), ("POST", "/people/root/roles"),
    ("POST", "/people/root/out"), ("POST", "/people/root/in"), ("POST", "/people/root/reset"), ("GET", "/tokens"),
    ("POST", "/tokens"), ("POST", "/tokens/abcdefghijkm/revoke"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ADMIN_ONLY)
@pytest.mark.parametrize("who", ["min", "lee"])
def test_page_when_asked_by_no_admin_of_all_then_refused_and_audited(
    live: Live, method: str, path: str, who: str
) -> None:
    async def scene(office: Office) -> None:
        answer = await (office.get(path, who=who) if method == "GET" else office.post(path, who=who))
        assert (answer.status_code, "Not allowed" in answer.text) == (403, True)
        assert await office.deeds() == [f"person:{who} refused {method} {path}"]

    live(scene)


def test_token_when_made_by_page_then_shown_once_works_and_ends_when_revoked(live: Live) -> None:
    async def scene(office: Office) -> None:
        page = await office.post(
            "/tokens", name="the wallboard", scopes=["read", "audit"], branches=["busan"], days="30"
        )
        text = shown(page, "token")
        program = {"Authorization": f"Bearer {text}"}
        answer = await office.client.get("/api/v1/audit?limit=1&branch=busan", headers=program)
        assert (answer.status_code, answer.json()) == (200, [])  # its making is of the whole organisation
        listed = (await office.get("/tokens")).text
        assert "the wallboard" in listed and text not in listed
        token = text.split("_")[1]
        assert (await office.post(f"/tokens/{token}/revoke")).status_code == 303
        assert (await office.client.get("/api/v1/audit", headers=program)).status_code == 401
        assert (await office.post("/tokens/nothing/revoke")).status_code == 404
        assert await office.deeds() == [
            f"person:root token_made token:{token}", f"person:root token_revoked token:{token}",
            "person:root refused POST /tokens/nothing/revoke",
        ]  # fmt: skip

    live(scene)


@pytest.mark.parametrize(
    "change",
    [{"name": " "}, {"scopes": []}, {"scopes": ["people"]}, {"branches": []}, {"branches": ["nowhere"]},
     {"days": "0"}, {"days": "401"}],
)  # fmt: skip
def test_token_when_wrongly_described_then_refused(live: Live, change: dict[str, str | list[str]]) -> None:
    async def scene(office: Office) -> None:
        wish: dict[str, str | list[str]] = {"name": "x", "scopes": ["read"], "branches": ["busan"], "days": "30"}
        answer = await office.post("/tokens", **{**wish, **change})
        assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
        assert await office.deeds() == []

    live(scene)


def test_audit_log_when_read_by_an_auditor_of_one_branch_then_that_branch_s(live: Live) -> None:
    async def scene(office: Office) -> None:
        await office.get("/people", who="lee")  # refused, and that is of the whole organisation
        assert "GET /people" in (await office.get("/audit")).text
        some = (await office.get("/audit", who="lee")).text
        assert "GET /people" not in some and "what concerns your branches" in some
        asked = (await office.get("/audit?deed=refused&who=%20person:lee&before=99")).text
        assert "GET /people" in asked
        assert "Nothing fits." in (await office.get("/audit?who=person:root")).text

    live(scene)


def test_audit_log_when_checked_then_the_head_is_shown(live: Live) -> None:
    async def scene(office: Office) -> None:
        await office.post("/people/lee/out")
        page = await office.get("/audit/check")
        assert re.fullmatch("1:[0-9a-f]{64}", shown(page, "head")) and "as it was written" in page.text

    live(scene)


@pytest.mark.parametrize("query", ["before=x", "before=-1", "who=" + "x" * 201, "before=99999999999999999999"])
def test_audit_log_when_asked_nonsense_then_a_page_says_so(live: Live, query: str) -> None:
    async def scene(office: Office) -> None:
        assert (await office.get(f"/audit?{query}")).status_code == 400

    live(scene)
