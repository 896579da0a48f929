"""Pauses of a recording: read from events, marked in the file and in the record."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from appliance import events as ev
from appliance.ids import AgentId, RecordingId
from appliance.records.contact_record import build_record
from appliance.records.finish import finish_recording, recording_sources
from appliance.records.pauses import Pause, pauses_of
from appliance.stamps import Stamp

TAPE, KIM = RecordingId("tape-1"), AgentId("kim")
STARTED = Stamp(boot="a", mono_s=5.0, wall_s=1_795_000_000.0, synced=True)


def paused(at_s: float) -> ev.RecordingPaused:
    return ev.RecordingPaused(recording=TAPE, at_s=at_s, source="agent", by=KIM)


def resumed(at_s: float) -> ev.RecordingResumed:
    return ev.RecordingResumed(recording=TAPE, at_s=at_s, source="agent", by=KIM)


def test_pauses_when_one_is_open_then_it_has_no_end() -> None:
    found = pauses_of([paused(3.0), resumed(5.5), ev.SystemConnected(), paused(9.0)])
    assert found == {TAPE: (Pause(from_s=3.0, to_s=5.5, by=KIM), Pause(from_s=9.0, by=KIM))}


def test_pauses_when_there_was_none_then_nothing() -> None:
    assert pauses_of([resumed(5.5)]) == {}


def test_file_when_paused_then_whoever_has_only_the_file_finds_the_silence(
    tmp_path: Path, make_tone: Any, make_wav: Any
) -> None:
    for side in ("customer", "agent"):
        tmp_path.joinpath(f"{side}.wav").write_bytes(make_wav(make_tone(2.0)))
    sources = recording_sources(
        TAPE,
        customer=str(tmp_path / "customer.wav"),
        agent=str(tmp_path / "agent.wav"),
        rate_hz=8000,
        started=STARTED,
        pauses=(Pause(from_s=0.5, to_s=0.75), Pause(from_s=1.5)),
    )
    done = finish_recording(sources, tmp_path)
    comments = subprocess.run(
        ["metaflac", "--show-tag=PAUSED", str(tmp_path / done.path)], capture_output=True, text=True, check=True
    ).stdout
    assert comments.splitlines() == ["PAUSED=0.500-0.750", "PAUSED=1.500-"]
    assert done.duration_s == 2.0


def test_record_when_paused_then_it_names_the_pauses_of_each_recording(story: Any) -> None:
    finished = ev.RecordingFinished(recording=TAPE, path="x.flac", sha256="cd", duration_s=12.0, bytes=7)
    started = ev.RecordingStarted(recording=TAPE, customer_path="c", agent_path="a", rate_hz=8000)
    story.arrive().say(started, paused(3.0), resumed(5.5), paused(9.0), finished)
    record = build_record(story.events, box="branch")
    assert record["Linekeeper"]["Recordings"][0]["Pauses"] == [
        {"From": 3.0, "To": 5.5, "By": "kim"},
        {"From": 9.0, "To": 12.0, "By": "kim"},
    ]
