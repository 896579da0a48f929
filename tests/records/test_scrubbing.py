"""Erasure takes the customer out of every event, and leaves what metrics need."""

from __future__ import annotations

from typing import Any

import msgspec
from records.conftest import Story

from appliance import events as ev
from appliance.ids import AgentId, ContactId, FlowId, LegId, RecordingId
from appliance.records.contact_record import build_record
from appliance.records.scrubbing import scrubbed, without_recordings

NUMBER, NAME, SECRET = "+8225550100", "Han", "order 4711 of Han"


def bodies() -> list[ev.AnyBody]:
    """One of each kind that can hold something of the customer's."""
    return [
        ev.ContactInitiated(
            method=ev.InitiationMethod.INBOUND,
            customer=ev.Endpoint(address=NUMBER, display_name=NAME),
            source="trunk:a",
        ),
        ev.LegStarted(
            leg=LegId("c"), role=ev.LegRole.CUSTOMER, uri=f"sip:{NUMBER}@x", sip_call_id=NAME, outgoing=False
        ),
        ev.LegEnded(leg=LegId("c"), role=ev.LegRole.CUSTOMER, sip_status=200, reason=SECRET, remote=True),
        ev.AttributesUpdated(attributes={"order": SECRET}),
        ev.ContactTransferred(next=ContactId("n"), target=NUMBER, kind="blind"),
        ev.ConsultStarted(leg=LegId("t"), target=NUMBER),
        ev.ContactDisconnected(reason=None, pre_disconnect_state="IN_FLOW", detail=SECRET),
        ev.FlowEnded(flow=FlowId("f"), outcome="x", detail=SECRET),
        ev.FunctionInvoked(function="f", outcome="failed", took_s=1.0, reason=SECRET),
        ev.RecordingStarted(
            recording=RecordingId("r"), customer_path="", agent_path="", rate_hz=8000, caller=NUMBER, caller_name=NAME
        ),
        ev.CallbackRequested(callback=ContactId("b"), number=NUMBER, attributes={"a": SECRET}),
        ev.NoteAdded(text=SECRET, agent=AgentId("kim")),
    ]


def test_event_when_scrubbed_then_nothing_of_the_customer_is_left() -> None:
    for body in bodies():
        text = msgspec.json.encode(scrubbed(body)).decode()
        assert not any(word in text for word in (NUMBER, NAME, SECRET)), text
        assert scrubbed(scrubbed(body)) == scrubbed(body)


def test_every_kind_of_event_when_looked_at_then_its_free_texts_are_known() -> None:
    """A new event with a field that may hold a customer's words has to be thought of here."""
    known = {
        "address", "display_name", "uri", "sip_call_id", "reason", "attributes", "target", "detail", "caller",
        "caller_name", "number", "text",
    }  # fmt: skip
    harmless = {("CallbackRequested", "caller_id")}  # the box's own number
    suspicious = ("number", "name", "text", "address", "uri", "target", "caller", "attributes", "detail", "note")
    rules = {type(body).__name__ for body in bodies()}
    kinds: tuple[type[ev.Body], ...] = ev.AnyBody.__args__
    missed = [
        (kind.__name__, field)
        for kind in kinds
        for field in kind.__struct_fields__
        if any(word in field for word in suspicious) and (field not in known or kind.__name__ not in rules)
    ]
    assert set(missed) - harmless == {("DispositionChosen", "name"), ("MediaFailed", "detail")}  # the box's own words


def test_leg_when_of_an_agent_then_it_stays_as_it_was() -> None:
    leg = ev.LegStarted(leg=LegId("a"), role=ev.LegRole.AGENT, uri="sip:101@x", sip_call_id="1", outgoing=True)
    inside = ev.ContactTransferred(next=ContactId("n"), target="101", kind="blind")
    assert (scrubbed(leg), scrubbed(inside)) == (leg, inside)


def test_record_when_made_of_scrubbed_events_then_its_metrics_are_the_same() -> None:
    story = Story().arrive().at(5).queue().at(9).offer().at(12).answer()
    story.at(20).say(ev.AttributesUpdated(attributes={"order": SECRET}), ev.NoteAdded(text=SECRET))
    story.at(60).say(
        ev.AgentLeft(agent=AgentId("kim")), ev.ContactDisconnected(reason=None, pre_disconnect_state="CONNECTED")
    )
    before = build_record(story.events, box="b")
    after = build_record([msgspec.structs.replace(event, body=scrubbed(event.body)) for event in story.events], box="b")
    assert NUMBER not in msgspec.json.encode(after).decode()
    for key in ("Queue", "Agent", "InitiationTimestamp", "DisconnectTimestamp", "ContactId", "LastUpdateTimestamp"):
        assert after[key] == before[key]
    assert after["CustomerEndpoint"]["Address"] == ""


def test_record_when_its_recordings_went_then_it_says_so() -> None:
    one: dict[str, Any] = {"Location": "x.flac", "Status": "AVAILABLE", "DeletionReason": None, "StartTimestamp": "t"}
    changed = without_recordings({"Recording": one, "Recordings": [one], "ContactId": "c"})
    gone = {"Location": None, "Status": "DELETED", "DeletionReason": "erased", "StartTimestamp": "t"}
    assert changed == {"Recording": gone, "Recordings": [gone], "ContactId": "c"}
    assert without_recordings({"Recording": None, "Recordings": None}) == {"Recording": None, "Recordings": None}
