"""Every page in Chromium: both languages, phone and desktop, light and dark. axe finds nothing, nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from kit.site import Site
from playwright.sync_api import Page
from sqlalchemy import select

from appliance.console.database.tables import Contact, Recording

pytestmark = pytest.mark.scenario
PLACES = (
    "/fleet",
    "/fleet/sydney",
    "/board",
    "/contacts",
    "/contacts?number=0100&branch=london",
    "/metrics",
    "/metrics?range=today&branch=seoul",
    "/outages",
    "/erasing?contact=some-contact",
    "/retention",
    "/queues",
    "/agents?branch=new-york",
)
OF_ADMINS = (
    "/boxes", "/wanted", "/wanted/london", "/flows", "/prompts", "/people", "/tokens", "/webhooks", "/audit",
    "/account", "/nowhere",
)  # fmt: skip
DESKTOP, PHONE = 1280, 390


async def a_contact(site: Site, *, recorded: bool) -> str:
    """The newest handled one, with its recording here or without any."""
    here = Contact.contact.in_(select(Recording.contact).where(Recording.state == "stored"))
    query = select(Contact.contact).where(here if recorded else Contact.recorded.is_(False))
    async with site.console.database.reading() as session:
        found = await session.scalar(query.order_by(Contact.initiated_s.desc()).limit(1))
    assert found is not None
    return found


def looked_at(page: Page, site: Site, places: Iterable[str]) -> dict[str, list[str]]:
    """What is wrong with each, in words."""
    found: dict[str, list[str]] = {}
    for place in places:
        answer = page.goto(site.address(place))
        wrong = [f"{one['id']}: {one['nodes'][0]['target']}" for one in Axe().run(page).response["violations"]]
        if answer is None or answer.status != (404 if place == "/nowhere" else 200):
            wrong.append(f"status {answer and answer.status}")
        if page.locator("h1").count() != 1:
            wrong.append("not just one heading of the first level")
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            wrong.append("wider than the window")
        if wrong:
            found[place] = wrong
    return found


VARIANTS = pytest.mark.parametrize(
    "look",
    [
        {"locale": "en", "width": DESKTOP, "color_scheme": "light"},
        {"locale": "ko", "width": PHONE, "color_scheme": "light"},
        {"locale": "ko", "width": DESKTOP, "color_scheme": "dark"},
        {"locale": "en", "width": PHONE, "color_scheme": "dark"},
    ],
    ids=lambda look: "-".join(map(str, look.values())),
)


@VARIANTS
def test_pages_when_looked_at_then_axe_finds_nothing_and_nothing_sticks_out(
    open_page: Callable[..., Page], console_site: Site, look: dict[str, Any]
) -> None:
    contacts = [f"/contacts/{console_site.run(a_contact(console_site, recorded=there))}" for there in (True, False)]
    page = open_page(**look)
    assert looked_at(page, console_site, [*PLACES, *contacts]) == {}
    assert page.locator("html").get_attribute("lang") == look["locale"]


@VARIANTS
def test_pages_of_admins_when_looked_at_then_axe_finds_nothing_and_nothing_sticks_out(
    open_page: Callable[..., Page], console_site: Site, complaints: list[str], look: dict[str, Any]
) -> None:
    page = open_page(**look)
    found = looked_at(page, console_site, OF_ADMINS)
    stranger = open_page(person="", **look)
    assert {**found, **looked_at(stranger, console_site, ["/sign-in"])} == {}
    complaints[:] = [one for one in complaints if "404" not in one]


def test_axe_when_a_page_is_bad_then_it_says_so(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.set_content('<html lang="en"><title>t</title><main><h1>a</h1><img src="data:,"><input></main></html>')
    assert {one["id"] for one in Axe().run(page).response["violations"]} >= {"image-alt", "label"}
