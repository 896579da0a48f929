"""Callbacks in a real switchboard with fake contact processes: place, lease, attempts, and what a restart leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, Json, play

from appliance import clock
from appliance.contact import protocol
from appliance.errors import RequestError
from appliance.events import DisconnectReason
from appliance.ids import ContactId, QueueId
from appliance.stamps import Stamp

TRUNK = '[[trunks]]\nname = "acme"\nkind = "static"\nhost = "127.0.0.2"\n'
NUMBER = "+12065550100"
SALES = QueueId("sales")


def played(folder: Path, scene: Callable[[Harness], Awaitable[None]]) -> None:
    """Run `scene` in a box with a trunk and agents kim and lee, who are not available yet."""

    async def performance(box: Harness) -> None:
        await box.stop()
        box.write_config(TRUNK)
        await box.start()
        await box.staff("kim", "lee", available=False, wrap_up_s=0.1)
        await scene(box)

    play(folder, performance)


async def available(box: Harness, *agents: str) -> None:
    for agent in agents:
        await box.call("agent.status", agent=agent, status="Available")


async def callback(box: Harness, name: str) -> Json:
    rows: list[Json] = await box.call("callback.list")
    return next((row for row in rows if row["errand"] == name), {})


async def until_callback(box: Harness, name: str, **wanted: object) -> Json:
    async def fits() -> Json | None:
        row = await callback(box, name)
        return row if wanted.items() <= row.items() else None

    found: Json = await box.until(fits, f"callback {name} {wanted}")
    return found


async def waiting_customer(box: Harness, slot: int) -> FakeContact:
    process = await box.process(slot)
    process.begin()
    await process.enter_queue()
    await process.settled()
    return process


def stamp_of(event: Json) -> Stamp:
    """When an event of `contact show` happened."""
    now = clock.now()
    return Stamp(boot=now.boot, mono_s=event["mono_s"], wall_s=event["wall_s"], synced=True)


async def restart(box: Harness, *processes: FakeContact) -> None:
    await box.stop()
    for process in processes:
        await process.disconnect()
    await box.start()
    for process in processes:
        await process.connect()


def test_callback_when_a_waiting_customer_asked_then_called_in_the_old_place(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        first = await waiting_customer(box, 0)
        second = await waiting_customer(box, 1)
        asked_by = first.contact
        since = (await box.events(asked_by, "QueueRequested"))[0]
        back = first.ask_back(waiting_since=stamp_of(since), max_attempts=1)
        await until_callback(box, back, state="queued")
        assert box.switchboard is not None
        assert list(box.switchboard.under_way.routing.acd.waiting(SALES)) == [back, second.contact]
        await available(box, "kim")
        command = await first.asked_to_call()
        assert (command.contact, command.number, command.method) == (back, NUMBER, "CALLBACK")
        first.agent_takes(command)
        first.customer_answers()
        await until_callback(box, back, state="connected")
        assert second.count(protocol.OfferContact) == 0
        first.call_ends(command, DisconnectReason.CUSTOMER_DISCONNECT)
        await until_callback(box, back, state="done", outcomes=["answered"])
        record = (await box.closed(back))["record"]
        assert (record["InitiationMethod"], record["PreviousContactId"]) == ("CALLBACK", asked_by)
        assert record["Queue"]["DequeueTimestamp"] is not None
        assert record["Agent"]["Username"] == "kim"
        assert record["ConnectedToSystemTimestamp"] is not None
        before = (await box.closed(asked_by))["record"]
        assert (before["NextContactId"], before["Agent"]) == (back, None)

    played(tmp_path, scene)


def test_callback_when_there_is_a_delay_then_scheduled_until_then(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await waiting_customer(box, 0)
        await available(box, "kim")
        row = await box.call("callback.add", number="(206) 555-0100", queue="sales", delay_s=1.0, name="Han")
        assert (row["state"], row["number"]) == ("scheduled", NUMBER)
        assert box.switchboard is not None
        shown = await box.call("status")
        assert shown["queues"][0]["contacts_scheduled"] == 1
        process.abandoned()
        await box.until_agent("kim", activity="idle")
        asked = await process.asked_to_call()
        shown = await box.shown(asked.contact)
        assert shown is not None
        planned, queued = (
            next(event["mono_s"] for event in shown["events"] if event["type"] == kind)
            for kind in ("AttemptPlanned", "ContactQueued")
        )
        assert 0.95 < queued - planned < 5
        process.agent_takes(asked)
        process.call_ends(asked, DisconnectReason.TELECOM_BUSY)
        await until_callback(box, row["errand"], state="failed", outcomes=["busy"])

    played(tmp_path, scene)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (DisconnectReason.TELECOM_BUSY, "busy"),
        (DisconnectReason.TELECOM_UNANSWERED, "no_answer"),
        (DisconnectReason.TELECOM_PROBLEM, "unreachable"),
    ],
)
def test_attempt_when_it_comes_to_nothing_then_another_follows_and_the_last_one_fails(
    tmp_path: Path, reason: DisconnectReason, outcome: str
) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, queue="sales", attempts=2, retry_s=1.0))["errand"]
        first = await process.asked_to_call()
        process.agent_takes(first)
        process.call_ends(first, reason)
        second = await process.asked_to_call()
        assert second.contact != first.contact
        assert (second.previous, second.initial) == (first.contact, first.contact)
        process.agent_takes(second)
        process.call_ends(second, reason)
        row = await until_callback(box, name, state="failed")
        assert row["outcomes"] == [outcome, outcome]
        record = (await box.closed(first.contact))["record"]
        assert record["NextContactId"] == second.contact
        assert record["Linekeeper"]["Errand"]["Outcome"] == outcome
        assert (await box.closed(second.contact))["record"]["NextContactId"] is None

    played(tmp_path, scene)


def test_offer_when_the_agent_does_not_answer_then_the_next_one_is_rung_for_the_same_attempt(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await available(box, "kim", "lee")
        name = (await box.call("callback.add", number=NUMBER, queue="sales"))["errand"]
        first = await process.asked_to_call()
        assert first.agent == "kim"
        process.agent_misses(first)
        second = await process.asked_to_call()
        assert (second.agent, second.contact) == ("lee", first.contact)
        assert second.seq > 0
        assert second.offer != first.offer
        process.agent_takes(second)
        process.customer_answers()
        process.call_ends(second, DisconnectReason.CUSTOMER_DISCONNECT)
        await until_callback(box, name, state="done")
        record = (await box.closed(second.contact))["record"]
        assert record["AgentConnectionAttempts"] == 2
        assert [offer["Outcome"] for offer in record["Linekeeper"]["Offers"]] == ["no_answer", "connected"]
        assert (await box.agent("kim"))["activity"] == "missed"

    played(tmp_path, scene)


def test_offer_when_no_process_is_free_then_the_callback_waits_on(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, queue="sales"))["errand"]
        await until_callback(box, name, state="queued")
        process = await box.process(0)
        command = await process.asked_to_call()
        assert command.contact == name
        process.agent_takes(command)
        process.call_ends(command, DisconnectReason.CUSTOMER_DISCONNECT)
        await until_callback(box, name, state="done")

    played(tmp_path, scene)


def test_process_when_it_begins_too_late_then_it_must_stop_ringing(tmp_path: Path) -> None:
    """Its answer came after the switchboard had given it up: the lease is void, and there is a new one or none."""

    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, queue="sales"))["errand"]
        late = await process.expect(protocol.OriginateContact)
        await until_callback(box, name, state="queued")
        process.begin_late(late)
        withdrawn = await process.expect(protocol.WithdrawOffer)
        assert (withdrawn.contact, withdrawn.offer) == (name, late.offer)
        process.agent_misses(late, cause="withdrawn")
        again = await process.asked_to_call()
        assert again.contact == name
        process.agent_takes(again)
        process.call_ends(again, DisconnectReason.CUSTOMER_DISCONNECT)
        await until_callback(box, name, state="done", attempt=1)

    played(tmp_path, scene)


def test_restart_when_a_callback_is_scheduled_or_waits_then_it_goes_on(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await waiting_customer(box, 0)
        now = (await box.call("callback.add", number=NUMBER, queue="sales"))["errand"]
        later = (await box.call("callback.add", number=NUMBER, queue="sales", delay_s=3600))["errand"]
        await restart(box, process)
        assert box.switchboard is not None
        await box.switchboard.under_way.routing.deciding.wait()
        assert list(box.switchboard.under_way.routing.acd.waiting(SALES)) == [process.contact, now]
        assert (await callback(box, later))["state"] == "scheduled"
        assert [event["type"] for event in await box.events(now)].count("QueueRequested") == 1
        assert [event["type"] for event in await box.events(later)].count("AttemptPlanned") == 1
        await box.call("callback.cancel", callback=later)
        await box.closed(later)

    played(tmp_path, scene)


def test_restart_when_the_lease_was_given_but_nobody_began_then_called_once(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, queue="sales"))["errand"]
        lost = await process.expect(protocol.OriginateContact)  # the process never gets to read it
        assert (await callback(box, name))["state"] == "offered"
        await restart(box, process)
        again = await process.asked_to_call()
        assert (again.contact, again.offer) == (lost.contact, f"{name}/2")
        process.agent_takes(again)
        process.call_ends(again, DisconnectReason.CUSTOMER_DISCONNECT)
        await until_callback(box, name, state="done", attempt=1)

    played(tmp_path, scene)


def test_restart_when_the_agent_rings_or_talks_then_the_same_attempt_goes_on(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, queue="sales"))["errand"]
        command = await process.asked_to_call()
        await process.settled()
        await restart(box, process)
        process.agent_takes(command)
        await until_callback(box, name, state="dialled")
        await restart(box, process)
        process.customer_answers()
        process.call_ends(command, DisconnectReason.CUSTOMER_DISCONNECT)
        await until_callback(box, name, state="done")
        await box.closed(command.contact)
        assert process.count(protocol.OriginateContact) == 1

    played(tmp_path, scene)


def test_restart_when_the_call_ended_meanwhile_then_its_outcome_counts_once(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, queue="sales", attempts=2, retry_s=3600))["errand"]
        command = await process.asked_to_call()
        process.agent_takes(command)
        await until_callback(box, name, state="dialled")
        await box.stop()
        await process.disconnect()
        process.call_ends(command, DisconnectReason.TELECOM_BUSY)
        await box.start()
        await process.connect()
        row = await until_callback(box, name, state="scheduled", attempt=2)
        assert row["outcomes"] == ["busy"]
        await restart(box, process)
        assert await callback(box, name) == row

    played(tmp_path, scene)


@pytest.mark.parametrize("taken", [False, True])
def test_process_when_it_dies_then_the_attempt_counts_only_if_an_agent_had_taken_it(
    tmp_path: Path, taken: bool
) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0, own_process=True)
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, queue="sales", attempts=2, retry_s=3600))["errand"]
        command = await process.asked_to_call()
        if taken:
            process.agent_takes(command)
        await process.settled()
        await process.kill()
        row = await until_callback(box, name, state="scheduled")
        assert row["contact"] != command.contact
        assert (row["attempt"], row["outcomes"]) == ((2, ["unreachable"]) if taken else (1, []))
        assert (await box.closed(command.contact))["record"]["Linekeeper"]["MediaFailed"] is not None

    played(tmp_path, scene)


def test_process_when_it_died_unheard_between_answer_and_restart_then_its_journal_tells(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0, own_process=True)
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, queue="sales", attempts=2, retry_s=3600))["errand"]
        command = await process.asked_to_call()
        await process.settled()
        await box.stop()
        await process.disconnect()
        process.agent_takes(command)  # in the journal only
        await process.kill()
        await box.start()
        row = await until_callback(box, name, state="scheduled", attempt=2)
        assert row["outcomes"] == ["unreachable"]

    played(tmp_path, scene)


@pytest.mark.parametrize("when", ["scheduled", "queued", "ringing", "dialled"])
def test_callback_when_cancelled_then_nobody_is_called_any_more(tmp_path: Path, when: str) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        delay_s = 3600.0 if when == "scheduled" else 0.0
        name = (await box.call("callback.add", number=NUMBER, queue="sales", delay_s=delay_s, attempts=3))["errand"]
        command = None
        if when in ("ringing", "dialled"):
            await available(box, "kim")
            command = await process.asked_to_call()
            await process.settled()
        if when == "dialled" and command is not None:
            process.agent_takes(command)
            await until_callback(box, name, state="dialled")
        row = await box.call("callback.cancel", callback=name)
        if command is None:
            assert row["state"] == "cancelled"
            assert (await box.closed(ContactId(name)))["record"]["DisconnectReason"] == "OTHER"
            counted = await box.call("metrics.query", metrics=["CONTACTS_QUEUED", "CONTACTS_ABANDONED"])
            assert list(counted["rows"][0]["values"].values()) == [1 if when == "queued" else 0, 0]
        elif when == "ringing":
            assert (await process.expect(protocol.HangUpContact)).contact == name
            process.agent_misses(command, cause="abandoned")
        else:
            process.call_ends(command, DisconnectReason.TELECOM_BUSY)
            await until_callback(box, name, state="failed", outcomes=["busy"])
        with pytest.raises(RequestError, match="over"):
            await box.call("callback.cancel", callback=name)

    played(tmp_path, scene)


def test_callback_when_asked_for_by_hand_then_the_dial_plan_decides(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        for number, word in (("911", "emergency"), ("101", "extension"), ("12", "no phone number")):
            with pytest.raises(RequestError, match=word):
                await box.call("callback.add", number=number, queue="sales")
        with pytest.raises(RequestError, match="queue"):
            await box.call("callback.add", number=NUMBER, queue="nowhere")
        with pytest.raises(RequestError, match="not both"):
            await box.call("callback.add", number=NUMBER, queue="sales", agent="kim")
        assert await box.call("callback.list") == []

    played(tmp_path, scene)


def test_callback_when_for_one_agent_then_nobody_else_is_rung(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await available(box, "kim")
        name = (await box.call("callback.add", number=NUMBER, agent="lee"))["errand"]
        await until_callback(box, name, state="queued")
        await available(box, "lee")
        command = await process.asked_to_call()
        assert command.agent == "lee"
        process.agent_takes(command)
        process.call_ends(command, DisconnectReason.CUSTOMER_DISCONNECT)
        await until_callback(box, name, state="done")

    played(tmp_path, scene)


def test_wish_when_told_again_after_the_callback_is_over_then_nobody_is_called_again(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await waiting_customer(box, 0)
        back = process.ask_back()
        await until_callback(box, back, state="queued")
        await box.call("callback.cancel", callback=back)
        await box.closed(back)
        await restart(box, process)
        assert box.switchboard is not None
        await box.switchboard.under_way.routing.deciding.wait()
        await asyncio.sleep(0)
        assert (await callback(box, back))["state"] == "cancelled"
        assert box.switchboard.outbound.errands.under_way() == ()

    played(tmp_path, scene)
