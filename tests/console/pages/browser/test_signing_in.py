"""The log-in and the pages of the organisation in Chromium: by keyboard, without scripts, on a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from kit.people import add_person
from kit.site import Site
from playwright.sync_api import Page, expect

from appliance.console.people import passwords

pytestmark = pytest.mark.scenario
PASSWORD = "correct horse battery"
HASH = passwords.hashed(PASSWORD)
PLACES = ("/account", "/people", "/people/lee", "/tokens", "/webhooks", "/audit", "/audit/check", "/nowhere")
DESKTOP, PHONE = 1280, 390
Open = Callable[..., Page]


def faults(page: Page, width: int) -> list[object]:
    """What axe finds, and whether something sticks out."""
    found: list[object] = [(one["id"], one["nodes"][0]["target"]) for one in Axe().run(page).response["violations"]]
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append(f"wider than {width}")
    return found


@pytest.mark.parametrize(
    "look",
    [("en", DESKTOP, "light"), ("ko", PHONE, "light"), ("ko", DESKTOP, "dark"), ("en", PHONE, "dark")],
)
def test_organisation_s_pages_when_looked_at_then_axe_finds_nothing_and_nothing_sticks_out(
    open_page: Open, console_site: Site, complaints: list[str], look: tuple[str, int, str]
) -> None:
    language, width, scheme = look
    page = open_page(locale=language, width=width, color_scheme=scheme)
    found = {}
    for place in PLACES:
        page.goto(console_site.address(place))
        assert page.locator("h1").count() == 1, place
        if wrong := faults(page, width):
            found[place] = wrong
    assert found == {}
    complaints[:] = [said for said in complaints if "404" not in said]  # the last place is none


@pytest.mark.parametrize("scripts", [True, False])
def test_person_when_first_here_then_signs_in_by_keyboard_on_a_phone_also_without_scripts(
    open_page: Open, console_site: Site, scripts: bool
) -> None:
    person = f"park-{scripts}".lower()
    console_site.run(add_person(console_site.console, person, "auditor@london", password=HASH))
    page = open_page("/audit", person="", width=PHONE, locale="ko", java_script_enabled=scripts)
    assert page.url == console_site.address("/sign-in?back=/audit")
    page.locator("[name=name]").focus()  # where there are no scripts, Chromium sets no focus by itself
    page.keyboard.type(person)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    secret = page.locator("p.mono").inner_text().replace(" ", "")
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    assert page.locator(".code-to-scan svg").bounding_box() is not None
    if scripts:
        assert faults(page, PHONE) == []
    page.locator("[name=code]").focus()
    page.keyboard.type(pyotp.TOTP(secret).at(int(time.time())))
    page.keyboard.press("Enter")
    codes = page.locator("#codes li")
    expect(codes).to_have_count(10)
    first = codes.first.inner_text()
    if scripts:
        assert faults(page, PHONE) == []
    page.locator("#go-on").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(console_site.address("/audit"))
    cookie = next(one for one in page.context.cookies() if one["name"] == "linekeeper")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert page.locator("h1").inner_text() == "감사 기록"
    recover(page, console_site, person, first, look_at_it=scripts)


def recover(page: Page, site: Site, person: str, code: str, *, look_at_it: bool) -> None:
    """By keyboard: the phone isn't at hand."""
    page.context.clear_cookies()
    page.goto(site.address("/sign-in?back=/account"))
    page.locator("[name=name]").fill(person)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("details summary").last.focus()
    page.keyboard.press("Enter")
    field = page.locator("[action^='/sign-in/recovery'] [name=code]")
    expect(field).to_be_visible()
    if look_at_it:
        assert faults(page, PHONE) == []
    field.focus()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url(site.address("/account"))
    assert person in page.locator(".heading").inner_text()


def test_log_in_when_looked_at_then_axe_finds_nothing_and_a_wrong_password_is_told(
    open_page: Open, console_site: Site, complaints: list[str]
) -> None:
    page = open_page("/sign-in", person="", width=PHONE)
    assert faults(page, PHONE) == []
    page.get_by_label("Sign-in name").fill("lee")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("alert").inner_text() == "Name or password is wrong."
    assert page.get_by_label("Sign-in name").input_value() == "lee"
    assert faults(page, PHONE) == []
    complaints[:] = [said for said in complaints if "400" not in said]


def test_admin_when_adding_a_person_and_a_token_then_both_are_shown_once(open_page: Open, console_site: Site) -> None:
    page = open_page("/people")
    page.get_by_label("Name", exact=True).fill("Jung Yuna")
    page.get_by_label("Sign-in name").fill("jung")
    page.get_by_label("Supervisor: Every branch").check()
    page.get_by_role("button", name="Add a person").click()
    assert re.fullmatch("([a-z2-9]{4}-){3}[a-z2-9]{4}", page.locator("#password").inner_text())
    assert faults(page, DESKTOP) == []
    page.goto(console_site.address("/tokens"))
    page.get_by_label("What it is for").fill("wallboard")
    page.get_by_label("read contacts, metrics and boards").check()
    page.get_by_label("Every branch").check()
    page.get_by_role("button", name="Make a token").click()
    assert page.locator("#token").inner_text().startswith("lkt_")
    assert faults(page, DESKTOP) == []


def test_admin_when_adding_a_webhook_then_its_page_shows_the_secret(open_page: Open, console_site: Site) -> None:
    page = open_page("/webhooks", width=PHONE)
    page.get_by_label("Name", exact=True).fill("crm")
    page.get_by_label("Address").fill("https://crm.example/hook")
    page.get_by_label("Contact records").check()
    page.get_by_label("Every branch").check()
    page.get_by_role("button", name="Add a webhook").click()
    assert page.locator("#secret").inner_text().startswith("whsec_")
    page.get_by_role("button", name="Try it out").click()
    page.get_by_text("Trial").wait_for()
    assert faults(page, PHONE) == []
