"""The page of erasures and holds: asked for by a form, shown with what became of it, for people with the right."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from console.erasing.test_erasing import CUSTOMER, World, run
from kit.people import browser_of


async def get(here: World, path: str, person: str = "root", language: str = "en") -> httpx.Response:
    signed_in = await browser_of(here.console, person)
    return await here.client.get(path, headers={**signed_in, "Accept": "text/html", "Accept-Language": language})


async def post(here: World, path: str, person: str = "root", **fields: str) -> httpx.Response:
    signed_in = await browser_of(here.console, person)
    fields["csrf"] = signed_in.pop("X-CSRF")
    return await here.client.post(path, data=fields, headers={**signed_in, "Accept": "text/html"})


def test_form_when_sent_then_the_customer_is_erased_and_the_page_says_what_became_of_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        answer = await post(here, "/erasing", customer="+82 2-1234-5678", reason="by letter <b>")
        assert answer.status_code == 303, answer.text
        shown = await get(here, answer.headers["location"])
        assert "Erased here. Boxes that are without a link" in shown.text
        assert "told, no answer yet" in shown.text
        assert CUSTOMER not in shown.text
        assert "<b>" not in shown.text
        (order,) = await here.orders("seoul")
        await here.receipt("seoul", order, erased=["c1"])
        (other,) = await here.orders("busan")
        await here.receipt("busan", other, erased=[])
        shown = await get(here, answer.headers["location"], language="ko")
        assert "모든 단말기에서 삭제했습니다" in shown.text
        assert "콘택트 1건, 녹음 1건" in shown.text
        assert "삭제됨" in (await get(here, "/contacts/c1", language="ko")).text

    run(sqlite_url, tmp_path, scenario)


def test_hold_when_set_and_lifted_by_forms_then_the_page_shows_it(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        assert "/erasing?contact=c1" in (await get(here, "/contacts/c1")).text
        assert "<textarea" in (page := await get(here, "/erasing?contact=c1")).text
        assert ">c1</textarea>" in page.text
        assert (await post(here, "/erasing/holds", contacts="c1", reason="court")).status_code == 303
        page = await get(here, "/erasing")
        path = re.search(r'action="(/erasing/holds/[0-9a-f-]+/lift)"', page.text)
        assert path is not None
        assert (await post(here, path[1])).status_code == 303
        assert "lifted" in (await get(here, "/erasing")).text

    run(sqlite_url, tmp_path, scenario)


def test_form_when_it_makes_no_sense_then_it_says_what_is_missing(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        for fields, words in (
            ({"reason": "r"}, "a number or contacts"),
            ({"customer": CUSTOMER}, "give a reason"),
            ({"customer": "1234", "reason": "r"}, "give a reason"),
            ({"contacts": "nobody", "reason": "r"}, "not known here"),
        ):
            answer = await post(here, "/erasing", **fields)
            assert answer.status_code == 400
            assert words in answer.text
        assert await here.orders("seoul") == []

    run(sqlite_url, tmp_path, scenario)


def test_page_when_without_the_right_then_it_is_closed(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        assert (await get(here, "/erasing", "lee")).status_code == 403
        assert (await post(here, "/erasing", "lee", contacts="c1", reason="r")).status_code == 403
        assert (await post(here, "/erasing", "kim", contacts="c1", reason="r")).status_code == 400
        assert "/erasing?contact" not in (await get(here, "/contacts/c1", "lee")).text
        signed_in = await browser_of(here.console, "root")
        del signed_in["X-CSRF"]
        forged = await here.client.post("/erasing", data={"contacts": "c1", "reason": "r"}, headers=signed_in)
        assert forged.status_code == 403
        assert await here.orders("seoul") == []

    run(sqlite_url, tmp_path, scenario)
