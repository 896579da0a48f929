"""Whole seconds for events of several clocks."""

from __future__ import annotations

from typing import Any

from appliance import events as ev
from appliance.records.timeline import timeline


def test_timeline_when_wall_clock_jumps_then_distances_stay_monotonic(story: Any) -> None:
    story.wall_offset_s = 1000.0
    story.at(10.0).say(ev.SystemConnected())
    story.wall_offset_s = 5000.0
    story.at(20.9).say(ev.SystemConnected())
    line = timeline(story.events)
    assert [moment.second for moment in line.moments] == [5010, 5020]
    assert line.end == 5020


def test_timeline_when_only_an_early_stamp_was_synced_then_that_one_places_all(story: Any) -> None:
    story.wall_offset_s = 1000.0
    story.at(10.0).say(ev.SystemConnected())
    story.wall_offset_s, story.synced = 5000.0, False
    story.at(20.0).say(ev.SystemConnected())
    line = timeline(story.events)
    assert [moment.second for moment in line.moments] == [1010, 1020]
    assert line.synced


def test_timeline_when_rebooted_then_later_boot_never_precedes(story: Any) -> None:
    story.at(100.0).say(ev.SystemConnected())
    first = timeline(story.events).end
    story.boot, story.wall_offset_s = "boot-b", -500.0
    story.at(1.0).switchboard(ev.MediaFailed(detail="")).at(4.0).switchboard(ev.ContactClosed())
    line = timeline(story.events)
    assert [moment.second - first for moment in line.moments] == [0, 0, 3]
    assert line.boots == ("boot-a", "boot-b")
