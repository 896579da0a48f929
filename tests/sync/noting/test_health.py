"""Faults become events when they begin and when they are over, not while they flicker."""

from __future__ import annotations

import msgspec

from appliance.cloud.live import Health, LiveState
from appliance.cloud.noted import HEALTH, HealthNote
from appliance.stamps import Stamp
from appliance.sync.noting.health import AFTER_S, WELL, HealthBook, faults


def state(mono_s: float, *warnings: str, edge: str = "answers") -> LiveState:
    health = Health(
        version="1",
        uptime_s=1.0,
        edge=edge,
        contact_processes=4,
        free_processes=4,
        storage_used=0,
        storage_budget=0,
        pending_events=0,
        pending_recordings=0,
        warnings=warnings,
    )
    return LiveState(at=Stamp(boot="b", mono_s=mono_s, wall_s=mono_s, synced=True), number=0, health=health)


def noted(book: HealthBook, seen: LiveState, own: dict[str, str] | None = None) -> list[tuple[str, bool]]:
    found = list(book.compared(seen, own or {}))
    assert all(kind == HEALTH for kind, _ in found)
    for _, note in found:
        book.noted(note)
    return [(note.topic, note.ok) for _, note in found]


def test_fault_when_it_lasts_then_noted_once_and_once_more_when_it_is_over() -> None:
    book = HealthBook()
    assert noted(book, state(100.0, edge="silent")) == []
    assert noted(book, state(100.0 + AFTER_S, edge="silent")) == [("edge", False)]
    assert noted(book, state(200.0, edge="silent")) == []
    assert noted(book, state(201.0)) == [("edge", True)]
    assert noted(book, state(202.0)) == []


def test_fault_when_it_flickers_then_not_noted() -> None:
    book = HealthBook()
    for second in range(0, 200, 10):
        assert noted(book, state(float(second), edge="silent" if second % 20 else "answers")) == []


def test_fault_when_it_could_not_be_noted_then_it_comes_again() -> None:
    book = HealthBook()
    list(book.compared(state(0.0, "the disk is full: …"), {}))
    for _ in range(2):
        ((_, note),) = book.compared(state(AFTER_S, "the disk is full: …"), {})
        assert (note.topic, note.text) == ("disk", "the disk is full: …")


def test_topics_when_warnings_are_read_then_each_has_its_own() -> None:
    seen = state(
        0.0, "the disk is full: x", "2 of 4 contact processes do not answer", "numbers[0]: is no number", edge="silent"
    )
    found = faults(seen, {"chain": "the console has other events"})
    assert set(found) == {"disk", "processes", "configuration", "edge", "chain"}
    own = msgspec.structs.replace(seen, health=msgspec.structs.replace(seen.health, warnings=("mine",), edge="answers"))
    assert faults(own, {"chain": "mine"}) == {"chain": "mine"}
    assert HealthNote(at=seen.at, topic="edge", ok=True, text=WELL).text == "well again"
