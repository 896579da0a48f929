"""Agents at work, in a running switchboard: seats, statuses, PINs, after-contact work, results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, play

from appliance.errors import RequestError
from appliance.events import LegRole
from appliance.ids import ContactId

PIN = "2580"
Json = dict[str, Any]


async def refusal(box: Harness, op: str, **args: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        await box.call(op, **args)
    return caught.value


async def dials(box: Harness, process: FakeContact, extension: str, agent: str | None = None) -> ContactId:
    """A phone dials a feature code."""
    contact = process.begin(source=f"extension:{extension}")
    process.leg("customer", LegRole.CUSTOMER, agent=agent, extension=extension)
    await process.settled()
    return contact


def plan(box: Harness) -> Json:
    found: Json = json.loads(box.paths.dial_plan.read_bytes())
    return found


async def with_pin(box: Harness, agent: str) -> str:
    """The log-in number."""
    login: str = (await box.call("agent.pin", agent=agent, pin=PIN))["login"]
    return login


# ── seats ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_agent_when_logged_in_elsewhere_then_offers_and_calls_ring_there(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann", available=False)
        await box.call("extension.add", extension="105")
        row = await box.call("agent.login", agent="ann", extension="105")
        assert (row["extension"], row["status"]) == ("105", "Available")
        assert plan(box)["extensions"] == {"101": None, "105": "ann"}
        assert plan(box)["desks"] == {"101": "105", "1001": "105"}
        process = await box.process(0)
        process.begin()
        await process.enter_queue()
        assert (await process.offered()).extension == "105"
        process.abandoned()
        await box.until_agent("ann", activity="idle")
        row = await box.call("agent.logout", agent="ann")
        assert (row["extension"], row["status"]) == ("101", "Offline")  # the own phone
        assert plan(box)["extensions"] == {"101": "ann", "105": None}
        assert plan(box)["desks"] == {"1001": "101"}

    play(tmp_path, scene)


def test_login_number_when_it_becomes_a_phone_then_callers_reach_the_phone(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        assert plan(box)["desks"] == {"1001": "101"}
        await box.call("extension.add", extension="1001")
        assert plan(box)["desks"] == {}

    play(tmp_path, scene)


def test_extension_when_a_guest_sits_there_then_is_not_removed(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        await box.call("extension.add", extension="105")
        await box.call("agent.login", agent="ann", extension="105")
        error = await refusal(box, "extension.remove", extension="105")
        assert (error.kind, "linekeeper agent logout ann" in str(error)) == ("conflict", True)
        error = await refusal(box, "agent.add", agent="new", extension="105")
        assert (error.kind, "linekeeper agent logout ann" in str(error)) == ("conflict", True)
        await box.call("agent.logout", agent="ann")
        await box.call("agent.add", agent="new", extension="105")
        await box.call("agent.remove", agent="new")
        await box.call("extension.remove", extension="105")

    play(tmp_path, scene)


def test_seat_when_the_switchboard_restarts_then_is_kept(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        await box.call("extension.add", extension="105")
        await box.call("agent.login", agent="ann", extension="105")
        await box.stop()
        await box.start()
        assert plan(box)["extensions"] == {"101": None, "105": "ann"}
        await box.until_agent("ann", extension="105", status="Available")

    play(tmp_path, scene)


def test_phone_when_its_owner_rests_then_a_guest_may_sit_there_until_leaving(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann", "bob")
        await box.call("agent.login", agent="bob", extension="101")
        assert plan(box)["extensions"] == {"101": "bob", "102": None}
        ann = await box.agent("ann")
        assert (ann["extension"], ann["status"]) == (None, "Offline")
        await box.call("agent.logout", agent="bob")
        assert plan(box)["extensions"] == {"101": "ann", "102": "bob"}

    play(tmp_path, scene)


def test_phone_when_somebody_busy_sits_there_then_is_kept(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann", "bob")
        process = await box.process(0)
        await dials(box, process, "101", "ann")
        await box.until_agent("ann", activity="on_contact")
        error = await refusal(box, "agent.login", agent="bob", extension="101")
        assert (error.kind, "ann is busy at 101" in str(error)) == ("conflict", True)
        assert (await refusal(box, "agent.login", agent="bob", extension="999")).kind == "not_found"
        assert (await refusal(box, "agent.login", agent="nobody")).kind == "not_found"

    play(tmp_path, scene)


def test_agent_when_moved_to_another_own_phone_then_sits_there(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        await box.call("extension.add", extension="105")
        await box.call("agent.add", agent="ann", extension="105")
        assert plan(box)["extensions"] == {"101": None, "105": "ann"}
        await box.until_agent("ann", extension="105")

    play(tmp_path, scene)


# ── by telephone ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_log_in_when_number_and_pin_are_right_then_offers_come_after_the_call(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann", available=False)
        await box.call("extension.add", extension="105")
        login = await with_pin(box, "ann")
        phone, queue = await box.process(0), await box.process(1)
        contact = await dials(box, phone, "105")
        queue.begin()
        await queue.enter_queue()
        said = await box.call("feature.agent.log_in", contact=contact, parameters={"agent": login, "pin": PIN})
        assert said == {"agent": "ann", "sentence": "ann, you are logged in and available."}
        ann = await box.agent("ann")
        assert (ann["extension"], ann["activity"], ann["next_status"]) == ("105", "on_contact", "Available")
        phone.leg_ends("customer", LegRole.CUSTOMER, remote=True)
        phone.disconnected("IN_FLOW")
        phone.release()
        assert (await queue.offered()).extension == "105"

    play(tmp_path, scene)


def test_log_in_when_another_agent_sits_at_the_phone_then_takes_the_place(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann", "bob")
        login = await with_pin(box, "bob")
        phone = await box.process(0)
        contact = await dials(box, phone, "101", "ann")
        await box.until_agent("ann", activity="on_contact")
        await box.call("feature.agent.log_in", contact=contact, parameters={"agent": login, "pin": PIN})
        assert plan(box)["extensions"] == {"101": "bob", "102": None}

    play(tmp_path, scene)


def test_log_in_when_the_pin_is_wrong_thrice_then_even_the_right_one_waits(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann", available=False)
        login = await with_pin(box, "ann")
        phone = await box.process(0)
        contact = await dials(box, phone, "101", "ann")

        async def tries(pin: str) -> RequestError:
            return await refusal(box, "feature.agent.log_in", contact=contact, parameters={"agent": login, "pin": pin})

        for _ in range(3):
            error = await tries("7777")
            assert (error.kind, error.sentence) == ("refused", "The number or the PIN is wrong.")
        error = await tries(PIN)
        assert (error.kind, "too many wrong PINs" in error.sentence) == ("locked", True)
        await box.stop()
        await box.start()
        await phone.connect()
        await phone.settled()
        assert (await tries(PIN)).kind == "locked"  # the lock outlives a restart
        await with_pin(box, "ann")  # a new PIN ends it
        await box.call("feature.agent.log_in", contact=contact, parameters={"agent": login, "pin": PIN})

    play(tmp_path, scene)


def test_log_in_when_nobody_has_the_number_or_no_pin_was_set_then_sounds_the_same(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann", available=False)
        phone = await box.process(0)
        contact = await dials(box, phone, "101", "ann")
        said = set()
        for number in ("1001", "101", "5555"):
            parameters = {"agent": number, "pin": PIN}
            said.add((await refusal(box, "feature.agent.log_in", contact=contact, parameters=parameters)).sentence)
        assert said == {"The number or the PIN is wrong."}
        error = await refusal(box, "feature.agent.log_in", contact=contact, parameters={"agent": "1001"})
        assert error.sentence == "Something is missing. Please try again."

    play(tmp_path, scene)


def test_status_when_chosen_by_number_then_counts_once_the_call_is_over(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        phone = await box.process(0)
        contact = await dials(box, phone, "101", "ann")
        asked = await box.call("feature.agent.statuses", contact=contact)
        expected = "Please choose. 1 for Available. 2 for Offline. 3 for Break. 4 for Lunch."
        assert asked == {"digits": "1", "sentence": expected}
        said = await box.call("feature.agent.status", contact=contact, parameters={"argument": "3"}, language="ko")
        assert said == {"status": "Break", "sentence": "현재 상태는 휴식입니다."}
        phone.leg_ends("customer", LegRole.CUSTOMER, remote=True)
        await box.until_agent("ann", status="Break", activity="idle")
        error = await refusal(box, "feature.agent.status", contact=contact, parameters={"argument": "77"})
        assert error.sentence == "There is no such status."

    play(tmp_path, scene)


def test_status_when_a_stranger_knows_the_pin_then_may_be_chosen_and_nothing_else(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        login = await with_pin(box, "ann")
        process = await box.process(0)
        contact = process.begin(source="trunk:acme")
        await process.settled()
        mine = {"agent": login, "pin": PIN, "argument": "4"}
        await box.call("feature.agent.status", contact=contact, parameters=mine)
        await box.until_agent("ann", status="Lunch")
        for op, parameters in (
            ("agent.status", {"argument": "1"}),
            ("agent.status", {**mine, "pin": "9999"}),
            ("agent.log_in", mine),
            ("agent.statuses", mine),
        ):
            assert (await refusal(box, f"feature.{op}", contact=contact, parameters=parameters)).kind == "refused"
        await box.until_agent("ann", status="Lunch")

    play(tmp_path, scene)


def test_code_when_nobody_sits_at_the_phone_then_says_so(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.call("extension.add", extension="105")
        contact = await dials(box, await box.process(0), "105")
        for op in ("agent.log_out", "agent.available", "agent.end_wrap_up", "agent.extend_wrap_up"):
            error = await refusal(box, f"feature.{op}", contact=contact)
            assert error.sentence == "Nobody is logged in at this phone."

    play(tmp_path, scene)


def test_available_when_dialled_after_a_missed_offer_then_ends_the_missed_state(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        process, phone = await box.process(0), await box.process(1)
        process.begin()
        await process.enter_queue()
        process.missed(await process.offered())
        await box.until_agent("ann", activity="missed")
        contact = await dials(box, phone, "101", "ann")
        said = await box.call("feature.agent.available", contact=contact)
        assert said["sentence"] == "Your status is: Available."
        phone.leg_ends("customer", LegRole.CUSTOMER, remote=True)
        assert (await process.offered()).agent == "ann"  # the contact waits still

    play(tmp_path, scene)


def test_status_when_chosen_in_after_contact_work_then_is_the_next_one(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process, phone = await box.process(0), await box.process(1)
        await worked(box, process, wrap_up_s=0)
        contact = await dials(box, phone, "101", "ann")
        said = await box.call("feature.agent.status", contact=contact, parameters={"argument": "4"})
        assert said["sentence"] == "Your next status will be: Lunch."
        phone.leg_ends("customer", LegRole.CUSTOMER, remote=True)
        await box.until_agent("ann", status="Available", next_status="Lunch", activity="after_contact_work")
        await box.call("agent.clear", agent="ann")
        await box.until_agent("ann", status="Lunch", next_status=None)

    play(tmp_path, scene)


def test_agent_without_a_phone_when_logged_in_and_out_then_sits_only_meanwhile(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.call("queue.add", queue="sales")
        await box.call("extension.add", extension="105")
        await box.call("agent.add", agent="kim", queues=["sales"])
        login = await with_pin(box, "kim")
        assert plan(box)["desks"] == {login: None}
        assert (await refusal(box, "agent.login", agent="kim")).kind == "invalid"
        await box.call("agent.login", agent="kim", extension="105")
        assert plan(box)["desks"] == {login: "105"}
        row = await box.call("agent.logout", agent="kim")
        assert (row["extension"], row["status"]) == (None, "Offline")
        assert plan(box)["extensions"] == {"105": None}

    play(tmp_path, scene)


# ── statuses by command ──────────────────────────────────────────────────────────────────────────────────────────


def test_status_when_unknown_then_is_refused_with_what_is_meant(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("ann")
        assert "did you mean 'Lunch'?" in str(await refusal(box, "agent.status", agent="ann", status="Launch"))
        error = await refusal(box, "agent.status", agent="ann", status="Xyzzy")
        assert "there are Available, Offline, Break, Lunch" in str(error)
        assert (await box.call("agent.status", agent="ann", status="available"))["status"] == "Available"
        await box.call("agent_status.add", status="Training", description="At school")
        await box.call("agent.status", agent="ann", status="5")
        assert (await box.call("agent.status", agent="ann"))["status"] == "Training"
        await box.call("agent_status.add", status="Training", enabled=False)
        assert (await refusal(box, "agent.status", agent="ann", status="Training")).kind == "not_found"
        rows = await box.call("agent_status.list")
        assert rows[-1] == {
            "status": "Training",
            "order": 5,
            "type": "CUSTOM",
            "state": "DISABLED",
            "description": "At school",
        }
        await box.call("agent_status.remove", status="Training")
        assert (await refusal(box, "agent_status.remove", status="Training")).kind == "not_found"
        assert (await refusal(box, "agent_status.remove", status="Offline")).kind == "conflict"

    play(tmp_path, scene)


# ── after-contact work ───────────────────────────────────────────────────────────────────────────────────────────


async def worked(box: Harness, process: FakeContact, **limits: Any) -> ContactId:
    """A contact that ann has talked with and now works on."""
    await box.staff("ann", **limits)
    contact = process.begin()
    await process.enter_queue()
    offer = await process.offered()
    process.answered(offer)
    await box.until_agent("ann", activity="on_contact")
    process.hung_up(offer)
    await box.until_agent("ann", activity="after_contact_work")
    return contact


def test_wrap_up_when_extended_and_ended_by_telephone_then_the_record_says_so(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process, phone = await box.process(0), await box.process(1)
        contact = await worked(box, process, wrap_up_s=30)
        code = await dials(box, phone, "101", "ann")
        said = await box.call("feature.agent.extend_wrap_up", contact=code, parameters={"argument": "5"})
        assert said["sentence"] == "You have 5 more minutes."
        (extended,) = await box.events(contact, "AfterContactWorkExtended")
        assert (extended["agent"], extended["seconds"]) == ("ann", 300.0)
        said = await box.call("feature.agent.end_wrap_up", contact=code)
        assert said["sentence"] == "Your after-call work has ended."
        await box.closed(contact)
        for op in ("end_wrap_up", "extend_wrap_up"):
            error = await refusal(box, f"feature.agent.{op}", contact=code)
            assert error.sentence == "You have no after-call work."

    play(tmp_path, scene)


def test_wrap_up_when_extended_by_command_then_more_is_left_unless_it_has_no_limit(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await worked(box, await box.process(0), wrap_up_s=30)
        row = await box.call("agent.extend", agent="ann", seconds=100)
        assert 100 < row["wrap_up_left_s"] <= 130
        await box.call("agent.clear", agent="ann")
        error = await refusal(box, "agent.extend", agent="ann")
        assert error.kind == "conflict"

    play(tmp_path, scene)


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_disposition_when_given_during_and_after_the_work_then_the_latest_is_in_the_record(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process, phone = await box.process(0), await box.process(1)
        contact = await worked(box, process, wrap_up_s=0)
        await box.call("disposition.add", code="1", name="Done")
        await box.call("disposition.add", code="1", name="Sold", queue="sales")
        await box.call("disposition.add", code="22", name="Call again")
        code = await dials(box, phone, "101", "ann")
        said = await box.call("feature.contact.disposition", contact=code, parameters={"argument": "1"})
        assert said == {"name": "Sold", "sentence": "The result is: Sold."}
        await box.call("contact.note", contact=contact, text="Wants a bigger one")
        await box.call("agent.clear", agent="ann")
        first = (await box.closed(contact))["record"]
        told = first["Linekeeper"]
        assert (told["Disposition"]["Code"], told["Disposition"]["Agent"]) == ("1", "ann")
        said = await box.call("feature.contact.disposition", contact=code, parameters={"argument": "22"})
        assert said["name"] == "Call again"
        await box.call("contact.note", contact=contact, text="Second thought", agent="bob")
        later = (await box.shown(contact) or {})["record"]
        assert later["Linekeeper"]["Disposition"]["Name"] == "Call again"
        assert later["SegmentAttributes"]["linekeeper:Disposition"] == {"ValueString": "Call again"}
        assert [note["Text"] for note in later["Linekeeper"]["Notes"]] == ["Wants a bigger one", "Second thought"]
        assert later["LastUpdateTimestamp"] >= first["LastUpdateTimestamp"]
        same = ("InitiationTimestamp", "DisconnectTimestamp", "Agent", "Queue", "DisconnectReason")
        assert [later[key] for key in same] == [first[key] for key in same]

    play(tmp_path, scene)


def test_disposition_when_unknown_then_says_what_there_is(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process, phone = await box.process(0), await box.process(1)
        contact = await worked(box, process, wrap_up_s=0)
        error = await refusal(box, "contact.disposition", contact=contact, code="7")
        assert "linekeeper disposition add" in str(error)
        await box.call("disposition.add", code="17", name="Sold")
        error = await refusal(box, "contact.disposition", contact=contact, code="7")
        assert "did you mean 17 (Sold)?" in str(error)
        assert (await refusal(box, "contact.disposition", contact="none", code="1")).kind == "not_found"
        code = await dials(box, phone, "101", "ann")
        for argument in ("7", "x", "99999"):
            error = await refusal(box, "feature.contact.disposition", contact=code, parameters={"argument": argument})
            assert error.sentence == "There is no such result code."

    play(tmp_path, scene)
