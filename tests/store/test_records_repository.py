"""Contact records and recordings as stored."""

from __future__ import annotations

from typing import Any

import msgspec

from appliance import events as ev
from appliance.ids import AgentId, ContactId, QueueId, RecordingId
from appliance.stamps import iso_utc
from appliance.store import RecordingStatus, Store

TAPE = RecordingId("tape-1")


def _record(contact: str, second: int, **more: Any) -> dict[str, Any]:
    return {
        "ContactId": contact,
        "LastUpdateTimestamp": iso_utc(second),
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": iso_utc(second),
        "DisconnectTimestamp": None,
        "DisconnectReason": None,
        "CustomerEndpoint": {"Address": "+8225550100", "Type": "TELEPHONE_NUMBER"},
        "Queue": {"Name": "sales"},
        "Agent": None,
        **more,
    }


def test_save_when_newer_same_or_older_then_newest_stays(store: Store, event: Any, initiated: Any) -> None:
    store.events.append([event(1, initiated)])
    store.outbox.acknowledge(1)
    assert store.records.save(_record("contact-1", 100))
    assert not store.records.save(_record("contact-1", 100))
    assert store.records.save(_record("contact-1", 200, DisconnectReason="OTHER"))
    assert not store.records.save(_record("contact-1", 150))
    found = store.records.get(ContactId("contact-1"))
    assert found is not None and found["DisconnectReason"] == "OTHER"
    assert [msgspec.json.decode(row.json)["LastUpdateTimestamp"] for row in store.outbox.pending()] == [
        iso_utc(100),
        iso_utc(200),
    ]


def test_between_when_filtered_then_only_matching_records(store: Store, event: Any, initiated: Any) -> None:
    for number, agent in enumerate(("kim", "lee", "kim")):
        store.events.append([event(1, initiated, contact=f"c{number}")])
        store.records.save(_record(f"c{number}", number * 100, Agent={"Username": agent}))
    everything = store.records.between(iso_utc(0), iso_utc(300))
    assert [record["ContactId"] for record in everything] == ["c0", "c1", "c2"]
    assert [record["ContactId"] for record in store.records.between(iso_utc(100), iso_utc(200))] == ["c1"]
    assert len(store.records.between(iso_utc(0), iso_utc(300), agent=AgentId("kim"))) == 2
    assert len(store.records.between(iso_utc(0), iso_utc(300), agent=AgentId("kim"), queue=QueueId("sales"))) == 2
    assert store.records.between(iso_utc(0), iso_utc(300), queue=QueueId("aid")) == []
    assert [record["ContactId"] for record in store.records.latest(2)] == ["c2", "c1"]


def test_recording_when_events_come_then_status_follows(store: Store, event: Any, initiated: Any) -> None:
    started = ev.RecordingStarted(recording=TAPE, customer_path="/s/c.wav", agent_path="/s/a.wav", rate_hz=8000)
    store.events.append([event(1, initiated), event(2, started)])
    row = store.recordings.get(TAPE)
    assert row is not None and row.status is RecordingStatus.RECORDING
    assert (row.customer_path, row.agent_path, row.rate_hz, row.started.mono_s) == ("/s/c.wav", "/s/a.wav", 8000, 2.0)
    store.events.append([event(3, ev.RecordingStopped(recording=TAPE, reason="contact ended"))])
    assert [row.recording for row in store.recordings.with_status(RecordingStatus.STOPPED)] == [TAPE]
    done = ev.RecordingFinished(recording=TAPE, path="2026/11/22/tape-1.flac", sha256="ab", duration_s=12, bytes=99)
    store.events.append([event(1, done, writer=ev.Writer.SWITCHBOARD)])
    store.recordings.mark_lost(TAPE)
    (row,) = store.recordings.of_contact(ContactId("contact-1"))
    assert (row.status, row.path, row.duration_s, row.bytes) == (
        RecordingStatus.FINISHED,
        "2026/11/22/tape-1.flac",
        12.0,
        99,
    )
    assert store.recordings.all() == [row]


def test_recording_when_nothing_could_be_saved_then_lost(store: Store, event: Any, initiated: Any) -> None:
    started = ev.RecordingStarted(recording=TAPE, customer_path="/s/c.wav", agent_path="/s/a.wav", rate_hz=8000)
    store.events.append([event(1, initiated), event(2, started)])
    store.recordings.mark_lost(TAPE)
    row = store.recordings.get(TAPE)
    assert row is not None and row.status is RecordingStatus.LOST
