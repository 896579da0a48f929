"""The events that a dead contact still lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance import events as ev
from appliance.ids import AgentId, ContactId, OfferId, QueueId, RecordingId
from appliance.records.contact_record import build_record
from appliance.records.repair import closing_events

WHY = "the contact process died"


def _kinds(story: Any) -> list[str]:
    return [type(body).__name__ for body in closing_events(story.events, detail=WHY)]


def _disconnection(story: Any) -> ev.ContactDisconnected:
    last = closing_events(story.events, detail=WHY)[-1]
    assert isinstance(last, ev.ContactDisconnected)
    return last


def test_closing_when_contact_ended_by_itself_then_nothing(story: Any) -> None:
    story.arrive().at(1.0).queue().at(2.0).offer().at(3.0).answer().at(9.0).hang_up()
    assert closing_events(story.events, detail=WHY) == []


def test_closing_when_killed_in_the_menu_then_failed_leg_ended_disconnected(story: Any) -> None:
    assert _kinds(story.arrive()) == ["MediaFailed", "LegEnded", "ContactDisconnected"]
    end = _disconnection(story)
    assert (end.reason, end.pre_disconnect_state, end.detail) == (
        ev.DisconnectReason.TELECOM_PROBLEM,
        "IN_FLOW",
        WHY,
    )


def test_closing_when_killed_while_ringing_then_offer_and_place_are_given_up(story: Any) -> None:
    story.arrive().at(1.0).queue().at(2.0).offer()
    found = closing_events(story.events, detail=WHY)
    assert ev.AgentMissed(offer=OfferId(f"{story.contact}/1"), agent=AgentId("kim"), cause="withdrawn") in found
    assert ev.ContactDequeued(queue=QueueId("sales"), reason="failed") in found
    assert _kinds(story).count("LegEnded") == 2
    assert _disconnection(story).pre_disconnect_state == "IN_QUEUE"


def test_closing_when_killed_on_hold_then_agent_left_and_recording_stopped(story: Any) -> None:
    story.arrive().at(1.0).queue().at(2.0).offer().at(3.0).answer().record(Path("/spool"))
    story.at(5.0).say(ev.CustomerHeld(by=AgentId("kim")))
    found = closing_events(story.events, detail=WHY)
    assert ev.AgentLeft(agent=AgentId("kim")) in found
    assert ev.RecordingStopped(recording=RecordingId("tape-1"), reason=WHY.removeprefix("the ")) in found
    assert _disconnection(story).pre_disconnect_state == "CONNECTED_ONHOLD"


def test_closing_when_killed_between_answer_and_leaving_the_queue_then_it_left_by_connection(story: Any) -> None:
    story.arrive().at(1.0).queue().at(2.0).offer().at(3.0).answer()
    story.events.pop()
    found = closing_events(story.events, detail=WHY)
    assert ev.ContactDequeued(queue=QueueId("sales"), reason="connected") in found
    assert _disconnection(story).pre_disconnect_state == "CONNECTED"


def test_closing_when_only_the_last_leg_is_missing_then_no_failure_is_claimed(story: Any) -> None:
    story.arrive().at(2.0).hang_up(agent=None)
    story.events.pop()
    assert _kinds(story) == ["LegEnded"]


def test_closing_when_transferred_then_legs_go_on_elsewhere(story: Any) -> None:
    story.arrive().say(ev.ContactTransferred(next=ContactId("n"), target="102", kind="blind"))
    story.say(ev.ContactDisconnected(reason=None, pre_disconnect_state="CONNECTED"))
    assert closing_events(story.events, detail=WHY) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_closing_when_killed_after_any_event_then_complete_and_record_can_be_built(new_story: Any, data: Any) -> None:
    story = new_story().arrive().at(1.0).queue().at(2.0).offer().at(3.0).answer().record(Path("/spool"))
    story.at(4.0).say(ev.CustomerHeld(by=AgentId("kim"))).at(5.0).hang_up()
    del story.events[data.draw(st.integers(0, len(story.events))) :]
    bodies = closing_events(story.events, detail=WHY)
    story.switchboard(*bodies)
    assert closing_events(story.events, detail=WHY) == []
    record = build_record(story.events, box="branch")
    assert record["DisconnectTimestamp"] is not None
    if record["Queue"] is not None:
        assert record["Queue"]["Duration"] is not None
