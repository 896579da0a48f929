"""Processes that die in mid-call: what goes on, what is cleaned up, what is never lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from kit import proc, recordings
from kit.baresip import Baresip
from kit.box import RunningBox
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, STRAIGHT, WAITING_HZ, PhoneMaker, contact_of, hears, put_through

pytestmark = pytest.mark.scenario
BoxMaker = Callable[..., RunningBox]
MOST_LOST_S = 1.0


def _kill(pid: int) -> None:
    proc.kill_all([pid])
    wait_until(lambda: proc.gone(pid), timeout_s=5, what=f"process {pid} is gone")


def test_switchboard_when_killed_in_mid_call_then_talk_goes_on_and_nothing_is_missing(
    make_box: BoxMaker, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box = make_box()
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    before = box.pid_of("appliance.switchboard")
    _kill(before)
    at = customer.heard().duration_s
    hears(customer, AGENT_HZ, since_s=at)
    hears(agent, CUSTOMER_HZ, since_s=agent.heard().duration_s)
    row = box.wait_contact(lambda row: row["contact"] == contact, timeout_s=20, what="the contact is known again")
    assert row["open"] is True
    assert box.pid_of("appliance.switchboard") != before
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    assert record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    assert record["Agent"]["Username"] == "ann"
    numbers = [event["seq"] for event in box.events(contact) if event["writer"] == "contact"]
    assert numbers == list(range(1, len(numbers) + 1))
    box.wait_recording(contact)


def test_switchboard_when_killed_while_one_waits_then_place_and_enqueue_time_survive(
    make_box: BoxMaker, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box = make_box()
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    hears(customer, WAITING_HZ)
    contact = contact_of(box, "101", stage="in_queue")
    _kill(box.pid_of("appliance.switchboard"))
    box.wait_contact(lambda row: row["contact"] == contact and row["stage"] == "in_queue", timeout_s=20)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    hears(customer, AGENT_HZ)
    customer.hang_up()
    record = box.wait_closed(contact)
    queued = box.events(contact, "ContactQueued")
    assert [record["Queue"]["EnqueueTimestamp"]] == [event["time"] for event in queued]


def test_contact_process_when_killed_in_mid_call_then_legs_end_and_record_says_media_failure(
    make_box: BoxMaker, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box = make_box(capacity=2)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    _talk(agent, 2.0)
    _kill(box.contact_pid(contact))
    customer.wait_for("CALL_CLOSED", timeout_s=15)
    agent.wait_for("CALL_CLOSED", timeout_s=15)
    record = box.wait_closed(contact)
    assert record["DisconnectReason"] in {"TELECOM_PROBLEM", "OTHER"}
    assert len(box.events(contact, "MediaFailed")) == 1
    box.wait_recording(contact)
    box.set_status("ann", "Available")
    for _ in range(2):  # every slot serves again, the killed one's too
        again = put_through(box, customer, agent)
        customer.hang_up()
        agent.wait_for("CALL_CLOSED")
        box.wait_closed(again)


def test_zygote_when_killed_in_mid_call_then_new_calls_are_served_again(make_box: BoxMaker, phone: PhoneMaker) -> None:
    box = make_box(capacity=2)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    before = box.pid_of("appliance.contact")
    _kill(before)
    wait_until(lambda: _serves_again(box, before), timeout_s=15, what="a new zygote")
    customer.dial(STRAIGHT)
    customer.wait_for("CALL_ESTABLISHED", timeout_s=15)
    hears(customer, WAITING_HZ)


@pytest.mark.parametrize(("seconds", "hung_up"), [(0.8, False), (3.0, False), (2.0, True)])
def test_everything_when_killed_in_mid_call_then_next_start_closes_record_and_finishes_recording(
    *, make_box: BoxMaker, phone: PhoneMaker, agent_phone: PhoneMaker, seconds: float, hung_up: bool
) -> None:
    box = make_box()
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    began = agent.heard().duration_s
    _talk(agent, seconds)
    if hung_up:  # everything that follows a call may be under way
        customer.hang_up()
    box.kill_everything()
    talked_s = agent.heard().duration_s - began
    box.start()
    record = box.wait_closed(contact, timeout_s=30)
    assert record["DisconnectReason"] is not None
    assert record["DisconnectTimestamp"] is not None
    assert record["Agent"]["Username"] == "ann"
    file = box.wait_recording(contact)["file"]
    assert set(recordings.tones(file, (CUSTOMER_HZ, AGENT_HZ))) == {CUSTOMER_HZ, AGENT_HZ}
    assert recordings.duration_s(file) >= talked_s - MOST_LOST_S
    assert list((box.data / "spool").iterdir()) == []


def test_edge_when_killed_then_registrations_survive_its_restart(make_box: BoxMaker, phone: PhoneMaker) -> None:
    """The edge writes registrations down within a second or so; only what is written can survive."""
    box = make_box()
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ)
    wait_until(lambda: _written(box, "102"), timeout_s=10, what="the registration is written down")
    before = box.pid_of("kamailio")
    _kill(before)
    wait_until(lambda: _serves_again(box, before, "kamailio"), timeout_s=20, what="a new edge")
    caller.dial("102")
    called.wait_for("CALL_INCOMING", timeout_s=15)
    called.answer()
    hears(caller, AGENT_HZ)


def _written(box: RunningBox, extension: str) -> bool:
    with closing(sqlite3.connect(f"file:{box.data}/edge-locations.db?mode=ro", uri=True)) as locations:
        rows = locations.execute("SELECT contact FROM location WHERE username = ?", (extension,)).fetchall()
    return bool(rows)


def _talk(phone: Baresip, seconds: float) -> None:
    began = phone.heard().duration_s
    phone.wait_heard(lambda sound: sound.duration_s > seconds, since_s=began, what=f"{seconds} s of talk")


def _serves_again(box: RunningBox, before: int, what: str = "appliance.contact") -> bool:
    pids = [member.pid for member in box.members() if what in member.command]
    return before not in pids and "serves again" in box.log.read_text(errors="replace")
