"""Stores to test and events to put in: every contract test runs on a file and in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.events import AnyBody, ContactEvent, ContactInitiated, Endpoint, InitiationMethod, Writer
from appliance.ids import ContactId, SlotId
from appliance.stamps import Stamp
from appliance.store import Store

WALL_S = 1_795_000_000.0

MakeStamp = Callable[[float], Stamp]
MakeEvent = Callable[..., ContactEvent]


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "store.db") if request.param == "file" else Store.in_memory()
    with made:
        yield made


@pytest.fixture
def stamp() -> MakeStamp:
    """The instant `mono_s` seconds after boot."""
    return lambda mono_s: Stamp(boot="boot-a", mono_s=mono_s, wall_s=WALL_S + mono_s, synced=True)


@pytest.fixture
def event(stamp: MakeStamp) -> MakeEvent:
    """`event(seq, body, contact=…, writer=…, mono_s=…)`."""

    def make(
        seq: int,
        body: AnyBody,
        *,
        contact: str = "contact-1",
        writer: Writer = Writer.CONTACT,
        mono_s: float | None = None,
    ) -> ContactEvent:
        at = stamp(float(seq) if mono_s is None else mono_s)
        return ContactEvent(contact=ContactId(contact), writer=writer, seq=seq, at=at, body=body)

    return make


@pytest.fixture
def initiated() -> ContactInitiated:
    customer = Endpoint(address="+8225550100")
    return ContactInitiated(method=InitiationMethod.INBOUND, customer=customer, slot=SlotId(3), source="trunk:acme")
