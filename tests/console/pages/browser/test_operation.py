"""The pages of operation in Chromium: enrol, edit, publish, upload by mouse and keyboard; axe finds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from kit import flows
from kit.site import Site
from playwright.sync_api import Page, expect
from sqlalchemy import select

from appliance.cloud.orders import Item, ItemKind
from appliance.console.authority import boxes
from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.database.tables import Box, BoxOrder
from appliance.console.orders import blobs, bundles, desired
from appliance.console.orders.projection import Drifted, put_drift

pytestmark = pytest.mark.scenario
Open = Callable[..., Page]
DESKTOP, PHONE = 1280, 390


async def furnished(site: Site) -> str:
    """London with wishes, a local change and orders; Sydney's box suspected; a bundle, whose hash it returns."""
    console, now_s = site.console, site.console.now_s()
    keys = console_keys(authority_folder(console.settings.data_dir))
    async with console.database.writing() as session:
        sydney = await session.scalar(select(Box.box).where(Box.branch == "sydney", Box.state == "active"))
        if sydney is not None:
            why = "the identity came from another machine"
            await boxes.suspect(session, sydney, why=why, now_s=now_s, machine="0" * 32, address="203.0.113.7")
        for item in (
            Item(kind=ItemKind.QUEUE, name="sales", content={"name": "Sales", "ring_timeout_s": 20}),
            Item(kind=ItemKind.CONFIGURATION, name="recording.internal", content={"value": True}),
            Item(kind=ItemKind.DISPOSITION, name="12", content=None),
        ):
            await desired.put_item(session, "london", item, by="person:kim", now_s=now_s)
        box, number = await desired.publish(session, keys, "london", by="person:kim", now_s=now_s)
        local = {"kind": "queue", "name": "sales", "local": {"name": "Sales desk"}, "desired": {"name": "Sales"}}
        await put_drift(session, box, Drifted(version=number, items=[local]), told_s=now_s)
        order = await session.get(BoxOrder, (box, number))
        assert order is not None
        failed = {"disposition/12": "there is no disposition 12; see 'linekeeper disposition list'"}
        answer = {"number": number, "version": number, "applied": [], "failed": failed, "rolled_back": False}
        order.answer, order.answered_s = msgspec.json.encode(answer).decode(), now_s
        content = bundles.for_boxes(bundles.opened(msgspec.json.encode(flows.menu("sales")), "main-menu"))
        return await blobs.keep(
            session, content, kind=ItemKind.FLOW_BUNDLE, title="main-menu", by="person:kim", now_s=now_s
        )


@pytest.fixture(scope="module")
def bundle(console_site: Site) -> str:
    return console_site.run(furnished(console_site))


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", DESKTOP, "light"), ("ko", PHONE, "light"), ("ko", DESKTOP, "dark"), ("en", PHONE, "dark")],
)
def test_pages_when_looked_at_then_axe_finds_nothing_and_nothing_sticks_out(
    *, open_page: Open, console_site: Site, bundle: str, language: str, width: int, scheme: str
) -> None:
    places = (
        "/boxes",
        "/wanted",
        "/wanted/london",
        "/wanted/london/item?kind=queue&item=sales",
        "/wanted/london/item?kind=configuration&item=recording.internal",
        "/flows",
        f"/flows/{bundle}",
    )
    page = open_page(locale=language, width=width, color_scheme=scheme)
    found = {}
    for place in places:
        answer = page.goto(console_site.address(place))
        assert answer is not None
        assert answer.status == 200, place
        assert page.locator("html").get_attribute("lang") == language
        for details in page.locator("main details").all():
            details.locator("summary").click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{place} is wider than {width}"
        result = Axe().run(page)
        if result.violations_count:
            found[place] = [(one["id"], one["nodes"][0]["target"]) for one in result.response["violations"]]
    assert found == {}


def test_code_when_made_by_keyboard_then_the_command_for_the_box_is_there(open_page: Open, bundle: str) -> None:
    page = open_page("/boxes")
    page.locator("select[name=branch]").select_option("leeds")
    page.get_by_role("button", name="Make a code").press("Enter")
    code = page.locator("#code").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    expect(page.locator("#command")).to_have_text(re.compile(rf"^linekeeper enroll https://\S+ {code}$"))
    expect(page.locator("#fingerprint")).to_have_text(re.compile(r"^[0-9a-f]{64}$"))
    page.goto(page.url.replace("/codes", ""))
    expect(page.locator("main")).not_to_contain_text(code)


def test_queue_when_edited_and_published_then_the_page_says_that_it_waits(
    open_page: Open, bundle: str, complaints: list[str]
) -> None:
    page = open_page("/wanted/leeds")
    page.get_by_label("Kind").select_option("queue")
    page.get_by_label("Name", exact=True).fill("help")
    page.get_by_role("button", name="Add or edit").click()
    page.get_by_label("After-contact work (seconds)").fill("x")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("That is no number.")
    forget_refusals(complaints)
    page.get_by_label("After-contact work (seconds)").fill("45")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("wrap_up_s = 45")
    page.get_by_role("button", name="Publish to the box").click()
    expect(page.locator("main")).to_contain_text("waits for the box")


def test_flow_when_uploaded_then_it_is_judged_and_drawn(
    open_page: Open, console_site: Site, bundle: str, tmp_path: Path
) -> None:
    file = tmp_path / "evening.json"
    file.write_bytes(msgspec.json.encode(flows.straight("sales")))
    page = open_page("/flows")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Check and keep").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("evening")
    page.get_by_text("Picture").click()
    picture = page.get_by_role("img", name=re.compile("^The flow .+ as a picture$"))
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    for _ in range(100):
        if picture.evaluate("one => one.complete && one.naturalWidth > 0"):
            break
        page.wait_for_timeout(100)
    assert picture.evaluate("one => one.naturalWidth") > 50


def test_flow_when_it_is_none_then_the_page_says_why(
    open_page: Open, bundle: str, tmp_path: Path, complaints: list[str]
) -> None:
    file = tmp_path / "nonsense.json"
    file.write_text("nonsense")
    page = open_page("/flows")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Check and keep").click()
    expect(page.get_by_role("alert")).to_contain_text("The file was not taken")
    forget_refusals(complaints)


def forget_refusals(complaints: list[str]) -> None:
    """The browser's console has a line for every answer 400, which is what was tried."""
    complaints[:] = [one for one in complaints if "400" not in one]


def test_menu_when_somebody_may_not_operate_then_the_areas_are_not_there(open_page: Open, bundle: str) -> None:
    page = open_page("/fleet", person="lee")
    expect(page.locator("nav.side")).not_to_contain_text("Configuration")
