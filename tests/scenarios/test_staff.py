"""Agents by telephone, with real phones: log in anywhere, status, after-contact work, result; a PIN is nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from kit.baresip import Baresip
from kit.box import RunningBox
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, STRAIGHT, PhoneMaker, contact_of, hears

pytestmark = pytest.mark.scenario

PIN = "80264193"


def dials(box: RunningBox, phone: Baresip, code: str) -> str:
    """The contact of a code that is dialled."""
    before = {row["contact"] for row in box.contacts()}
    phone.dial(code)
    phone.wait_for("CALL_ESTABLISHED")
    row = box.wait_contact(lambda row: row["contact"] not in before and row["source"] == f"extension:{phone.user}")
    found: str = row["contact"]
    return found


def done(box: RunningBox, phone: Baresip, contact: str) -> list[str]:
    """The box has said all and hung up; how its box functions came out."""
    phone.wait_for("CALL_CLOSED", timeout_s=30)
    box.wait_closed(contact)
    return [event["outcome"] for event in box.events(contact, "FunctionInvoked")]


def everything_written(box: RunningBox) -> list[Path]:
    """Log, store, journals, published files: all that the box leaves on the disk."""
    return [path for path in (*box.folder.rglob("*"), *box.run.rglob("*")) if path.is_file()]


@pytest.fixture
def desk(box: RunningBox, phone: PhoneMaker) -> Baresip:
    """A phone at which nobody sits; ann has a log-in number and a PIN."""
    box.add_agent("ann", "201", "sales", available=False)
    box.api.call("agent.pin", agent="ann", pin=PIN)
    return phone(box, "105", tone_hz=AGENT_HZ)


def login_of(box: RunningBox, agent: str) -> str:
    login: str = box.agents()[agent]["login"]
    return login


def test_agent_when_logged_in_by_keys_then_gets_the_next_contact_there_and_handles_it_by_codes(
    box: RunningBox, phone: PhoneMaker, desk: Baresip
) -> None:
    box.api.call("queue.add", queue="sales", wrap_up_s=0)
    box.api.call("disposition.add", code="1", name="Sold")
    contact = dials(box, desk, "*11")
    desk.send_digits(login_of(box, "ann") + "#")
    desk.send_digits(PIN + "#", gap_s=0.15)
    assert done(box, desk, contact) == ["returned"]
    ann = box.agents()["ann"]
    assert (ann["extension"], ann["status"]) == ("105", "Available")

    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    desk.wait_for("CALL_INCOMING", timeout_s=15)
    desk.answer()
    hears(customer, AGENT_HZ)
    talk = contact_of(box, "101")
    customer.hang_up()
    desk.wait_for("CALL_CLOSED", timeout_s=10)
    box.wait_event(talk, "AfterContactWorkStarted")

    assert done(box, desk, dials(box, desk, "*171")) == ["returned"]
    assert box.agents()["ann"]["activity"] == "after_contact_work"
    assert done(box, desk, dials(box, desk, "*15")) == ["returned"]
    record = box.wait_closed(talk)
    assert record["Linekeeper"]["Disposition"] | {"Timestamp": ""} == {
        "Code": "1",
        "Name": "Sold",
        "Agent": "ann",
        "Timestamp": "",
    }
    assert record["Agent"]["AfterContactWorkDuration"] >= 0

    assert done(box, desk, dials(box, desk, "*143")) == ["returned"]
    wait_until(lambda: box.agents()["ann"]["status"] == "Break", timeout_s=5, what="ann has a break")
    assert done(box, desk, dials(box, desk, "*12")) == ["returned"]
    ann = box.agents()["ann"]
    assert (ann["extension"], ann["status"]) == ("201", "Offline")
    found = [path for path in everything_written(box) if PIN.encode() in path.read_bytes()]
    assert found == []


def test_status_when_asked_by_voice_then_a_key_chooses(box: RunningBox, desk: Baresip) -> None:
    box.api.call("agent.login", agent="ann", extension="105")
    contact = dials(box, desk, "*14")
    wait_until(lambda: box.events(contact, "FunctionInvoked"), timeout_s=10, what="the choices are known")
    desk.send_digits("4")
    assert done(box, desk, contact) == ["returned", "returned"]
    wait_until(lambda: box.agents()["ann"]["status"] == "Lunch", timeout_s=5, what="ann has lunch")


def test_pin_when_wrong_thrice_then_the_agent_is_locked_for_a_while(box: RunningBox, desk: Baresip) -> None:
    login = login_of(box, "ann")
    contact = dials(box, desk, f"*11{login}")
    desk.send_digits("11112222#")
    for tries in (1, 2):
        wait_until(
            lambda tries=tries: len(box.events(contact, "FunctionInvoked")) >= tries,
            timeout_s=10,
            what="the PIN is wrong",
        )
        desk.send_digits(f"{login}#11112222#")
    assert done(box, desk, contact) == ["failed", "failed", "failed"]
    contact = dials(box, desk, f"*11{login}")
    desk.send_digits(PIN + "#")
    assert done(box, desk, contact) == ["failed"]
    assert "too many wrong PINs" in box.events(contact, "FunctionInvoked")[0]["reason"]
    assert box.agents()["ann"]["status"] == "Offline"


def test_phone_when_the_agent_accepts_by_itself_then_is_asked_to_answer_wherever_the_agent_sits(
    box: RunningBox, phone: PhoneMaker, desk: Baresip
) -> None:
    box.api.call("agent.add", agent="ann", auto_accept=True)
    box.api.call("agent.login", agent="ann", extension="105")
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    desk.wait_for("CALL_INCOMING", timeout_s=15)
    desk.answer()  # this softphone knows neither header
    hears(customer, AGENT_HZ)
    asked = desk.log.read_text(errors="replace")
    assert "Call-Info: <http://127.0.0.1/>;answer-after=0" in asked
    assert "Alert-Info: <http://127.0.0.1/>;info=alert-autoanswer" in asked
    customer.hang_up()
    box.api.call("agent.add", agent="ann", auto_accept=False)
