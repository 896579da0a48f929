"""Sealed recordings in the store: what waits, what the console was told, what may go."""

from __future__ import annotations

import msgspec
import pytest

from appliance import events as ev
from appliance.cloud.recordings import RECORDING, RECORDING_ERASED, RecordingFacts
from appliance.ids import ContactId, RecordingId
from appliance.store import Store
from appliance.store.recordings import RecordingStatus
from appliance.store.sealed_recordings import SealedRecording
from appliance.store.voicemails import VoicemailState

CONTACT = ContactId("contact-1")


def facts(recording: str, size: int = 100) -> RecordingFacts:
    return RecordingFacts(
        recording=recording,
        contact=CONTACT,
        kind="call",
        media_type="audio/flac",
        started_s=1.0,
        duration_s=2.0,
        sealed=True,
        recipients=("age1",),
        bytes=size,
        sha256=f"{size:064x}",
        plain_sha256="ab" * 32,
        signature="",
    )


def sealed(recording: str, at_s: float, size: int = 100) -> SealedRecording:
    return SealedRecording(
        recording=RecordingId(recording),
        contact=CONTACT,
        path=f"2026/11/22/{recording}.flac.age",
        bytes=size,
        sha256=f"{size:064x}",
        key="k",
        sealed_wall_s=at_s,
    )


@pytest.fixture
def recorded(store: Store, event: object, initiated: ev.ContactInitiated) -> Store:
    """Finished: r1, r2 (a message), r3 (a greeting); r4 still runs."""
    assert callable(event)
    bodies: list[ev.AnyBody] = [initiated]
    for name, mailbox, greeting in (
        ("r1", "", False),
        ("r2", "sales", False),
        ("r3", "sales", True),
        ("r4", "", False),
    ):
        recording = RecordingId(name)
        bodies.append(
            ev.RecordingStarted(
                recording=recording, customer_path="c", agent_path="a", rate_hz=8000, mailbox=mailbox, greeting=greeting
            )
        )
        if name != "r4":
            bodies.append(ev.RecordingStopped(recording=recording, reason="contact ended"))
            bodies.append(
                ev.RecordingFinished(
                    recording=recording, path=f"{name}.flac", sha256="ab" * 32, duration_s=2.0, bytes=50
                )
            )
    store.events.append([event(number, body) for number, body in enumerate(bodies, start=1)])
    store.outbox.acknowledge(10_000)
    return store


def told(store: Store) -> list[tuple[str, str]]:
    return [(row.kind, msgspec.json.decode(row.json)["recording"]) for row in store.outbox.pending()]


def test_to_seal_when_recordings_are_finished_then_calls_and_messages_but_no_greeting(recorded: Store) -> None:
    found = recorded.sealed_recordings.to_seal(10)
    assert [(one.recording, one.voicemail) for one in found] == [("r1", False), ("r2", True)]
    assert recorded.sealed_recordings.to_seal(1) == found[:1]


def test_to_seal_when_a_message_was_deleted_then_nobody_gets_it(recorded: Store) -> None:
    recorded.voicemails.mark(RecordingId("r2"), VoicemailState.DELETED)
    assert [one.recording for one in recorded.sealed_recordings.to_seal(10)] == ["r1"]


def test_sealed_when_put_then_the_console_is_told_and_only_a_message_stays_plain(recorded: Store) -> None:
    recorded.sealed_recordings.put(sealed("r1", 1.0), facts("r1"), voicemail=False)
    recorded.sealed_recordings.put(sealed("r2", 2.0), facts("r2"), voicemail=True)
    states = {row.recording: row.status for row in recorded.recordings.all()}
    assert (states[RecordingId("r1")], states[RecordingId("r2")]) == (RecordingStatus.SEALED, RecordingStatus.FINISHED)
    assert told(recorded) == [(RECORDING, "r1"), (RECORDING, "r2")]
    assert recorded.sealed_recordings.to_seal(10) == []
    assert [one.recording for one in recorded.sealed_recordings.waiting(10)] == ["r1", "r2"]
    assert recorded.sealed_recordings.facts(RecordingId("r1")) == facts("r1")


def test_delivered_when_old_then_deletable_but_not_while_a_hold_stands(recorded: Store) -> None:
    recorded.sealed_recordings.put(sealed("r1", 1.0), facts("r1"), voicemail=False)
    assert recorded.sealed_recordings.deletable(10) == []
    assert recorded.sealed_recordings.delivered(RecordingId("r1"), 50.0)
    assert recorded.sealed_recordings.deletable(10, before_wall_s=50.0) == []
    assert [one.recording for one in recorded.sealed_recordings.deletable(10, before_wall_s=51.0)] == ["r1"]
    recorded.legal_holds.put("case 7", [CONTACT])
    assert recorded.sealed_recordings.deletable(10) == []
    recorded.legal_holds.put("case 7", [])
    recorded.sealed_recordings.forget(RecordingId("r1"))
    row = recorded.recordings.get(RecordingId("r1"))
    assert row is not None
    assert row.status is RecordingStatus.DELIVERED


def test_delivered_when_the_console_has_lost_it_then_it_is_announced_and_waits_again(recorded: Store) -> None:
    recorded.sealed_recordings.put(sealed("r1", 1.0), facts("r1"), voicemail=False)
    recorded.sealed_recordings.delivered(RecordingId("r1"), 50.0)
    assert recorded.sealed_recordings.undeliver(RecordingId("r1"))
    assert [one.recording for one in recorded.sealed_recordings.waiting(10)] == ["r1"]
    assert told(recorded) == [(RECORDING, "r1"), (RECORDING, "r1")]
    assert not recorded.sealed_recordings.undeliver(RecordingId("r4"))


def test_totals_when_counted_then_plain_waiting_and_delivered_apart(recorded: Store) -> None:
    assert recorded.sealed_recordings.totals().plain_bytes == 150
    recorded.sealed_recordings.put(sealed("r1", 1.0, 70), facts("r1", 70), voicemail=False)
    recorded.sealed_recordings.put(sealed("r2", 1.0, 30), facts("r2", 30), voicemail=True)
    recorded.sealed_recordings.delivered(RecordingId("r2"), 5.0)
    totals = recorded.sealed_recordings.totals()
    assert (totals.plain_bytes, totals.waiting, totals.waiting_bytes) == (100, 1, 70)
    assert (totals.delivered, totals.delivered_bytes) == (1, 30)


def test_erased_when_sealed_then_the_console_is_told_and_nothing_waits(recorded: Store) -> None:
    recorded.sealed_recordings.put(sealed("r1", 1.0), facts("r1"), voicemail=False)
    recorded.sealed_recordings.erase(RecordingId("r1"), CONTACT, "why")
    assert told(recorded)[-1] == (RECORDING_ERASED, "r1")
    assert recorded.sealed_recordings.waiting(10) == []
    row = recorded.recordings.get(RecordingId("r1"))
    assert row is not None
    assert row.status is RecordingStatus.ERASED


def test_lost_when_said_of_a_sealed_recording_then_it_stays_sealed(recorded: Store) -> None:
    recorded.sealed_recordings.put(sealed("r1", 1.0), facts("r1"), voicemail=False)
    recorded.recordings.mark_lost(RecordingId("r1"))
    recorded.recordings.mark_lost(RecordingId("r4"))
    states = {row.recording: row.status.value for row in recorded.recordings.all()}
    assert (states[RecordingId("r1")], states[RecordingId("r4")]) == ("sealed", "lost")
