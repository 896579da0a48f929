"""The pages of the prompts in Chromium: by keyboard from a text to a branch, heard on the way; axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from kit.audio import write_tone
from kit.site import Site
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.scenario
Open = Callable[..., Page]
LENGTH = """one => new Promise((ready, fail) => {
    one.addEventListener("loadedmetadata", () => ready(one.duration));
    one.addEventListener("error", () => fail(new Error("it can't be played")));
    one.preload = "auto";
    one.load();
})"""


def walk_to(page: Page, goal: Locator) -> None:
    """By the tabulator, as somebody without a mouse gets there."""
    for _ in range(120):
        if goal.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tabulator doesn't reach {goal}")


def test_text_when_spoken_by_keyboard_and_published_then_the_branch_shall_have_it(open_page: Open) -> None:
    page = open_page("/prompts")
    walk_to(page, page.get_by_label("Name of the prompt", exact=True))
    page.keyboard.type("closing time")
    walk_to(page, page.get_by_label("Text", exact=True))
    page.keyboard.type("We close in ten minutes.")
    walk_to(page, page.get_by_role("button", name="Speak and keep"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("closing time")
    assert page.get_by_label("Listen to version 1 of closing time").evaluate(LENGTH) > 0.5
    leeds = page.get_by_role("row").filter(has=page.get_by_label("leeds"))
    expect(leeds).to_contain_text("nothing of this")
    walk_to(page, page.get_by_label("leeds"))
    page.keyboard.press("Space")
    expect(page.get_by_label("leeds")).to_be_checked()
    walk_to(page, page.get_by_role("button", name="Publish to the branches"))
    page.keyboard.press("Enter")
    expect(leeds).to_contain_text("Version 1")
    expect(leeds).to_contain_text("waits for the box")


@pytest.mark.parametrize(("language", "width", "scheme"), [("ko", 390, "dark"), ("en", 1280, "light")])
def test_prompt_when_looked_at_then_axe_finds_nothing_and_nothing_sticks_out(
    *, open_page: Open, console_site: Site, tmp_path: Path, language: str, width: int, scheme: str
) -> None:
    page = open_page("/prompts", locale=language, width=width, color_scheme=scheme)
    tone = write_tone(tmp_path / f"hold music {language}.wav", frequency_hz=440, duration_s=0.5)
    page.locator("input[type=file]").set_input_files(tone)
    page.locator("form[action='/prompts/file'] button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"hold music {language}")
    found = {}
    for place in (page.url, console_site.address("/prompts")):
        page.goto(place)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("main")).to_contain_text(f"hold music {language}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{place} is wider than {width}"
        found[place] = [(one["id"], one["nodes"][0]["target"]) for one in Axe().run(page).response["violations"]]
    assert [wrong for wrong in found.values() if wrong] == []


def test_file_when_it_is_no_sound_then_the_page_says_why(
    open_page: Open, tmp_path: Path, complaints: list[str]
) -> None:
    file = tmp_path / "nonsense.mp3"
    file.write_text("nonsense")
    page = open_page("/prompts")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Convert and keep").click()
    expect(page.get_by_role("alert")).to_contain_text("The prompt was not taken")
    complaints[:] = [one for one in complaints if "400" not in one]
