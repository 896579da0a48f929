"""What people do with the pages: look, search, listen, by mouse, keyboard and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from kit.site import Site
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Select, func, select

from appliance.console.database.tables import AuditEntry, Contact, Recording

pytestmark = pytest.mark.scenario
Open = Callable[..., Page]


async def one(site: Site, query: Select[tuple[Any]]) -> Any:
    async with site.console.database.reading() as session:
        return await session.scalar(query)


def until(page: Page, script: str) -> None:
    """Playwright's own waiting needs `eval`, which the content security policy forbids."""
    for _ in range(150):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not within 15 s: {script}")


def follow(page: Page, way: Locator) -> None:
    """Click what leads to another page, and be there: a click returns before the browser has gone."""
    with page.expect_navigation():
        way.click()


def test_fleet_when_a_branch_is_cut_off_then_it_comes_first_and_says_as_of(open_page: Open) -> None:
    page = open_page("/fleet", person="choi")
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Sydney Balmain")
    expect(first).to_contain_text("cut off")
    expect(first).to_contain_text("as of 3 h ago")
    expect(page.locator("h1 + p")).to_have_text("5 branches: 4 connected, 1 without news")


def test_fleet_when_a_branch_is_followed_then_its_page(open_page: Open) -> None:
    page = open_page("/fleet")
    page.get_by_role("link", name="Los Angeles San Pedro").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Los Angeles San Pedro")
    expect(page.locator("main")).to_contain_text("90 % of the budget is used")
    expect(page.locator("main")).to_contain_text("57.3 GB of 64 GB (90%)")


def test_menu_when_by_keyboard_then_skip_link_first_and_every_area_is_reached(open_page: Open) -> None:
    page = open_page("/fleet")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**/fleet#main")
    page.goto(page.url.split("#")[0])
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href')"))
    for path in ("/fleet", "/board", "/contacts", "/metrics", "/outages", "/queues", "/agents"):
        assert path in reached


def test_menu_when_on_a_phone_then_it_opens_by_keyboard(open_page: Open) -> None:
    page = open_page("/fleet", width=390)
    menu = page.locator("details.menu")
    expect(menu.get_by_role("link", name="Live board")).not_to_be_visible()
    menu.locator("summary").press("Enter")
    menu.get_by_role("link", name="Live board").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Live board")


def test_language_when_chosen_then_kept_for_the_next_pages(open_page: Open) -> None:
    page = open_page("/outages?branch=london")
    page.get_by_label("Language").select_option("ko")
    page.get_by_label("Appearance").select_option("dark")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("연결 장애")
    assert page.url.endswith("/outages?branch=london")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.locator("nav.side").get_by_role("link", name="상담원").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("상담원")


def test_times_when_the_browser_has_a_zone_then_they_are_told_in_it(open_page: Open) -> None:
    page = open_page("/fleet", timezone_id="Asia/Seoul")
    expect(page.locator(".foot")).to_contain_text("Times are in Asia/Seoul (UTC+9:00).")


def test_search_when_by_last_digits_then_only_those(open_page: Open, console_site: Site) -> None:
    number = console_site.run(one(console_site, select(Contact.customer).where(Contact.customer.like("+44%")).limit(1)))
    digits = str(number)[-6:]
    page = open_page("/contacts")
    page.get_by_label("Number").fill(digits)
    follow(page, page.get_by_role("button", name="Search"))
    rows = page.locator("tbody tr td:nth-child(2)")
    expect(rows.first).to_be_visible()
    wanted = re.compile(r".*".join(digits))
    assert all(wanted.search(text.replace(" ", "").replace("-", "")) for text in rows.all_inner_texts())
    page.get_by_label("Number").fill("99999999999")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("main")).to_contain_text("No contact fits.")


def test_search_when_filtered_then_every_row_fits_and_older_ones_follow(open_page: Open) -> None:
    page = open_page("/contacts")
    page.locator("select[name=queue]").select_option("appointments")
    page.locator("select[name=recorded]").select_option("yes")
    follow(page, page.get_by_role("button", name="Search"))
    first = page.locator("tbody tr td:nth-child(1) time").all_inner_texts()
    assert set(page.locator("tbody tr td:nth-child(4)").all_inner_texts()) == {"appointments"}
    follow(page, page.get_by_role("link", name="Older"))
    second = page.locator("tbody tr td:nth-child(1) time").all_inner_texts()
    assert set(page.locator("tbody tr td:nth-child(4)").all_inner_texts()) == {"appointments"}
    assert second
    assert not set(first) & set(second)
    follow(page, page.get_by_role("link", name="Newest"))
    assert page.locator("tbody tr td:nth-child(1) time").all_inner_texts() == first


def test_search_when_the_time_is_none_then_it_says_so(open_page: Open, complaints: list[str]) -> None:
    page = open_page("/contacts?since=yesterday-ish")
    expect(page.get_by_role("alert")).to_have_text("“yesterday-ish” is no date and time")
    assert any("400" in complaint for complaint in complaints)
    complaints.clear()


def recorded_contact(site: Site) -> str:
    query = (
        select(Recording.contact)
        .join(Contact, Contact.contact == Recording.contact)
        .where(Recording.state == "stored", Contact.queue != "")
        .limit(1)
    )
    return str(site.run(one(site, query)))


def test_contact_when_looked_at_then_time_line_path_and_quality(open_page: Open, console_site: Site) -> None:
    page = open_page(f"/contacts/{recorded_contact(console_site)}")
    for heading in ("Recording", "Time line", "What happened", "Flow path", "Quality", "Details"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    lanes = page.locator(".lanes svg")
    assert "talking" in str(lanes.nth(2).get_attribute("aria-label"))
    steps = page.locator(".steps").nth(0).inner_text()
    assert steps.index("rings") < steps.index("Waits in") < steps.index("answers") < steps.index("Ended by")
    expect(page.locator("main")).to_contain_text("TransferContactToQueue")


def test_recording_when_played_then_sound_wave_and_a_line_in_the_audit_log(open_page: Open, console_site: Site) -> None:
    listened = select(func.count()).select_from(AuditEntry).where(AuditEntry.deed == "listened")
    before = console_site.run(one(console_site, listened))
    page = open_page(f"/contacts/{recorded_contact(console_site)}")
    expect(page.locator("svg.wave path.customer")).to_have_attribute("d", re.compile(r"^M0,100 L0,.*Z$"))
    assert console_site.run(one(console_site, listened)) == before, "looking isn't listening"
    page.evaluate("document.querySelector('audio').muted = true; document.querySelector('audio').play()")
    until(page, "document.querySelector('audio').currentTime > 0.2")
    assert console_site.run(one(console_site, listened)) > before
    page.locator("svg.wave").click(position={"x": 300, "y": 40})
    until(page, "document.querySelector('audio').currentTime > 5")
    page.get_by_label("customer", exact=True).check()


def test_recording_when_without_the_right_then_no_player(open_page: Open, console_site: Site) -> None:
    page = open_page(f"/contacts/{recorded_contact(console_site)}", person="choi")
    expect(page.locator("main")).to_contain_text("Listening needs the role")
    assert page.locator("audio").count() == 0


def test_branches_when_of_others_then_they_are_not_there(
    open_page: Open, console_site: Site, complaints: list[str]
) -> None:
    page = open_page("/fleet", person="lee")
    assert page.locator("tbody th").all_inner_texts() == ["London Docklands"]
    page.goto(console_site.address("/contacts"))
    assert page.get_by_label("Branch").locator("option").all_inner_texts() == ["any", "London Docklands"]
    assert set(page.locator("tbody tr td:nth-child(3)").all_inner_texts()) == {"London Docklands"}
    other = console_site.run(one(console_site, select(Contact.contact).where(Contact.branch == "seoul").limit(1)))
    for path in (f"/contacts/{other}", "/fleet/seoul"):
        answer = page.goto(console_site.address(path))
        assert answer is not None
        assert answer.status == 404
    for path in ("/board?branch=seoul", "/outages?branch=seoul", "/queues?branch=seoul", "/metrics?branch=seoul"):
        page.goto(console_site.address(path))
        assert "서울" not in page.locator("main").inner_text()
    complaints.clear()


def test_pages_when_without_scripts_then_they_still_say_everything(open_page: Open) -> None:
    page = open_page("/board", java_script_enabled=False)
    expect(page.locator("main")).to_contain_text("Sydney Balmain")
    expect(page.locator("main")).to_contain_text("as of 3 h ago")
    page.locator("nav.side").get_by_role("link", name="Contacts").click()
    page.get_by_label("Direction").select_option("OUTBOUND")
    follow(page, page.get_by_role("button", name="Search"))
    expect(page.locator("tbody tr").first).to_contain_text("→")


def test_metrics_when_read_as_a_table_then_the_same_as_the_totals(open_page: Open) -> None:
    page = open_page("/metrics?range=week")
    page.locator("details#table-1 summary").click()
    cells = page.locator("details#table-1 tbody td").all_inner_texts()
    total = sum(int(cell.replace(",", "")) for cell in cells if cell != "–")
    assert total == int(page.locator(".figures dd").first.inner_text().replace(",", ""))
    assert total > 100


def test_outages_when_both_sides_have_counted_then_what_they_found(open_page: Open) -> None:
    page = open_page("/outages?branch=los-angeles")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("TLS: the connection was reset")
    expect(row).to_contain_text(
        re.compile(r"agree.*[1-9][0-9]* contact records, [0-9]+ recordings?, none missing, none twice", re.S)
    )
