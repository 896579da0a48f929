"""Journals, whole and torn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance import events as ev
from appliance.ids import ContactId
from appliance.records.journal import contact_folder, journal_path, read_journal


def test_paths_when_asked_then_one_folder_per_contact() -> None:
    contact = ContactId("c1")
    assert contact_folder(Path("/s"), contact) == Path("/s/c1")
    assert journal_path(Path("/s"), contact) == Path("/s/c1/journal.jsonl")


def test_read_when_no_journal_then_empty(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "journal.jsonl") == []


def test_read_when_whole_then_equal(tmp_path: Path, story: Any) -> None:
    story.arrive().at(1.0).queue().at(2.0).hang_up(agent=None)
    assert read_journal(story.write_journal(tmp_path)) == story.events


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_read_when_cut_at_any_byte_then_every_whole_line_is_there(tmp_path: Path, new_story: Any, data: Any) -> None:
    told = new_story().arrive().at(1.5).queue().at(2.5).hang_up(agent=None)
    path = told.write_journal(tmp_path)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    lines = [len(ev.encode_event(event)) for event in told.events]
    ends = [sum(lines[: number + 1]) + number for number in range(len(lines))]  # without the newline itself
    assert read_journal(path) == told.events[: sum(end <= cut for end in ends)]


def test_read_when_power_cut_left_zeros_then_they_are_left_out(
    tmp_path: Path, story: Any, caplog: pytest.LogCaptureFixture
) -> None:
    path = story.arrive().write_journal(tmp_path)
    with path.open("ab") as file:
        file.write(bytes(4096))
    assert read_journal(path) == story.events
    assert "is torn and was left out" in caplog.text


def test_read_when_full_disk_glued_a_line_to_a_torn_one_then_only_the_torn_one_is_lost(
    tmp_path: Path, story: Any
) -> None:
    story.arrive().say(ev.AttributesUpdated(attributes={"note": '{"contact":"x"}'}), ev.SystemConnected())
    lines = [ev.encode_event(event) for event in story.events]
    lines[1] = lines[1][:40]
    path = tmp_path / "journal.jsonl"
    path.write_bytes(lines[0] + b"\n" + lines[1] + lines[2] + b"\n" + b"\n".join(lines[3:]) + b"\n")
    assert read_journal(path) == [story.events[0], *story.events[2:]]
