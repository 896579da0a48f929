"""Campaigns in a real switchboard with fake contact processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, Json, play

from appliance.contact import protocol
from appliance.errors import RequestError
from appliance.events import DisconnectReason
from appliance.ids import AgentId
from appliance.switchboard.errands import campaigns

TRUNK = '[[trunks]]\nname = "acme"\nkind = "static"\nhost = "127.0.0.2"\n'
ANN, BOB, CAT = "+12065550101", "+12065550102", "+12065550103"
LIST = f"number,name,policy\n{ANN},Ann,P-1\n{BOB},Bob,P-2\n{CAT},Cat,P-3\n"
OPEN = {True: "00:00-{1:02}:00", False: "{0:02}:00-24:00"}
ALWAYS = ["mon-sun 00:00-24:00"]


def played(folder: Path, scene: Callable[[Harness], Awaitable[None]]) -> None:
    """Run `scene` in a box with a trunk, agent kim and campaign spring (stopped, without a list)."""

    async def performance(box: Harness) -> None:
        await box.stop()
        box.write_config(TRUNK)
        await box.start()
        await box.staff("kim", available=False, wrap_up_s=0.1)
        await box.call("campaign.add", campaign="spring", queue="sales", hours=ALWAYS, attempts=2, pause_s=3600)
        await scene(box)

    play(folder, performance)


async def shown(box: Harness) -> Json:
    found: Json = await box.call("campaign.show", campaign="spring")
    return found


async def until_record(box: Harness, number: str, **wanted: object) -> Json:
    async def fits() -> Json | None:
        record = next(row for row in (await shown(box))["list"] if row["number"] == number)
        return record if wanted.items() <= record.items() else None

    found: Json = await box.until(fits, f"record {number} {wanted}")
    return found


async def started(box: Harness, text: str = LIST) -> FakeContact:
    """The campaign runs, kim is available, one process is there."""
    process = await box.process(0)
    await box.call("campaign.import", campaign="spring", text=text)
    await box.call("campaign.start", campaign="spring")
    await box.call("agent.status", agent="kim", status="Available")
    return process


def test_campaign_when_it_runs_then_records_are_shown_and_called_in_their_order(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await started(box)
        for number, reason, state, outcomes in (
            (ANN, DisconnectReason.CUSTOMER_DISCONNECT, "done", ["answered"]),
            (BOB, DisconnectReason.TELECOM_BUSY, "scheduled", ["busy"]),
            (CAT, DisconnectReason.CONTACT_FLOW_DISCONNECT, "scheduled", []),
        ):
            command = await process.asked_to_call()
            assert (command.number, command.method, command.outbound_flow) == (number, "OUTBOUND", "campaign_preview")
            assert command.attributes["campaign"] == "spring"
            assert command.attributes["policy"].startswith("P-")
            process.agent_takes(command)
            process.call_ends(command, reason)
            record = await until_record(box, number, state=state)
            assert record["outcomes"] == outcomes
            made = (await box.closed(command.contact))["record"]
            assert made["Campaign"] == {"CampaignId": "spring"}
        row = await shown(box)
        assert (row["done"], row["to_call"], row["records"]) == (1, 2, 3)
        assert {entry["outcome"]: entry["records"] for entry in row["outcomes"]} == {"answered": 1, "busy": 1}
        bob, cat = [entry for entry in row["list"] if entry["number"] in (BOB, CAT)]
        assert (bob["attempt"], cat["attempt"]) == (2, 1)

    played(tmp_path, scene)


def test_list_when_imported_then_bad_rows_are_told_and_numbers_come_once(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.call("dnc.add", numbers=["206-555-0109"], note="register")
        await box.call("dnc.add", numbers=["206-555-0108"], campaign="spring")
        text = f"number,name\n{ANN},Ann\n911,Help\n(206) 555-0101,Twice\n+12065550109,No\n+12065550108,Nor\n{BOB},Bob\n"
        result = await box.call("campaign.import", campaign="spring", text=text)
        assert result["imported"] == 2
        reasons = {row["line"]: row["reason"] for row in result["rejected"]}
        assert sorted(reasons) == [3, 4, 5, 6]
        assert "emergency" in reasons[3]
        assert "already" in reasons[4]
        assert "do-not-call" in reasons[5]
        assert "do-not-call" in reasons[6]
        again = await box.call("campaign.import", campaign="spring", text=text)
        assert again["imported"] == 0
        assert [row["number"] for row in (await shown(box))["list"]] == [ANN, BOB]

    played(tmp_path, scene)


def test_number_when_struck_while_on_the_list_or_about_to_be_called_then_never_called(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await started(box)
        first = await process.asked_to_call()
        assert first.number == ANN
        await process.settled()
        result = await box.call("dnc.add", numbers=[ANN, BOB])
        assert result["added"] == 2
        assert (await process.expect(protocol.HangUpContact)).contact == first.contact
        process.agent_misses(first, cause="abandoned")
        await until_record(box, ANN, state="cancelled", outcomes=["do_not_call"])
        await until_record(box, BOB, state="cancelled", outcomes=["do_not_call"])
        await box.call("agent.clear", agent="kim")
        second = await process.asked_to_call()
        assert second.number == CAT
        assert (await box.call("dnc.check", number="(206) 555-0101"))["callable"] is False
        await box.call("dnc.remove", number=ANN)
        assert (await box.call("dnc.check", number=ANN))["callable"] is True

    played(tmp_path, scene)


def test_record_when_it_is_night_there_then_the_next_one(tmp_path: Path) -> None:
    """One zone is closed at any time with these hours; the record of it is put off to its opening."""

    async def scene(box: Harness) -> None:
        hour = datetime.now(UTC).hour
        early = hour < 12
        await box.call("campaign.add", campaign="spring", hours=[f"mon-sun {OPEN[early].format(hour, hour + 2)}"])
        closed = "Etc/GMT-12" if early else "Etc/GMT+12"  # half a day ahead, half a day behind
        text = f"number,zone\n{ANN},{closed}\n{BOB},UTC\n"
        process = await started(box, text)
        assert (await process.asked_to_call()).number == BOB
        record = await until_record(box, ANN, state="scheduled")
        assert record["due"] > record["asked"]

    played(tmp_path, scene)


def test_campaign_when_a_caller_waits_or_nobody_is_free_then_no_record_is_offered(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        caller = await box.process(1)
        caller.begin()
        await caller.enter_queue()
        process = await started(box)
        offer = await caller.offered()
        caller.answered(offer)
        await box.until_agent("kim", activity="on_contact")
        assert process.count(protocol.OriginateContact) == 0
        assert (await shown(box))["under_way"] == 0
        caller.hung_up(offer)
        assert (await process.asked_to_call()).number == ANN

    played(tmp_path, scene)


def test_record_when_nobody_takes_it_then_recalled_and_the_campaign_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent who may be offered contacts of some age only is free, but not for a record."""
    monkeypatch.setattr(campaigns, "PATIENCE_S", 0.5)

    async def scene(box: Harness) -> None:
        await box.call("routing_profile.add", profile="slow", queues=[{"queue": "sales", "delay_s": 3600}])
        await box.call("agent.add", agent="kim", extension="101", profile="slow")
        process = await started(box)
        queued = await until_record(box, ANN, state="queued")
        back = await until_record(box, ANN, state="scheduled")
        assert (back["attempt"], back["outcomes"], back["contact"]) == (1, [], None)
        ended = (await box.closed(queued["contact"]))["record"]
        assert ended["Agent"] is None
        assert (ended["NextContactId"], ended["Queue"]["Name"]) == (None, "sales")
        counted = await box.call("metrics.query", metrics=["CONTACTS_QUEUED", "CONTACTS_ABANDONED"])
        assert list(counted["rows"][0]["values"].values()) == [1, 0]
        assert process.count(protocol.OriginateContact) == 0
        await box.call("campaign.add", campaign="spring")  # has the campaigns looked at again
        assert (await shown(box))["under_way"] == 0

    played(tmp_path, scene)


def test_campaign_when_stopped_then_nobody_else_is_called(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await started(box)
        command = await process.asked_to_call()
        with pytest.raises(RequestError, match="stop it first"):
            await box.call("campaign.remove", campaign="spring")
        await box.call("campaign.stop", campaign="spring")
        process.agent_takes(command)
        process.call_ends(command, DisconnectReason.TELECOM_BUSY)
        await until_record(box, ANN, state="scheduled", attempt=2)
        await box.closed(command.contact)
        await box.until_agent("kim", activity="idle")
        assert process.count(protocol.OriginateContact) == 1
        await box.call("campaign.remove", campaign="spring")
        assert await box.call("campaign.list") == []

    played(tmp_path, scene)


def test_restart_when_a_record_is_being_called_then_once_and_the_campaign_goes_on(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await started(box)
        command = await process.asked_to_call()
        process.agent_takes(command)
        await process.settled()
        await box.stop()
        await process.disconnect()
        await box.start()
        await process.connect()
        process.customer_answers()
        process.call_ends(command, DisconnectReason.CUSTOMER_DISCONNECT)
        await until_record(box, ANN, state="done")
        assert (await process.asked_to_call()).number == BOB
        assert process.count(protocol.OriginateContact) == 2

    played(tmp_path, scene)


@pytest.mark.parametrize("late", [False, True])
def test_disposition_when_the_campaign_has_a_rule_for_it_then_called_again_or_never(tmp_path: Path, late: bool) -> None:
    async def scene(box: Harness) -> None:
        await box.call("campaign.add", campaign="spring", again_s={"12": 7200.0}, never=["13"])
        for code, name in (("12", "later"), ("13", "never")):
            await box.call("disposition.add", code=code, name=name)
        process = await started(box)
        for number, code in ((ANN, "12"), (BOB, "13")):
            command = await process.asked_to_call()
            process.agent_takes(command)
            process.customer_answers()
            await process.settled()
            if not late:
                await box.call("contact.disposition", contact=command.contact, code=code, agent=AgentId("kim"))
            process.call_ends(command, DisconnectReason.CUSTOMER_DISCONNECT)
            if late:
                await box.closed(command.contact)
                await box.call("contact.disposition", contact=command.contact, code=code, agent=AgentId("kim"))
            if code == "12":
                record = await until_record(box, number, state="scheduled", attempt=2)
                assert record["due"] > record["asked"]
            else:

                async def struck() -> bool:
                    return not (await box.call("dnc.check", number=BOB, campaign="spring"))["callable"]

                await box.until(struck, "the number is struck")

    played(tmp_path, scene)


def test_preview_when_answered_by_command_then_the_process_is_told(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await started(box)
        command = await process.asked_to_call()
        process.agent_takes(command)
        await process.settled()
        await box.call("campaign.answer", contact=command.contact, call=False)
        told = await process.expect(protocol.AnswerPreview)
        assert (told.contact, told.call) == (command.contact, False)
        with pytest.raises(RequestError, match="nobody is shown"):
            await box.call("campaign.answer", contact="nobody", call=True)

    played(tmp_path, scene)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"campaign": "x"}, "needs a queue"),
        ({"campaign": "x", "queue": "nowhere"}, "queue"),
        ({"campaign": "x", "queue": "sales", "hours": ["always"]}, "no hours"),
        ({"campaign": "x", "queue": "sales", "hours": ["mon-fri 18:00-09:00"]}, "after the beginning"),
        ({"campaign": "x", "queue": "sales", "pauses_s": {"rain": 5.0}}, "no outcome"),
        ({"campaign": "x", "queue": "sales", "zone": "Mars/Olympus"}, "time zone"),
        ({"campaign": "x", "queue": "sales", "flow": "none"}, "flow"),
    ],
)
def test_campaign_when_it_makes_no_sense_then_refused(tmp_path: Path, given: Json, word: str) -> None:
    async def scene(box: Harness) -> None:
        with pytest.raises(RequestError, match=word):
            await box.call("campaign.add", **given)

    played(tmp_path, scene)
