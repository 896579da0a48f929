"""The orphan audit: do the recordings folder and the store tell the same story? Reads only."""

from __future__ import annotations

from pathlib import Path

import msgspec

from appliance.ids import RecordingId
from appliance.records.finish import PART
from appliance.store import RecordingStatus, Store


class RecordingAudit(msgspec.Struct, frozen=True, kw_only=True):
    """Paths are below the recordings folder.

    `files_without_row`: finished files the store knows nothing of; `rows_without_file`: finished recordings whose file
    is missing or has another size; `unfinished`: recordings that are neither finished nor lost; `leftovers`: parts of
    a finishing that was cut short (they are overwritten when it is done again).
    """

    files_without_row: tuple[str, ...]
    rows_without_file: tuple[RecordingId, ...]
    unfinished: tuple[RecordingId, ...]
    leftovers: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.files_without_row or self.rows_without_file or self.leftovers)


def audit_recordings(store: Store, recordings: Path) -> RecordingAudit:
    """Compare every row with every file. Contents aren't read; `facts.check_recording` does that for one file."""
    sizes = {str(path.relative_to(recordings)): path.stat().st_size for path in recordings.rglob("*") if path.is_file()}
    rows = store.recordings.all()
    finished = [row for row in rows if row.status is RecordingStatus.FINISHED]
    known = {row.path for row in finished}
    open_states = (RecordingStatus.RECORDING, RecordingStatus.STOPPED)
    return RecordingAudit(
        files_without_row=tuple(sorted(name for name in sizes if name not in known and not name.endswith(PART))),
        rows_without_file=tuple(row.recording for row in finished if sizes.get(row.path or "") != row.bytes),
        unfinished=tuple(row.recording for row in rows if row.status in open_states),
        leftovers=tuple(sorted(name for name in sizes if name.endswith(PART))),
    )
