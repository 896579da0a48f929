"""The orphan audit."""

from __future__ import annotations

from typing import Any

from appliance import events as ev
from appliance.ids import RecordingId
from appliance.records.audit import audit_recordings


def test_audit_when_folder_and_store_differ_then_each_difference_is_named(box: Any, story: Any) -> None:
    folder = box.recordings / "2026" / "11"
    folder.mkdir(parents=True)
    for name, size in (("good.flac", 3), ("short.flac", 1), ("stranger.flac", 3), ("cut.flac.part", 2)):
        (folder / name).write_bytes(b"x" * size)
    story.arrive()
    for name in ("good", "short", "gone", "growing"):
        story.record(box.spool, name)
    box.store.events.append(story.events)
    for seq, name in enumerate(("good", "short", "gone"), start=1):
        done = ev.RecordingFinished(
            recording=RecordingId(name), path=f"2026/11/{name}.flac", sha256="", duration_s=1.0, bytes=3
        )
        story.switchboard(done)
        assert story.events[-1].seq == seq
    box.store.events.append(story.events[-3:])
    audit = audit_recordings(box.store, box.recordings)
    assert audit.files_without_row == ("2026/11/stranger.flac",)
    assert audit.rows_without_file == ("short", "gone")
    assert audit.unfinished == ("growing",)
    assert audit.leftovers == ("2026/11/cut.flac.part",)
    assert not audit.clean


def test_audit_when_box_is_new_then_clean(box: Any) -> None:
    assert audit_recordings(box.store, box.recordings).clean
