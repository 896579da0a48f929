"""Open pages change with what happens, and say so when they can't; ages grow, durations of old news stand still."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import msgspec
import pytest
from kit.site import Site
from playwright.sync_api import Page, expect

from appliance.cloud.live import LiveContact, LiveState
from appliance.console.demo_data.present import live_state
from appliance.console.live.states import keep
from appliance.console.notices import Topic

pytestmark = pytest.mark.scenario
Open = Callable[..., Page]
CALLER = "+442079460777"


async def tell(site: Site, *, number: int, age_s: float, contacts: tuple[LiveContact, ...]) -> None:
    """Leeds tells a live state with just these contacts, so long ago."""
    now_s = site.console.now_s()
    state: LiveState = live_state(site.branches[0].annals, now=now_s, number=number)
    state = msgspec.structs.replace(state, contacts=contacts)
    async with site.console.database.writing() as session:
        await keep(session, branch="leeds", box="leeds-1", state=state, now_s=now_s - age_s)
    site.console.notices.tell(Topic.LIVE, "leeds")


def waiting(since_s: float) -> LiveContact:
    return LiveContact(
        contact="c-1", stage="in_queue", customer=CALLER, queue="appointments", agent="", since_s=since_s
    )


following = itertools.count(1).__next__  # live states count up


def test_board_when_a_branch_tells_then_the_open_page_changes(open_page: Open, console_site: Site) -> None:
    console_site.run(tell(console_site, number=following(), age_s=0, contacts=()))
    page = open_page("/board?branch=leeds")
    expect(page.locator("main")).to_contain_text("No contact is under way.")
    page.evaluate("window.same = true")
    console_site.run(tell(console_site, number=following(), age_s=0, contacts=(waiting(41.0),)))
    expect(page.locator("main")).to_contain_text("+44 20 7946 0777")
    assert page.evaluate("window.same"), "the page was not loaded anew"


def test_board_when_news_is_fresh_then_durations_grow_and_then_stand_still(open_page: Open, console_site: Site) -> None:
    console_site.run(tell(console_site, number=following(), age_s=0, contacts=(waiting(41.0),)))
    page = open_page()
    page.clock.install()
    page.goto(console_site.address("/board?branch=leeds"))
    row = page.locator("tr", has_text="+44 20 7946 0777")
    shown = row.locator("[data-since]")
    page.clock.run_for(10_000)
    grown = seconds(shown.inner_text())
    assert 50 <= grown <= 71, "ten seconds and what the machine took"
    page.clock.run_for(120_000)
    assert seconds(shown.inner_text()) == 71, "thirty seconds after the news nobody knows any more"


def seconds(text: str) -> int:
    minutes, _, rest = text.partition(":")
    return 60 * int(minutes) + int(rest)


def test_board_when_news_is_old_then_it_says_so_and_sums_leave_it_out(open_page: Open, console_site: Site) -> None:
    console_site.run(tell(console_site, number=following(), age_s=90, contacts=(waiting(41.0),)))
    page = open_page("/board?branch=leeds")
    card = page.locator("section.stale")
    expect(card).to_contain_text("no news")
    expect(card).to_contain_text("times stand still")
    expect(card.locator("tr", has_text="+44 20 7946 0777").locator("[data-since]")).to_have_text("0:41")
    expect(page.locator("h1 + p")).to_have_text("0 of 1 branches are current")
    assert page.locator("dl.figures").count() == 0


def test_ages_when_time_goes_by_then_they_grow(open_page: Open, console_site: Site) -> None:
    console_site.run(tell(console_site, number=following(), age_s=0, contacts=()))
    page = open_page()
    page.clock.install()
    page.goto(console_site.address("/fleet/leeds"))
    age = page.locator(".heading time").first
    page.clock.run_for(185_000)
    expect(age).to_have_text("3 min ago")


def test_page_when_the_console_is_gone_then_it_says_since_when(
    open_page: Open, console_site: Site, complaints: list[str]
) -> None:
    page = open_page("/fleet")
    banner = page.locator("#unheard")
    expect(banner).not_to_be_visible()
    page.context.set_offline(True)
    console_site.run(tell(console_site, number=following(), age_s=0, contacts=()))
    expect(banner).to_be_visible(timeout=40_000)
    expect(banner).to_contain_text("no longer changes by itself")
    page.context.set_offline(False)
    expect(banner).not_to_be_visible(timeout=40_000)
    complaints.clear()


def test_stream_when_for_another_branch_then_not_there(open_page: Open, console_site: Site) -> None:
    page = open_page("/fleet", person="lee")
    answer = page.request.get(console_site.address("/live/changes?branch=seoul"))
    assert answer.status == 404
