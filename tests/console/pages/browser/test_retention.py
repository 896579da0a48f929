"""The page of retention in Chromium: set by keyboard after a look at what goes; axe finds nothing on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize(("language", "width", "scheme"), [("ko", 390, "dark"), ("en", 1280, "light")])
def test_retention_when_set_by_keyboard_then_shown_first_what_goes(
    open_page: Callable[..., Page], language: str, width: int, scheme: str
) -> None:
    page = open_page("/retention", locale=language, width=width, color_scheme=scheme)
    heading, row = page.get_by_role("heading", level=1), page.get_by_role("row").filter(has_text="leeds")
    was = heading.inner_text()
    page.locator("[name=recordings]").press_sequentially("36500" if language == "en" else "36499")
    page.locator("[name=branches][value=leeds]").press("Space")
    expect(page.locator("[name=branches][value=leeds]")).to_be_checked()
    page.locator("#main form button").press("Enter")
    expect(heading).not_to_have_text(was)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [(one["id"], one["nodes"][0]["target"]) for one in Axe().run(page).response["violations"]] == []
    page.locator("#main form button").press("Enter")
    expect(heading).to_have_text(was)
    expect(row).to_contain_text("36500" if language == "en" else "36499")
