"""The voicemails repository: messages in mailboxes, derived from the events of the recordings that they are.

A message is new when its recording stops, whether or not its file is finished by then, and whoever said so: the
contact process, or its repair after a power cut. NEW → SAVED or DELETED.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from appliance import events as ev
from appliance.ids import ContactId, RecordingId
from appliance.store.connection import Connection, Row

EMPTY = "empty"  # why a recording stopped that is no message


class VoicemailState(enum.StrEnum):
    """How far a message is."""

    RECORDING = "recording"
    NEW = "new"
    SAVED = "saved"
    DELETED = "deleted"
    GREETING = "greeting"  # no message: what callers shall hear, until it has become the mailbox's prompt


class Voicemail(msgspec.Struct, frozen=True, kw_only=True):
    """`recording` is its id; `path`, `sha256`, `duration_s` are of the finished file, None while there is none."""

    recording: RecordingId
    mailbox: str
    contact: ContactId
    caller: str
    caller_name: str
    left_wall_s: float
    state: VoicemailState
    path: str | None = None
    sha256: str | None = None
    duration_s: float | None = None


_SELECT = (
    "SELECT voicemails.*, recordings.path, recordings.sha256, recordings.duration_s"
    " FROM voicemails JOIN recordings USING (recording)"
)


class Voicemails:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, recording: RecordingId) -> Voicemail | None:
        row = self._connection.row(f"{_SELECT} WHERE recording = ?", (recording,))
        return None if row is None else _voicemail(row)

    def of(self, mailbox: str | None = None) -> list[Voicemail]:
        """Messages that can be heard (of all mailboxes for None), new ones first, each kind as it came."""
        wanted = (VoicemailState.NEW.value, VoicemailState.SAVED.value)
        where = "state IN (?, ?)" + ("" if mailbox is None else " AND mailbox = ?")
        parameters = wanted if mailbox is None else (*wanted, mailbox)
        rows = self._connection.rows(f"{_SELECT} WHERE {where} ORDER BY state, left_wall_s, recording", parameters)
        return [_voicemail(row) for row in rows]

    def counts(self) -> dict[str, tuple[int, int]]:
        """Mailbox → (new, saved), of those that hold any."""
        rows = self._connection.rows(
            "SELECT mailbox, sum(state = ?) AS fresh, sum(state = ?) AS kept FROM voicemails GROUP BY mailbox",
            (VoicemailState.NEW.value, VoicemailState.SAVED.value),
        )
        return {row["mailbox"]: (int(row["fresh"]), int(row["kept"])) for row in rows if row["fresh"] or row["kept"]}

    def greetings(self) -> list[Voicemail]:
        """Greetings that were spoken and wait to become prompts, oldest first; without a path: not finished yet."""
        rows = self._connection.rows(
            f"{_SELECT} WHERE state = ? ORDER BY left_wall_s, recording", (VoicemailState.GREETING.value,)
        )
        return [_voicemail(row) for row in rows]

    def mark(self, recording: RecordingId, state: VoicemailState) -> bool:
        """Whether that changed anything; what is deleted stays so."""
        return (
            self._connection.write(
                "UPDATE voicemails SET state = ? WHERE recording = ? AND state NOT IN (?, ?)",
                (state.value, recording, state.value, VoicemailState.DELETED.value),
            )
            > 0
        )

    def derive(self, event: ev.ContactEvent) -> None:
        """Fold an event in; called by the events repository inside its transaction, behind the recordings'."""
        match event.body:
            case ev.RecordingStarted(mailbox=mailbox) as body if mailbox:
                self._begin(event, body)
            case ev.RecordingStopped(recording=recording, reason=reason) if reason == EMPTY:
                self._connection.write(
                    "UPDATE voicemails SET state = ? WHERE recording = ?", (VoicemailState.DELETED.value, recording)
                )
            case ev.RecordingStopped(recording=recording):
                self._connection.write(
                    "UPDATE voicemails SET state = ? WHERE recording = ? AND state = ?",
                    (VoicemailState.NEW.value, recording, VoicemailState.RECORDING.value),
                )

    def _begin(self, event: ev.ContactEvent, body: ev.RecordingStarted) -> None:
        self._connection.write(
            "INSERT INTO voicemails (recording, mailbox, contact, caller, caller_name, left_wall_s, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                body.recording,
                body.mailbox,
                event.contact,
                body.caller,
                body.caller_name,
                event.at.wall_s,
                (VoicemailState.GREETING if body.greeting else VoicemailState.RECORDING).value,
            ),
        )


def _voicemail(row: Row) -> Voicemail:
    fields: dict[str, Any] = {**row, "state": VoicemailState(row["state"])}
    return Voicemail(**fields)
