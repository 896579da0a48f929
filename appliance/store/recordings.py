"""The recordings repository: one row per recording, derived from the contact's events.

RECORDING → STOPPED → FINISHED, or LOST where no audio could be saved. With a console FINISHED → SEALED (nobody here can
open it any more) → DELIVERED (only the console has it). ERASED on purpose, from any of them. RecordingFinished carries
the plain file's facts.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from appliance import events as ev
from appliance.ids import ContactId, RecordingId
from appliance.stamps import Stamp
from appliance.store.connection import Connection, Row


class RecordingStatus(enum.StrEnum):
    """How far a recording is."""

    RECORDING = "recording"
    STOPPED = "stopped"
    FINISHED = "finished"
    SEALED = "sealed"
    DELIVERED = "delivered"
    LOST = "lost"
    ERASED = "erased"


class RecordingRow(msgspec.Struct, frozen=True, kw_only=True):
    """`path`, `sha256`, `duration_s` and `bytes` are of the finished file; the two source paths of the growing ones."""

    recording: RecordingId
    contact: ContactId
    status: RecordingStatus
    started: Stamp
    customer_path: str | None = None
    agent_path: str | None = None
    rate_hz: int | None = None
    path: str | None = None
    sha256: str | None = None
    duration_s: float | None = None
    bytes: int | None = None


class Recordings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, recording: RecordingId) -> RecordingRow | None:
        row = self._connection.row("SELECT * FROM recordings WHERE recording = ?", (recording,))
        return None if row is None else _recording(row)

    def of_contact(self, contact: ContactId) -> list[RecordingRow]:
        """The contact's recordings in the order they began."""
        return self._of("SELECT * FROM recordings WHERE contact = ? ORDER BY rowid", contact)

    def with_status(self, status: RecordingStatus) -> list[RecordingRow]:
        return self._of("SELECT * FROM recordings WHERE status = ? ORDER BY rowid", status.value)

    def all(self) -> list[RecordingRow]:
        """Every recording, oldest first."""
        return self._of("SELECT * FROM recordings ORDER BY rowid")

    def count_by_status(self) -> dict[str, int]:
        """How many there are in each state that any is in."""
        rows = self._connection.rows("SELECT status, count(*) AS count FROM recordings GROUP BY status")
        return {row["status"]: row["count"] for row in rows}

    def mark_lost(self, recording: RecordingId) -> None:
        """No audio of it can be saved. A finished recording stays finished."""
        self._connection.write(
            "UPDATE recordings SET status = ? WHERE recording = ? AND status IN (?, ?)",
            (RecordingStatus.LOST.value, recording, RecordingStatus.RECORDING.value, RecordingStatus.STOPPED.value),
        )

    def mark_erased(self, recording: RecordingId) -> None:
        """Its file goes, and it stays known that there was one."""
        self._connection.write(
            "UPDATE recordings SET status = ? WHERE recording = ? AND status = ?",
            (RecordingStatus.ERASED.value, recording, RecordingStatus.FINISHED.value),
        )

    def derive(self, event: ev.ContactEvent) -> None:
        """Fold an event in; called by the events repository inside its transaction."""
        match event.body:
            case ev.RecordingStarted():
                self._begin(event, event.body)
            case ev.RecordingStopped(recording=recording):
                self._connection.write(
                    "UPDATE recordings SET status = ? WHERE recording = ? AND status = ?",
                    (RecordingStatus.STOPPED.value, recording, RecordingStatus.RECORDING.value),
                )
            case ev.RecordingFinished() as done:
                self._connection.write(
                    "UPDATE recordings SET status = ?, path = ?, sha256 = ?, duration_s = ?, bytes = ?"
                    " WHERE recording = ?",
                    (
                        RecordingStatus.FINISHED.value,
                        done.path,
                        done.sha256,
                        float(done.duration_s),
                        done.bytes,
                        done.recording,
                    ),
                )

    def _begin(self, event: ev.ContactEvent, body: ev.RecordingStarted) -> None:
        self._connection.write(
            "INSERT INTO recordings (recording, contact, status, customer_path, agent_path, rate_hz, started)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                body.recording,
                event.contact,
                RecordingStatus.RECORDING.value,
                body.customer_path,
                body.agent_path,
                body.rate_hz,
                msgspec.json.encode(event.at).decode(),
            ),
        )

    def _of(self, sql: str, *parameters: str) -> list[RecordingRow]:
        return [_recording(row) for row in self._connection.rows(sql, parameters)]


def _recording(row: Row) -> RecordingRow:
    fields: dict[str, Any] = {**row, "status": RecordingStatus(row["status"])}
    fields["started"] = msgspec.json.decode(row["started"], type=Stamp)
    return RecordingRow(**fields)
