"""Signs of life and unwritten audio of a dead contact process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from appliance.events import RecordingStarted, RecordingStopped
from appliance.ids import RecordingId
from appliance.records.traces import last_sign, unknown_audio


def test_last_sign_when_recording_outlives_the_last_event_then_its_end(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    story.at(0.0).arrive().at(10.0).record(box.spool / story.contact)
    box.write_sides(story, customer=make_wav(make_tone(2.5)), agent=make_wav(make_tone(2.0)))
    assert last_sign(story.events).mono_s == 12.5
    assert last_sign(story.events).wall_s == story.stamp().wall_s + 2.5


def test_last_sign_when_recording_had_stopped_or_left_no_file_then_the_last_event(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    story.at(0.0).arrive().at(10.0).record(box.spool / story.contact)
    assert last_sign(story.events).mono_s == 10.0
    box.write_sides(story, customer=make_wav(make_tone(9.0)), agent=None)
    story.at(11.0).say(RecordingStopped(recording=RecordingId("tape-1"), reason="flow"))
    assert last_sign(story.events).mono_s == 11.0


def test_last_sign_when_already_repaired_in_a_later_boot_then_not_moved(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    story.at(100.0).arrive().record(box.spool / story.contact)
    box.write_sides(story, customer=make_wav(make_tone(3.0)), agent=None)
    story.boot = "boot-b"
    story.at(1.0).switchboard(
        RecordingStarted(recording=RecordingId("x"), customer_path="", agent_path="", rate_hz=8000)
    )
    assert last_sign(story.events).mono_s == 1.0


def test_unknown_audio_when_one_side_only_then_still_found(tmp_path: Path, make_tone: Any, make_wav: Any) -> None:
    (tmp_path / "tape-9.agent.wav").write_bytes(make_wav(make_tone(0.1)))
    (tmp_path / "notes.wav").write_bytes(b"")
    (found,) = unknown_audio(tmp_path, [])
    assert (found.recording, found.rate_hz) == ("tape-9", 8000)
    assert found.customer_path == str(tmp_path / "tape-9.customer.wav")
    assert unknown_audio(tmp_path / "none", []) == []
