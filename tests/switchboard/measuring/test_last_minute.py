"""The minute's data points from a real store, read in pieces so that nobody waits long for the store's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from appliance import clock
from appliance import events as ev
from appliance.acd.machine import Acd
from appliance.ids import ContactId, SlotId
from appliance.store.store import Store
from appliance.switchboard.measuring import last_minute
from appliance.switchboard.measuring.last_minute import LastMinute
from appliance.switchboard.store_thread import StoreThread

Answer = TypeVar("Answer")
PIECE = 3


class CountedStore(StoreThread):
    """Counts how often work is done in its thread."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.looks = 0

    async def run(self, work: Callable[[Store], Answer]) -> Answer:
        self.looks += 1
        return await super().run(work)


def begun(number: int) -> ev.ContactEvent:
    """A contact's first event."""
    body = ev.ContactInitiated(
        method=ev.InitiationMethod.INBOUND, customer=ev.Endpoint(address="+12125550123"), slot=SlotId(0)
    )
    return ev.ContactEvent(
        contact=ContactId(f"contact-{number}"), writer=ev.Writer.CONTACT, seq=1, at=clock.now(), body=body
    )


@pytest.mark.parametrize("contacts", [0, 1, PIECE, PIECE + 1, 10])
def test_minute_when_more_was_stored_than_a_piece_then_all_of_it_counts_and_none_twice(
    contacts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_minute, "PIECE", PIECE)

    async def scene() -> list[float]:
        store = CountedStore(tmp_path / "box.db")
        await store.open()
        minute = LastMinute(store=store, acd=Acd(), clock=clock.now, keep_days=30)
        await minute.start()
        found = []
        for events in ([begun(number) for number in range(contacts)], []):
            if events:
                await store.run(lambda opened, events=events: [opened.events.append([event]) for event in events])
            before = store.looks
            await minute.turn()
            assert store.looks - before == 2 + -(-len(events) // PIECE)
            found.append(sum(point.value for point in minute.points if point.name == "CallsPerInterval"))
        await minute.stop()
        await store.close()
        return found

    assert asyncio.run(scene()) == [pytest.approx(contacts / 60), 0]
