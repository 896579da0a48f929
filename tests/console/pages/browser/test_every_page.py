"""Every page in Chromium: both languages, phone and desktop, light and dark. axe finds nothing, nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable

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
    "/queues",
    "/agents?branch=new-york",
)
DESKTOP, PHONE = 1280, 390


async def a_contact(site: Site, *, recorded: bool) -> str:
    """The newest handled one, with its recording here or without any."""
    here = Contact.contact.in_(select(Recording.contact).where(Recording.state == "stored"))
    query = select(Contact.contact).where(here if recorded else Contact.recorded.is_(False))
    async with site.console.database.reading() as session:
        found = await session.scalar(query.order_by(Contact.initiated_s.desc()).limit(1))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", DESKTOP, "light"), ("ko", PHONE, "light"), ("ko", DESKTOP, "dark"), ("en", PHONE, "dark")],
)
def test_pages_when_looked_at_then_axe_finds_nothing_and_nothing_sticks_out(
    open_page: Callable[..., Page], console_site: Site, language: str, width: int, scheme: str
) -> None:
    contacts = [f"/contacts/{console_site.run(a_contact(console_site, recorded=there))}" for there in (True, False)]
    page = open_page(locale=language, width=width, color_scheme=scheme)
    found = {}
    for place in (*PLACES, *contacts):
        answer = page.goto(console_site.address(place))
        assert answer is not None
        assert answer.status == 200, place
        assert page.locator("h1").count() == 1, place
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{place} is wider than {width}"
        result = Axe().run(page)
        if result.violations_count:
            found[place] = [(one["id"], one["nodes"][0]["target"]) for one in result.response["violations"]]
    assert found == {}


def test_axe_when_a_page_is_bad_then_it_says_so(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.set_content('<html lang="en"><title>t</title><main><h1>a</h1><img src="data:,"><input></main></html>')
    assert {one["id"] for one in Axe().run(page).response["violations"]} >= {"image-alt", "label"}
