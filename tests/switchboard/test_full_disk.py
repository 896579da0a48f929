"""A store that can't grow: calls go on, nothing is lost, nobody is told that something is stored before it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from switchboard.harness import Harness, play

from appliance import events as said
from appliance.contact import protocol
from appliance.ids import QueueId
from appliance.store.store import Store
from appliance.switchboard import ledger


def _no_more_pages(store: Store) -> None:
    """SQLite's own limit: from here on the file can't grow (SQLITE_FULL, as on a full disk)."""
    store._connection.rows("PRAGMA max_page_count = 1")


def _room_again(store: Store) -> None:
    store._connection.rows("PRAGMA max_page_count = 1000000")


def test_disk_when_full_then_contacts_are_still_routed_and_stored_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "RETRY_S", 0.05)

    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process, other = await box.process(0), await box.process(1)
        contact = process.begin()
        await process.settled()
        assert box.switchboard is not None
        await box.switchboard.ground.store.run(_no_more_pages)
        process.emit(said.AttributesUpdated(attributes={"long": "x" * 30000}))
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        assert process.unacknowledged, "nothing may be acknowledged that is not stored"
        assert (await box.call("status"))["contacts"]["with_agent"] == 1, "the API answers all the same"
        second = other.begin()
        other.emit(said.QueueRequested(queue=QueueId("sales")))
        await other.expect(protocol.AcceptIntoQueue)
        await box.switchboard.ground.store.run(_room_again)
        await process.settled()
        await other.settled()
        await box.until_agent("kim", activity="on_contact", contact=contact)
        assert (await box.events(second))[-1]["type"] == "QueueRequested"
        process.hung_up(offer)
        await box.until_agent("kim", activity="after_contact_work")
        await box.call("agent.clear", agent="kim")
        numbers = [event["seq"] for event in (await box.closed(contact))["events"] if event["writer"] == "contact"]
        assert numbers == list(range(1, len(numbers) + 1))

    play(tmp_path, scene)
