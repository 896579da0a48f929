"""The page of retention: shows what would go, sets it only once that was confirmed, and only where one may erase."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from kit.desk import Desk, at_desk, played

from appliance.console.audit.log import Wanted, entries
from appliance.console.people.roles import Branches
from appliance.console.retention.policies import Days, policies


class Office(Desk):
    """root is admin of all, min of seoul only, lee a supervisor."""

    async def policies(self) -> dict[str, Days]:
        async with self.console.database.reading() as session:
            return await policies(session, Branches(every=True))

    async def deeds(self) -> list[str]:
        async with self.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True), deed="retention_set"))
        return [f"{one.who} {one.branch}: {one.detail}" for one in reversed(found)]


Live = Callable[[Callable[[Office], Awaitable[None]]], None]


@pytest.fixture
def live(sqlite_url: str, tmp_path: Path) -> Live:
    people = {"root": "admin@*", "min": "admin@seoul", "lee": "supervisor@seoul"}
    branches = {"seoul": "s1", "busan": ""}
    return lambda scene: played(lambda: at_desk(Office, sqlite_url, tmp_path, branches, people), scene)


def test_retention_when_confirmed_then_set_audited_and_shown_and_taken_back(live: Live) -> None:
    async def scene(office: Office) -> None:
        assert "for ever" in (await office.get("/retention")).text
        asked = await office.post("/retention", contacts="365", recordings=" 90 ", branches=["seoul", "busan"])
        assert (asked.status_code, "Nothing is that old yet." in asked.text) == (200, True)
        assert await office.policies() == {}
        done = await office.post(
            "/retention", contacts="365", recordings="90", branches=["seoul", "busan"], confirmed="yes"
        )
        assert done.status_code == 303
        assert await office.policies() == dict.fromkeys(("busan", "seoul"), Days(contacts=365, recordings=90))
        page = await office.get("/retention", language="ko")
        assert "365일" in page.text and "90일" in page.text
        await office.post("/retention", branches=["busan"], confirmed="yes")
        assert list(await office.policies()) == ["seoul"]
        assert await office.deeds() == [
            "person:root seoul: contacts 365 days, recordings 90 days, events for ever",
            "person:root busan: contacts 365 days, recordings 90 days, events for ever",
            "person:root busan: contacts for ever, recordings for ever, events for ever",
        ]

    live(scene)


@pytest.mark.parametrize("days", ["-1", "1.5", "soon", "36501", "999999999999", "१"])
def test_retention_when_it_is_no_number_of_days_then_told_and_nothing_set(live: Live, days: str) -> None:
    async def scene(office: Office) -> None:
        page = await office.post("/retention", events=days, branches=["seoul"], confirmed="yes")
        assert (page.status_code, "Type whole days" in page.text) == (400, True)
        nowhere = await office.post("/retention", events="3", confirmed="yes")
        assert (nowhere.status_code, "Choose at least one branch" in nowhere.text) == (400, True)
        assert await office.policies() == {}

    live(scene)


def test_retention_when_somebody_may_not_erase_there_then_refused(live: Live) -> None:
    async def scene(office: Office) -> None:
        refused = await office.post("/retention", "min", events="3", branches=["seoul", "busan"], confirmed="yes")
        assert refused.status_code == 404
        assert (await office.get("/retention", "lee")).status_code == 403
        assert (await office.post("/retention", "lee", events="3", branches=["seoul"])).status_code == 403
        assert await office.policies() == {}
        assert "busan" not in (await office.get("/retention", "min")).text.lower()

    live(scene)
