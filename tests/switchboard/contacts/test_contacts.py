"""Contacts through a real switchboard: stored, acknowledged, queued, offered, closed once."""

from __future__ import annotations

from pathlib import Path

import pytest
from switchboard.harness import Harness, play

from appliance import events as said
from appliance.contact import protocol
from appliance.ids import QueueId
from appliance.switchboard import ledger


def test_contact_when_answered_by_an_agent_then_is_closed_after_wrap_up(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", wrap_up_s=0.3)
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        assert (offer.agent, offer.extension, offer.ring_timeout_s) == ("kim", "101", 20.0)
        await box.until_agent("kim", activity="ringing", contact=contact)
        process.answered(offer)
        await box.until_agent("kim", activity="on_contact", contact=contact)
        process.hung_up(offer)
        await process.settled()
        assert not process.unacknowledged
        await box.until_agent("kim", activity="after_contact_work")
        shown = await box.closed(contact)
        record = shown["record"]
        assert record["Agent"]["Username"] == "kim"
        assert record["Queue"]["Name"] == "sales"
        assert record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
        assert record["Agent"]["AfterContactWorkEndTimestamp"]
        assert [event["type"] for event in shown["events"]][-1] == "ContactClosed"
        assert len([event for event in shown["events"] if event["type"] == "ContactClosed"]) == 1
        await box.until_agent("kim", activity="idle", status="Available")

    play(tmp_path, scene)


def test_contact_when_nobody_waits_for_its_events_then_they_are_shown_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "LEISURE_S", 600.0)

    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()

        async def listed() -> bool:
            return [row["contact"] for row in await box.call("contact.list", open=True)] == [contact]

        await box.until(listed, "the contact is listed")
        process.emit(said.AttributesUpdated(attributes={"a": "1"}))

        async def told() -> bool:
            return bool(await box.events(contact, "AttributesUpdated"))

        await box.until(told, "its last event is shown")
        assert (await box.call("status"))["contacts"]["open"] == 1

    play(tmp_path, scene)


def test_contact_when_first_agent_misses_then_goes_to_the_second(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee")
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        first = await process.offered()
        process.missed(first)
        second = await process.offered()
        assert (first.agent, second.agent) == ("kim", "lee")
        assert first.offer != second.offer
        await box.until_agent("kim", activity="missed")
        process.answered(second)
        await box.until_agent("lee", activity="on_contact", contact=contact)
        process.hung_up(second)
        await box.call("agent.status", agent="kim", status="Available")
        await box.until_agent("kim", activity="idle")

    play(tmp_path, scene)


def test_contact_when_abandoned_in_queue_then_counts_as_abandoned(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff()
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        status = await box.call("status")
        assert status["queues"][0]["contacts_in_queue"] == 1
        process.abandoned()
        record = (await box.closed(contact))["record"]
        assert record["Agent"] is None
        assert record["Linekeeper"]["PreDisconnectState"] == "IN_QUEUE"
        today = (await box.call("status"))["queues"][0]["today"]
        assert (today["queued"], today["abandoned"], today["handled"]) == (1, 1, 0)
        assert today["service_level_20s_pct"] == 100.0

    play(tmp_path, scene)


def test_queue_when_full_or_unknown_then_refuses_with_the_flow_error(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff(max_contacts=1)
        first, second = await box.process(0), await box.process(1)
        first.begin()
        await first.enter_queue()
        second.begin()
        second.emit(said.QueueRequested(queue=QueueId("sales")))
        assert (await second.expect(protocol.RefuseQueue)).error == "QueueAtCapacity"
        second.emit(said.QueueRequested(queue=QueueId("nowhere")))
        assert (await second.expect(protocol.RefuseQueue)).error == "NoMatchingError"

    play(tmp_path, scene)


def test_position_when_a_contact_ahead_leaves_then_is_told_with_metrics(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff()
        first, second = await box.process(0), await box.process(1)
        first.begin()
        await first.enter_queue()
        second.begin()
        second.emit(said.QueueRequested(queue=QueueId("sales")))
        assert (await second.expect(protocol.AcceptIntoQueue)).position == 2
        second.emit(said.ContactQueued(queue=QueueId("sales")))
        first.abandoned()
        update = await second.expect(protocol.UpdateQueuePosition)
        assert update.position == 1
        assert update.metrics["Queue.Size"] == "1"
        assert update.metrics["Contact.PositionInQueue"] == "1"

    play(tmp_path, scene)


def test_command_when_sent_then_the_process_is_woken(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = await box.process(0)
        process.begin()
        await process.settled()
        assert process.drain_wakes() == 0, "acknowledgements need no waking"
        await process.enter_queue()
        await process.offered()
        assert process.drain_wakes() >= 1

    play(tmp_path, scene)


def test_agent_when_dialling_out_then_is_engaged_and_gets_no_offer(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        phone, customer = await box.process(0), await box.process(1)
        outbound = phone.begin(caller="101", source="extension:101")
        phone.leg("agent-own", said.LegRole.CUSTOMER, extension="101")
        await box.until_agent("kim", activity="on_contact", contact=outbound)
        customer.begin()
        await customer.enter_queue()
        await customer.settled()
        assert customer.count(protocol.OfferContact) == 0
        phone.leg_ends("agent-own", said.LegRole.CUSTOMER)
        assert (await customer.offered()).agent == "kim"

    play(tmp_path, scene)


def test_events_when_sent_again_then_count_once(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        await process.settled()
        events = await box.events(contact)
        await process.disconnect()
        process.unacknowledged = []
        journal = (process.spool(contact) / "journal.jsonl").read_bytes()
        await process.connect()
        for line in journal.splitlines():
            process.raw(b'{"type":"Event","event":' + line + b"}\n")
        process.answered(offer)
        await process.settled()
        await box.until_agent("kim", activity="on_contact", contact=contact)
        again = await box.events(contact)
        assert again[: len(events)] == events
        assert len(again) == len(events) + 3

    play(tmp_path, scene)


def test_events_when_sent_again_after_closing_then_only_acknowledged(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        kept = list(process.unacknowledged)
        process.hung_up()
        kept = list(process.unacknowledged)
        shown = await box.closed(contact)
        await process.settled()
        await process.disconnect()
        process.unacknowledged = kept
        await process.connect()
        await process.settled()
        assert await box.shown(contact) == shown

    play(tmp_path, scene)


def test_line_when_malformed_then_costs_the_connection_only(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process, other = await box.process(0), await box.process(1)
        contact = process.begin()
        await process.settled()
        process.raw(b'{"type":"Nonsense"}\n')
        await process.closed()
        await process.disconnect()
        other.begin()
        await other.settled()
        await process.connect()
        process.hung_up()
        assert (await box.closed(contact))["record"]["DisconnectReason"] == "CUSTOMER_DISCONNECT"

    play(tmp_path, scene)


def test_message_when_before_hello_then_closes_the_connection(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        await process.disconnect()
        await process.connect()
        process.raw(b"x" * 100 + b"\n")
        await process.closed()

    play(tmp_path, scene)


def test_spool_when_contact_is_closed_then_is_gone(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        assert process.spool(contact).exists()
        process.hung_up()
        await box.closed(contact)

        async def gone() -> bool:
            return not process.spool(contact).exists()

        await box.until(gone, "the spool folder is removed")

    play(tmp_path, scene)
