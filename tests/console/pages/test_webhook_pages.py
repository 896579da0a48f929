"""The pages of the webhooks: added, tried out, changed, removed; secrets shown once; for admins of all only."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from kit.desk import Desk, at_desk, played
from sqlalchemy import select

from appliance.console.database.tables import Webhook, WebhookDelivery

WISH: dict[str, str | list[str]] = {
    "name": "crm", "address": "https://crm.example/hook", "kinds": ["contact_record", "health"], "branches": ["seoul"],
}  # fmt: skip


class HookDesk(Desk):
    """root is admin of all, min admin of seoul only."""

    async def add(self) -> tuple[str, str]:
        """(its path, its secret)."""
        page = await self.post("/webhooks", **WISH)
        secret = re.search(r'id="secret">(whsec_[^<]+)</p>', page.text)
        path = re.search(r'action="(/webhooks/[0-9a-f-]{36})"', page.text)
        assert secret is not None and path is not None, page.text
        return path[1], secret[1]


PEOPLE = {"root": "admin@*", "min": "admin@seoul"}
Live = Callable[[Callable[[HookDesk], Awaitable[None]]], None]


@pytest.fixture
def live(sqlite_url: str, tmp_path: Path) -> Live:
    return lambda scene: played(lambda: at_desk(HookDesk, sqlite_url, tmp_path, {"seoul": ""}, PEOPLE), scene)


def test_webhook_when_added_then_its_secret_is_shown_once(live: Live) -> None:
    async def scene(desk: HookDesk) -> None:
        path, secret = await desk.add()
        page = (await desk.get(path)).text
        assert secret not in page and "https://crm.example/hook" in page
        assert re.search(r'value="health" checked', page) and not re.search(r'value="outage" checked', page)
        assert "crm" in (await desk.get("/webhooks")).text
        renewed = await desk.post(f"{path}/secret")
        assert re.search(r'id="secret">(whsec_[^<]+)</p>', renewed.text) and secret not in renewed.text

    live(scene)


def test_webhook_when_tried_out_then_a_ping_waits_and_is_listed(live: Live) -> None:
    async def scene(desk: HookDesk) -> None:
        path, _ = await desk.add()
        assert (await desk.post(f"{path}/ping")).status_code == 303
        page = (await desk.get(path)).text
        assert "Trial" in page and "waiting" in page
        async with desk.console.database.reading() as session:
            row = (await session.scalars(select(WebhookDelivery))).one()
        assert (row.kind, row.state) == ("ping", "waiting")
        assert (await desk.post(f"{path}/again")).status_code == 303

    live(scene)


def test_webhook_when_changed_switched_and_removed_then_so(live: Live) -> None:
    async def scene(desk: HookDesk) -> None:
        path, _ = await desk.add()
        assert (await desk.post(path, **{**WISH, "branches": ["*"], "name": "c r m"})).status_code == 303
        assert (await desk.post(f"{path}/off")).status_code == 303
        async with desk.console.database.reading() as session:
            row = (await session.scalars(select(Webhook))).one()
        assert (row.name, row.branches, row.state, row.kinds) == ("c r m", "*", "off", "contact_record health")
        assert (await desk.post(f"{path}/on")).status_code == 303
        assert (await desk.post(f"{path}/remove")).headers["location"] == "/webhooks"
        assert "There is no webhook yet." in (await desk.get("/webhooks")).text
        for deed in ("", "/ping", "/on", "/off", "/again", "/secret", "/remove"):
            assert (await desk.post(f"{path}{deed}", **WISH)).status_code == 404

    live(scene)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "http://crm.example/"}, "begins with https://"),
        ({"address": "https://169.254.169.254/latest"}, "own network"),
        ({"address": "https://user:x@crm.example/"}, "no user, password"),
        ({"address": "nonsense"}, "no address for a webhook"),
        ({"kinds": []}, "at least one thing"),
        ({"kinds": ["queue"]}, "at least one thing"),
        ({"branches": ["nowhere"]}, "There is no branch nowhere"),
        ({"name": ""}, "1 to 100"),
    ],
)
def test_webhook_when_wrongly_described_then_said_and_what_was_typed_stays(
    live: Live, change: dict[str, str | list[str]], said: str
) -> None:
    async def scene(desk: HookDesk) -> None:
        answer = await desk.post("/webhooks", **{**WISH, **change})
        assert (answer.status_code, said in answer.text) == (400, True)
        path, _ = await desk.add()
        answer = await desk.post(path, **{**WISH, **change})
        assert (answer.status_code, said in answer.text) == (400, True)

    live(scene)


def test_webhooks_when_asked_by_no_admin_of_all_then_refused(live: Live) -> None:
    async def scene(desk: HookDesk) -> None:
        path, _ = await desk.add()
        for deed in ("", "/ping", "/on", "/off", "/again", "/secret", "/remove"):
            assert (await desk.post(f"{path}{deed}", who="min", **WISH)).status_code == 403
        assert (await desk.get("/webhooks", who="min")).status_code == 403
        assert (await desk.get(path, who="min")).status_code == 403

    live(scene)
