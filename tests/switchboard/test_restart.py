"""Contacts and the end of processes: the switchboard's, a contact process's, or both."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, play

from appliance import events as said
from appliance.contact import protocol
from appliance.ids import AgentId, Extension, OfferId, QueueId


async def restart(box: Harness, *processes: FakeContact) -> None:
    """The switchboard goes and comes; the processes come back in the order given."""
    await box.stop()
    for process in processes:
        await process.disconnect()
    await box.start()
    for process in processes:
        await process.connect()


def test_restart_when_contacts_wait_then_order_and_times_stay(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", available=False)
        first, second, third = [await box.process(slot) for slot in range(3)]
        waiting = []
        for process in (first, second, third):
            waiting.append(process.begin())
            await process.enter_queue()
            await process.settled()
        assert box.switchboard is not None
        before = box.switchboard.under_way.routing.acd.waiting(QueueId("sales"))
        assert list(before) == waiting
        await restart(box, third, second)
        assert (await box.call("status"))["adopting"]
        await first.connect()
        await box.call("agent.status", agent="kim", status="Available")
        assert list(box.switchboard.under_way.routing.acd.waiting(QueueId("sales"))) == waiting
        assert (await first.offered()).agent == "kim"
        assert second.count(protocol.OfferContact) == third.count(protocol.OfferContact) == 0
        queued = await box.events(waiting[0], "QueueRequested")
        snapshot = box.switchboard.under_way.routing.acd.queue_snapshot(QueueId("sales"), queued[0]["mono_s"] + 100)
        assert snapshot is not None
        assert 99 < snapshot.oldest_age_s < 100.1

    play(tmp_path, scene)


def test_restart_when_talking_then_call_is_adopted_and_closed_as_if_nothing_was(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", wrap_up_s=0.2)
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        await process.settled()
        await box.stop()
        await process.disconnect()
        process.emit(said.CustomerHeld(by=AgentId("kim")))
        await box.start()
        await process.connect()
        await box.until_agent("kim", activity="on_contact", contact=contact, status="Available")
        process.emit(said.CustomerResumed(by=AgentId("kim")))
        process.hung_up(offer)
        record = (await box.closed(contact))["record"]
        assert record["Agent"]["NumberOfHolds"] == 1
        assert record["Linekeeper"]["MediaFailed"] is None

    play(tmp_path, scene)


@pytest.mark.parametrize("other", ["ann", "lee"])  # restored before the one who rings, or after
def test_restart_when_agent_rings_then_answer_counts_and_nobody_else_is_rung(tmp_path: Path, other: str) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", other)
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        await process.settled()
        await restart(box, process)
        await box.until_agent("kim", activity="ringing", contact=contact)
        process.answered(offer)
        await box.until_agent("kim", activity="on_contact", contact=contact)
        assert process.count(protocol.OfferContact) == 1

    play(tmp_path, scene)


def test_restart_when_an_offer_was_answered_that_nobody_knows_of_then_agent_is_on_the_contact(tmp_path: Path) -> None:
    """The switchboard died between making the offer and storing that it rings."""

    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee", wrap_up_s=0.2)
        process = await box.process(0)
        await box.call("agent.status", agent="kim", status="Offline")
        await box.call("agent.status", agent="lee", status="Offline")
        contact = process.begin()
        await process.enter_queue()
        await process.settled()
        await box.stop()
        await process.disconnect()
        offer = process.rings(OfferId(f"{contact}/1"), AgentId("kim"), Extension("101"))
        process.answered(offer)
        await box.start()
        await process.connect()
        await box.until_agent("kim", activity="on_contact", contact=contact)
        status = await box.call("status")
        assert status["queues"][0]["contacts_in_queue"] == 0
        assert process.count(protocol.OfferContact) == 0
        process.hung_up(offer)
        record = (await box.closed(contact))["record"]
        assert record["Agent"]["AfterContactWorkEndTimestamp"], "the queue's own time limit, not the default one"

    play(tmp_path, scene)


def test_restart_when_contact_ends_before_everybody_is_back_then_its_wrap_up_is_in_the_record(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", wrap_up_s=0.2)
        talking, away = await box.process(0), await box.process(1)
        contact = talking.begin()
        await talking.enter_queue()
        offer = await talking.offered()
        talking.answered(offer)
        away.begin()
        await talking.settled()
        await away.settled()
        await restart(box, talking)
        assert (await box.call("status"))["adopting"]
        talking.hung_up(offer)
        await talking.settled()
        assert box.switchboard is not None
        assert box.switchboard.under_way.routing.held
        await away.connect()
        record = (await box.closed(contact))["record"]
        assert record["Agent"]["AfterContactWorkEndTimestamp"]

    play(tmp_path, scene)


def test_restart_when_agent_rings_and_misses_then_second_offer_has_a_new_id(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee")
        process = await box.process(0)
        process.begin()
        await process.enter_queue()
        first = await process.offered()
        await process.settled()
        await restart(box, process)
        process.missed(first)
        second = await process.offered()
        assert (second.agent, second.offer) == ("lee", OfferId(first.offer[:-1] + "2"))
        await box.until_agent("kim", activity="missed")

    play(tmp_path, scene)


def test_restart_when_in_wrap_up_then_it_ends_and_the_record_is_closed_once(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", wrap_up_s=1.0)
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        process.hung_up(offer)
        await box.until_agent("kim", activity="after_contact_work")
        await process.settled()
        await restart(box, process)
        assert (await box.shown(contact) or {})["record"] is None
        shown = await box.closed(contact)
        assert [event["type"] for event in shown["events"]].count("AfterContactWorkEnded") == 1
        assert [event["type"] for event in shown["events"]].count("ContactClosed") == 1
        assert shown["record"]["Linekeeper"]["MediaFailed"] is None

    play(tmp_path, scene)


def test_contact_when_lived_and_ended_without_a_switchboard_then_is_closed(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await box.stop()
        await process.disconnect()
        contact = process.begin()
        process.hung_up()
        await box.start()
        await process.connect()
        assert (await box.closed(contact))["record"]["DisconnectReason"] == "CUSTOMER_DISCONNECT"
        await process.settled()

    play(tmp_path, scene)


def test_contact_when_only_its_journal_is_left_then_is_closed_as_media_failure(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await box.stop()
        await process.disconnect()
        contact = process.begin()
        process.emit(said.QueueRequested(queue=QueueId("sales")))
        process.emit(said.ContactQueued(queue=QueueId("sales")))
        await process.close()
        await box.start()
        record = (await box.closed(contact))["record"]
        assert record["DisconnectReason"] == "TELECOM_PROBLEM"
        assert record["Linekeeper"]["PreDisconnectState"] == "IN_QUEUE"

    play(tmp_path, scene)


def test_process_when_it_dies_then_agent_is_free_and_record_is_a_media_failure(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", wrap_up_s=60)
        process = await box.process(0, own_process=True)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        await box.until_agent("kim", activity="on_contact")
        await process.kill()
        shown = await box.closed(contact)
        assert shown["record"]["DisconnectReason"] == "TELECOM_PROBLEM"
        assert shown["record"]["Linekeeper"]["PreDisconnectState"] == "CONNECTED"
        assert str(process.pid) in shown["record"]["Linekeeper"]["MediaFailed"]
        kinds = [event["type"] for event in shown["events"]]
        assert (kinds.count("ContactDisconnected"), kinds.count("ContactClosed")) == (1, 1)
        await box.until_agent("kim", activity="idle", status="Available")

    play(tmp_path, scene)


def test_process_when_it_dies_then_events_of_its_journal_are_not_lost(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0, own_process=True)
        contact = process.begin()
        await process.settled()
        await process.disconnect()
        process.emit(said.AttributesUpdated(attributes={"language": "ko"}))
        await process.kill()
        assert (await box.closed(contact))["record"]["Attributes"] == {"language": "ko"}

    play(tmp_path, scene)


def test_process_when_link_breaks_but_it_lives_then_nothing_is_closed(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = await box.process(0, own_process=True)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        await process.settled()
        await process.disconnect()

        async def away() -> bool:
            return bool((await box.call("status"))["processes"]["connected"] == 0)

        await box.until(away, "the link is seen to be closed")
        process.answered(offer)
        await process.connect()
        await box.until_agent("kim", activity="on_contact", contact=contact)
        assert await box.events(contact, "MediaFailed") == []

    play(tmp_path, scene)


def test_process_when_dead_at_start_then_others_are_served_and_it_is_repaired(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        dead, alive = await box.process(0, own_process=True), await box.process(1)
        lost = dead.begin()
        await dead.enter_queue()
        await dead.offered()
        await dead.settled()
        alive.begin()
        await alive.enter_queue()
        await alive.settled()
        await box.stop()
        await dead.kill()
        await alive.disconnect()
        await box.start()
        await alive.connect()
        assert (await box.closed(lost))["record"]["DisconnectReason"] == "TELECOM_PROBLEM"
        assert (await alive.offered()).agent == "kim"

    play(tmp_path, scene)


def test_command_when_process_is_away_then_is_delivered_on_return(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", available=False)
        process = await box.process(0, own_process=True)
        process.begin()
        await process.enter_queue()
        await process.settled()
        await process.disconnect()
        await box.call("agent.status", agent="kim", status="Available")
        await box.until_agent("kim", activity="ringing")
        await process.connect()
        assert (await process.offered()).agent == "kim"

    play(tmp_path, scene)


def test_gap_when_journal_has_the_missing_events_then_is_filled(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        await process.settled()
        await process.disconnect()
        process.emit(said.AttributesUpdated(attributes={"a": "1"}))
        process.emit(said.AttributesUpdated(attributes={"b": "2"}))
        del process.unacknowledged[0]
        await process.connect()

        async def whole() -> bool:
            return len(await box.events(contact, "AttributesUpdated")) == 2

        await box.until(whole, "both events are stored")
        process.hung_up()
        assert (await box.closed(contact))["record"]["Attributes"] == {"a": "1", "b": "2"}

    play(tmp_path, scene)


def test_recording_when_contact_ends_then_is_finished_and_listed(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        recording = process.record(0.5)
        process.emit(said.RecordingStopped(recording=recording, reason="contact ended"))
        process.hung_up()
        shown = await box.closed(contact)
        assert shown["record"]["Recordings"][0]["Status"] == "AVAILABLE"
        row = (await box.call("recording.list"))[0]
        assert (row["state"], row["contact"]) == ("finished", contact)
        assert abs(row["duration_s"] - 0.5) < 0.001
        assert Path(row["path"]).stat().st_size == row["bytes"]

    play(tmp_path, scene)


def test_recording_when_it_has_no_audio_then_contact_is_closed_and_it_is_lost(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        process.record(0.0)
        process.hung_up()
        await box.closed(contact)
        assert (await box.call("recording.list"))[0]["state"] == "lost"

    play(tmp_path, scene)


def test_restart_when_contact_waits_for_its_recording_then_it_is_finished_once(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        process.record(0.2)
        process.hung_up()
        await process.settled()
        await restart(box, process)
        shown = await box.closed(contact)
        assert [event["type"] for event in shown["events"]].count("RecordingFinished") == 1

    play(tmp_path, scene)


def test_restart_when_agent_of_a_waiting_contact_was_removed_then_contact_still_waits(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee")
        process = await box.process(0)
        process.begin()
        await process.enter_queue()
        offer = await process.offered()
        await box.call("agent.remove", agent="kim")
        assert (await process.expect(protocol.WithdrawOffer)).offer == offer.offer
        process.missed(offer, cause="withdrawn")
        assert (await process.offered()).agent == "lee"

    play(tmp_path, scene)


def test_spool_when_folder_of_a_closed_contact_was_left_then_is_cleared_at_start(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        copy = tmp_path / "copy"
        await process.settled()
        shutil.copytree(process.spool(contact), copy)
        process.hung_up()
        await box.closed(contact)
        await box.stop()
        shutil.rmtree(process.spool(contact), ignore_errors=True)
        shutil.copytree(copy, process.spool(contact))
        await box.start()
        assert not process.spool(contact).exists()

    play(tmp_path, scene)


def test_queued_contact_when_the_acceptance_was_lost_then_is_accepted_again(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff()
        process = await box.process(0)
        process.begin()
        process.emit(said.QueueRequested(queue=QueueId("sales")))
        await process.expect(protocol.AcceptIntoQueue)
        await process.settled()
        await process.disconnect()
        await process.connect()
        assert (await process.expect(protocol.AcceptIntoQueue)).position == 1

    play(tmp_path, scene)


def test_agent_when_connected_without_an_offer_then_is_released_without_wrap_up(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = await box.process(0)
        contact = process.begin()
        kim, at = AgentId("kim"), Extension("101")
        process.leg("agent-1", said.LegRole.AGENT, agent="kim", extension="101")
        process.emit(said.AgentConnected(agent=kim, extension=at))
        await box.until_agent("kim", activity="on_contact", contact=contact)
        process.emit(said.AgentLeft(agent=kim))
        await box.until_agent("kim", activity="idle")
        await asyncio.sleep(0)
        process.leg_ends("agent-1", said.LegRole.AGENT)
        process.hung_up()
        assert (await box.closed(contact))["record"]["Agent"]["Username"] == "kim"

    play(tmp_path, scene)
