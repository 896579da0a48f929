"""The sealed recordings repository: what only the organisation can open, until the console has it and after.

A recording is sealed once it is FINISHED; its plain file goes then, but for voicemail, which is listened to here. It
becomes deletable when the console has verified it (`delivered`). The facts for the console are an outbox row of the
same transaction.
"""

from __future__ import annotations

import msgspec

from appliance.cloud.recordings import RECORDING, RECORDING_ERASED, RecordingFacts
from appliance.ids import ContactId, RecordingId
from appliance.store.connection import Connection, Row, Value
from appliance.store.outbox import Outbox
from appliance.store.recordings import RecordingStatus


class SealedRecording(msgspec.Struct, frozen=True, kw_only=True):
    """`path` is below the folder of sealed recordings; `delivered_wall_s`: when the console had verified it, None
    before; `key`: the id of the key that signed."""

    recording: RecordingId
    contact: ContactId
    path: str
    bytes: int
    sha256: str
    key: str
    sealed_wall_s: float
    delivered_wall_s: float | None = None


class ToSeal(msgspec.Struct, frozen=True, kw_only=True):
    """A finished recording that is not sealed. `path` is below the recordings folder; voicemail: it stays plain here
    as well."""

    recording: RecordingId
    contact: ContactId
    path: str
    sha256: str
    started_s: float
    duration_s: float
    voicemail: bool


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the disk recordings take, in bytes and numbers. `plain`: not sealed (yet)."""

    plain_bytes: int
    waiting: int
    waiting_bytes: int
    delivered: int
    delivered_bytes: int


_SELECT = "SELECT s.*, r.contact FROM sealed_recordings AS s JOIN recordings AS r USING (recording)"


class SealedRecordings:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def to_seal(self, limit: int) -> list[ToSeal]:
        """Finished recordings and messages that are not sealed, the oldest first; no greetings, nothing deleted."""
        rows = self._connection.rows(
            "SELECT r.recording, r.contact, r.path, r.sha256, json_extract(r.started, '$.wall_s') AS started_s,"
            " r.duration_s, v.recording IS NOT NULL AS voicemail FROM recordings AS r"
            " LEFT JOIN voicemails AS v USING (recording) LEFT JOIN sealed_recordings AS s USING (recording)"
            " WHERE r.status = ? AND s.recording IS NULL AND ifnull(v.state, '') NOT IN ('greeting', 'deleted')"
            " ORDER BY r.rowid LIMIT ?",
            (RecordingStatus.FINISHED.value, limit),
        )
        return [ToSeal(**{**row, "voicemail": bool(row["voicemail"])}) for row in rows]

    def put(self, sealed: SealedRecording, facts: RecordingFacts, *, voicemail: bool) -> None:
        """Sealed, or signed anew; the console is told."""
        with self._connection.transaction():
            self._connection.write(
                "INSERT OR REPLACE INTO sealed_recordings (recording, path, bytes, sha256, key, sealed_wall_s,"
                " delivered_wall_s, facts) VALUES (?, ?, ?, ?, ?, ?, NULL, ?)",
                (
                    sealed.recording,
                    sealed.path,
                    sealed.bytes,
                    sealed.sha256,
                    sealed.key,
                    sealed.sealed_wall_s,
                    msgspec.json.encode(facts).decode(),
                ),
            )
            if not voicemail:
                self._mark(sealed.recording, RecordingStatus.SEALED)
            self._outbox.add(RECORDING, facts)

    def get(self, recording: RecordingId) -> SealedRecording | None:
        row = self._connection.row(f"{_SELECT} WHERE s.recording = ?", (recording,))
        return None if row is None else _sealed(row)

    def facts(self, recording: RecordingId) -> RecordingFacts | None:
        """As the console was told last."""
        text = self._connection.value("SELECT facts FROM sealed_recordings WHERE recording = ?", (recording,))
        return None if text is None else msgspec.json.decode(text, type=RecordingFacts)

    def waiting(self, limit: int) -> list[SealedRecording]:
        """Those that the console hasn't verified, the oldest first."""
        return self._of("delivered_wall_s IS NULL ORDER BY s.sealed_wall_s, s.recording LIMIT ?", limit)

    def delivered(self, recording: RecordingId, wall_s: float) -> bool:
        """The console has it; False where there is no such recording."""
        with self._connection.transaction():
            found = self._connection.write(
                "UPDATE sealed_recordings SET delivered_wall_s = ? WHERE recording = ? AND delivered_wall_s IS NULL",
                (float(wall_s), recording),
            )
        return found > 0

    def undeliver(self, recording: RecordingId) -> bool:
        """The console has lost it, and is told of it once more; one that is still on its way stays so. False where
        there is no file of it here either."""
        facts = self.facts(recording)
        with self._connection.transaction():
            undone = self._connection.write(
                "UPDATE sealed_recordings SET delivered_wall_s = NULL"
                " WHERE recording = ? AND delivered_wall_s IS NOT NULL",
                (recording,),
            )
            if undone:
                self._outbox.add(RECORDING, facts)
        return facts is not None

    def deletable(self, limit: int, *, before_wall_s: float = 9e18) -> list[SealedRecording]:
        """Delivered before that time and not on hold, the oldest first."""
        return self._of(
            "delivered_wall_s < ? AND r.contact NOT IN (SELECT contact FROM legal_holds)"
            " ORDER BY s.delivered_wall_s, s.recording LIMIT ?",
            float(before_wall_s),
            limit,
        )

    def forget(self, recording: RecordingId) -> None:
        """Its sealed file is gone from here; the console has it."""
        with self._connection.transaction():
            self._connection.write("DELETE FROM sealed_recordings WHERE recording = ?", (recording,))
            if self._status(recording) == RecordingStatus.SEALED:
                self._mark(recording, RecordingStatus.DELIVERED)

    def erase(self, recording: RecordingId, contact: ContactId, why: str) -> None:
        """It goes here and on the console, whatever its state; its files are the caller's to remove."""
        with self._connection.transaction():
            self._connection.write("DELETE FROM sealed_recordings WHERE recording = ?", (recording,))
            self._mark(recording, RecordingStatus.ERASED)
            self._outbox.add(RECORDING_ERASED, {"recording": recording, "contact": contact, "why": why})

    def paths(self) -> list[str]:
        """Of all sealed files."""
        return [row["path"] for row in self._connection.rows("SELECT path FROM sealed_recordings")]

    def growth(self, *, since_wall_s: float) -> tuple[int, int]:
        """Contacts that began since then, and bytes of recordings of that time."""
        contacts = self._connection.value("SELECT count(*) FROM contacts WHERE started_wall_s >= ?", (since_wall_s,))
        recorded = self._connection.value(
            "SELECT total(bytes) FROM recordings WHERE json_extract(started, '$.wall_s') >= ?", (since_wall_s,)
        )
        return int(contacts), int(recorded)

    def expired(self, kind: str, *, before_wall_s: float, limit: int) -> list[RecordingId]:
        """Begun before that time and kept by no hold: `call` (not sealed, no message), `heard` (saved messages),
        `deleted` (messages whose sound is still here). Of what began before the clock was set nobody knows the age:
        only what was deleted goes."""
        state = {"call": "", "heard": "saved", "deleted": "deleted"}[kind]
        rows = self._connection.rows(
            "SELECT r.recording FROM recordings AS r LEFT JOIN voicemails AS v USING (recording)"
            " WHERE r.status = ? AND ifnull(v.state, '') = ? AND json_extract(r.started, '$.wall_s') < ?"
            " AND (v.state = 'deleted' OR json_extract(r.started, '$.synced'))"
            " AND r.contact NOT IN (SELECT contact FROM legal_holds) ORDER BY r.rowid LIMIT ?",
            (RecordingStatus.FINISHED.value, state, before_wall_s, limit),
        )
        return [RecordingId(row["recording"]) for row in rows]

    def totals(self) -> Totals:
        row = self._connection.row(
            "SELECT (SELECT total(bytes) FROM recordings WHERE status = ?) AS plain_bytes,"
            " sum(delivered_wall_s IS NULL) AS waiting, sum((delivered_wall_s IS NULL) * bytes) AS waiting_bytes,"
            " sum(delivered_wall_s IS NOT NULL) AS delivered,"
            " sum((delivered_wall_s IS NOT NULL) * bytes) AS delivered_bytes FROM sealed_recordings",
            (RecordingStatus.FINISHED.value,),
        )
        return Totals(**{name: int(value or 0) for name, value in (row or {}).items()})

    def _of(self, where: str, *parameters: Value) -> list[SealedRecording]:
        return [_sealed(row) for row in self._connection.rows(f"{_SELECT} WHERE {where}", parameters)]

    def _status(self, recording: RecordingId) -> str:
        return str(self._connection.value("SELECT status FROM recordings WHERE recording = ?", (recording,)))

    def _mark(self, recording: RecordingId, status: RecordingStatus) -> None:
        self._connection.write("UPDATE recordings SET status = ? WHERE recording = ?", (status.value, recording))


def _sealed(row: Row) -> SealedRecording:
    fields = {name: value for name, value in row.items() if name in SealedRecording.__struct_fields__}
    return SealedRecording(**fields)
