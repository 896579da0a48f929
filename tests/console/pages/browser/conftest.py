"""A real Chromium, and a console with the made-up branches for it to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kit.site import Site, site
from playwright.sync_api import Browser, Page, expect, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
Open = Callable[..., Page]
PATIENCE_MS = 60_000  # for what comes when it comes, on a machine that does other things too
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def console_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site")) as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for longer than a module: while Playwright runs, no other test of this process could run an event loop."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        yield one
        one.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says is wrong; empty at the end of the test, unless the test takes it out."""
    return []


@pytest.fixture
def open_page(browser: Browser, console_site: Site, complaints: list[str]) -> Iterator[Open]:
    """Opens a path as somebody: `open_page("/fleet", person="kim", locale="ko", width=390)`."""
    contexts: list[Any] = []

    def opened(path: str = "", *, person: str = "kim", width: int = 1280, **options: Any) -> Page:
        height = 844 if width < 600 else 900
        wishes = {"locale": "en", "timezone_id": "UTC", **options}
        context = browser.new_context(viewport={"width": width, "height": height}, **wishes)
        contexts.append(context)
        if person:
            name, _, value = console_site.people[person].partition("=")
            context.add_cookies([{"name": name, "value": value, "url": console_site.address("/")}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if path:
            page.goto(console_site.address(path))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
