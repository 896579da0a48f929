"""What is looked for in the remains of a contact whose process is gone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from appliance import events as ev
from appliance.ids import RecordingId
from appliance.records.recovery import Remains, look_through
from appliance.stamps import Stamp

LATER = Stamp(boot="boot-b", mono_s=7.0, wall_s=1_795_009_000.0, synced=True)


def _look(box: Any, story: Any, now: Stamp = LATER) -> Remains:
    return look_through(story.contact, box.spool / story.contact, story.events, now=now, detail="it died")


def _talking(story: Any, box: Any) -> Any:
    """In mid-call, recorded, answered at 12 s."""
    story.at(0.0).arrive().at(5.0).queue().at(8.0).offer().at(12.0).answer()
    return story.record(box.spool / story.contact)


def test_remains_when_killed_in_mid_call_then_it_ended_with_the_audio(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    _talking(story, box)
    box.write_sides(story, customer=make_wav(make_tone(3.0)), agent=make_wav(make_tone(2.0)))
    found = _look(box, story)
    assert (found.unknown, found.ended.mono_s, found.ended.boot) == ((), 15.0, "boot-a")
    assert [type(body) for body in found.missing[:1]] == [ev.MediaFailed]
    assert isinstance(found.missing[-1], ev.ContactDisconnected)
    assert found.call_ids == ("customer@box", "agent-1@box")


def test_remains_when_contact_had_ended_by_itself_then_nothing_is_missing(box: Any, story: Any) -> None:
    _talking(story, box).at(20.0).say(ev.RecordingStopped(recording=RecordingId("tape-1"), reason="contact ended"))
    story.hang_up()
    found = _look(box, story)
    assert (found.unknown, found.missing, found.call_ids) == ((), (), ())


def test_remains_when_the_recording_has_no_event_then_it_counts_as_life(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    story.at(4.0).arrive()
    box.write_sides(story, customer=make_wav(make_tone(0.5)), agent=make_wav(make_tone(0.5)), name="found")
    found = _look(box, story)
    (started,) = found.unknown
    assert isinstance(started, ev.RecordingStarted)
    assert (started.recording, found.begun.mono_s, found.ended.mono_s) == ("found", 4.0, 4.5)
    assert ev.RecordingStopped(recording=started.recording, reason="contact process died") in found.missing


def test_remains_when_only_audio_is_left_then_it_ends_not_later_than_now(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    box.write_sides(story, customer=make_wav(make_tone(0.5)), agent=None)
    found = _look(box, story)
    assert (found.begun, found.ended, len(found.unknown)) == (LATER, LATER, 1)
    assert isinstance(found.missing[-1], ev.ContactDisconnected)


@pytest.mark.parametrize("there", [True, False])
def test_remains_when_there_is_nothing_then_nothing_is_missing(*, box: Any, story: Any, there: bool) -> None:
    if there:
        (box.spool / story.contact).mkdir()
    found = _look(box, story)
    assert (found.unknown, found.missing, found.call_ids) == ((), (), ())


def test_remains_when_all_that_was_missing_is_stored_then_nothing_more_is(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    _talking(story, box)
    box.write_sides(story, customer=make_wav(make_tone(1.0)), agent=make_wav(make_tone(1.0)))
    box.write_sides(story, customer=make_wav(make_tone(2.0)), agent=None, name="found")
    first = _look(box, story)
    begun, ended = first.begun.mono_s, first.ended.mono_s
    story.at(begun).switchboard(*first.unknown).at(ended).switchboard(*first.missing)
    again = _look(box, story)
    assert (again.unknown, again.missing, again.ended) == ((), (), structs.replace(first.ended))
