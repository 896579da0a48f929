"""Records of customers who are called back: the chain, the times, the attempt."""

from __future__ import annotations

from records.conftest import Story

from appliance import events as ev
from appliance.ids import ContactId, ErrandId, QueueId
from appliance.records.contact_record import build_record
from appliance.stamps import iso_utc

SALES = QueueId("sales")


def test_record_when_a_callback_was_asked_for_then_next_is_the_callback_and_nobody_is_lost(story: Story) -> None:
    story.arrive().at(2).queue().at(30)
    story.say(ev.CallbackRequested(callback=ContactId("back-1"), number="+8225550100", queue=SALES))
    story.say(ev.ContactDequeued(queue=SALES, reason="callback"))
    story.at(33).hang_up(state="IN_FLOW", agent=None)
    record = build_record(story.events, box="branch")
    assert record["NextContactId"] == "back-1"
    assert record["Queue"]["Duration"] == 28
    assert record["TransferCompletedTimestamp"] is None


def test_record_when_it_is_an_attempt_then_schedule_place_and_outcome_are_told(new_story: type[Story]) -> None:
    story = new_story(ContactId("back-1"))
    asked = story.stamp()
    due = story.at(60).stamp()
    story.at(0).switchboard(
        ev.ContactInitiated(
            method=ev.InitiationMethod.CALLBACK,
            customer=ev.Endpoint(address="+8225550100"),
            initial=ContactId("first"),
            previous=ContactId("first"),
        ),
        ev.AttemptPlanned(
            errand=ErrandId("back-1"),
            kind=ev.ErrandKind.CALLBACK,
            attempt=1,
            max_attempts=2,
            due=due,
            waiting_since=asked,
        ),
    )
    story.at(60).switchboard(ev.QueueRequested(queue=SALES, waiting_since=asked), ev.ContactQueued(queue=SALES))
    story.at(70).offer().at(75).answer()
    story.at(80).say(ev.ContactDisconnected(reason=ev.DisconnectReason.TELECOM_BUSY, pre_disconnect_state="CONNECTED"))
    story.switchboard(ev.AttemptFollows(next=ContactId("back-2"), outcome="busy"))
    record = build_record(story.events, box="branch")
    assert (record["InitiationMethod"], record["NextContactId"]) == ("CALLBACK", "back-2")
    assert record["ScheduledTimestamp"] == iso_utc(due.wall_s)
    assert record["ConnectedToSystemTimestamp"] is None
    assert record["Queue"]["Duration"] == 15
    errand = record["Linekeeper"]["Errand"]
    assert (errand["Attempt"], errand["MaximumAttempts"], errand["Outcome"]) == (1, 2, "busy")
    assert errand["TotalQueueDuration"] == 75
    assert record["Campaign"] is None
