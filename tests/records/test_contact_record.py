"""The contact record: shape, times and arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance import events as ev
from appliance.errors import RecordError
from appliance.ids import AgentId, ContactId, Extension, FlowId, LegId, OfferId, QueueId, RecordingId, SlotId
from appliance.records.contact_record import build_record
from appliance.stamps import Stamp

TOP_LEVEL = {
    "AWSAccountId",
    "AWSContactTraceRecordFormatVersion",
    "InstanceARN",
    "ContactId",
    "InitialContactId",
    "PreviousContactId",
    "NextContactId",
    "RelatedContactId",
    "ContactAssociationId",
    "Channel",
    "InitiationMethod",
    "InitiationTimestamp",
    "ConnectedToSystemTimestamp",
    "DisconnectTimestamp",
    "DisconnectReason",
    "LastUpdateTimestamp",
    "TransferCompletedTimestamp",
    "TransferredToEndpoint",
    "CustomerEndpoint",
    "SystemEndpoint",
    "CustomerId",
    "Queue",
    "Agent",
    "AgentConnectionAttempts",
    "Attributes",
    "SegmentAttributes",
    "Tags",
    "Recording",
    "Recordings",
    "MediaStreams",
    "References",
    "CustomerVoiceActivity",
    "AnsweringMachineDetectionStatus",
    "DisconnectDetails",
    "QualityMetrics",
    "ContactLens",
    "Campaign",
    "OutboundStrategy",
    "ScheduledTimestamp",
    "LastPausedTimestamp",
    "LastResumedTimestamp",
    "TotalPauseCount",
    "TotalPauseDurationInSeconds",
    "ContactDetails",
    "ChatMetrics",
    "AdditionalEmailRecipients",
    "TaskTemplateInfo",
    "VoiceIdResult",
    "WisdomInfo",
    "ContactEvaluations",
    "RoutingCriteria",
    "Customer",
    "Linekeeper",
}
KIM = AgentId("kim")


def _answered(story: Any) -> Any:
    """In at 0, queued at 5, offered at 8, answered at 12, two holds, gone at 100, wrap-up to 130."""
    story.at(0.0).arrive().at(5.0).queue().at(8.0).offer().at(12.0).answer().record(Path("/spool"))
    story.at(20.0).say(ev.CustomerHeld(by=KIM)).at(30.5).say(ev.CustomerResumed(by=KIM))
    story.at(40.0).say(ev.CustomerHeld(by=None)).at(45.0).say(ev.CustomerResumed(by=None))
    story.at(100.0).say(ev.RecordingStopped(recording=RecordingId("tape-1"), reason="contact ended")).hang_up()
    story.at(100.1).switchboard(ev.AfterContactWorkStarted(agent=KIM))
    done = ev.RecordingFinished(
        recording=RecordingId("tape-1"), path="2026/11/18/tape-1.flac", sha256="cd", duration_s=88.0, bytes=7
    )
    return (
        story.at(101.0).switchboard(done).at(130.0).switchboard(ev.AfterContactWorkEnded(agent=KIM), ev.ContactClosed())
    )


def _seconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def test_record_when_contact_is_answered_then_has_every_key_and_the_documented_values(story: Any) -> None:
    record = build_record(_answered(story).events, box="branch 1")
    assert set(record) == TOP_LEVEL
    start = 1_795_000_000
    assert _seconds(record["InitiationTimestamp"]) == start
    assert record["ConnectedToSystemTimestamp"] == record["InitiationTimestamp"]
    assert _seconds(record["DisconnectTimestamp"]) == start + 100
    assert _seconds(record["LastUpdateTimestamp"]) == start + 130
    assert record["InstanceARN"] == "arn:aws:connect:local:0:instance/branch%201"
    assert record["Queue"] == {
        "ARN": "arn:aws:connect:local:0:instance/branch%201/queue/sales",
        "Name": "sales",
        "EnqueueTimestamp": "2026-11-18T11:06:45Z",
        "DequeueTimestamp": "2026-11-18T11:06:52Z",
        "Duration": 7,
    }
    assert _seconds(record["Queue"]["EnqueueTimestamp"]) == start + 5
    assert record["Agent"]["Username"] == "kim"
    assert record["Agent"]["CustomerHoldDuration"] == 15
    assert record["Agent"]["AgentInitiatedHoldDuration"] == 10
    assert record["Agent"]["NumberOfHolds"] == 2
    assert record["Agent"]["LongestHoldDuration"] == 10
    assert record["Agent"]["AgentInteractionDuration"] == 73
    assert record["Agent"]["AfterContactWorkDuration"] == 30
    assert record["AgentConnectionAttempts"] == 1
    assert record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    assert record["CustomerEndpoint"] == {"Address": "+8225550100", "Type": "TELEPHONE_NUMBER"}
    assert record["Recording"] == {
        "Location": "2026/11/18/tape-1.flac",
        "Status": "AVAILABLE",
        "DeletionReason": None,
        "Type": "AUDIO",
    }
    assert record["Recordings"][0]["ParticipantType"] == "ALL"
    assert record["QualityMetrics"]["Agent"]["Audio"]["PotentialQualityIssues"] == []
    assert record["SegmentAttributes"]["linekeeper:PreDisconnectState"] == {"ValueString": "CONNECTED"}
    assert record["SegmentAttributes"]["linekeeper:FlowBundleSha256"] == {"ValueString": "ab" * 32}


def test_record_when_built_then_plain_json_and_the_same_for_any_order(story: Any) -> None:
    events = _answered(story).events
    record = build_record(events, box="branch")
    assert msgspec.json.decode(msgspec.json.encode(record)) == record
    assert build_record(list(reversed(events)), box="branch") == record


def test_record_when_caller_gives_up_in_queue_then_abandoned(story: Any) -> None:
    story.at(0.0).arrive().at(3.0).queue().at(6.0).offer()
    missed = ev.AgentMissed(offer=OfferId(f"{story.contact}/1"), agent=KIM, cause="abandoned")
    story.at(9.0).say(missed, ev.ContactDequeued(queue=QueueId("sales"), reason="abandoned"))
    record = build_record(story.hang_up(state="IN_QUEUE", agent=None).events, box="branch")
    assert record["Agent"] is None
    assert record["Queue"]["Duration"] == 6
    assert record["AgentConnectionAttempts"] == 1
    assert record["SegmentAttributes"]["linekeeper:PreDisconnectState"] == {"ValueString": "IN_QUEUE"}
    (offer,) = record["Linekeeper"]["Offers"]
    assert (offer["Outcome"], offer["RingDuration"]) == ("abandoned", 3)


def test_record_when_second_agent_answers_then_both_attempts_count(story: Any) -> None:
    story.at(0.0).arrive().at(1.0).queue().at(2.0).offer("kim", 1)
    story.at(22.0).say(ev.AgentMissed(offer=OfferId(f"{story.contact}/1"), agent=KIM, cause="no_answer"))
    story.at(23.0).offer("lee", 2).at(27.0).answer("lee", 2).at(60.0).hang_up(agent="lee", number=2)
    record = build_record(story.events, box="branch")
    assert record["AgentConnectionAttempts"] == 2
    assert record["Agent"]["Username"] == "lee"
    assert record["Queue"]["Duration"] == 26
    assert record["Agent"]["AfterContactWorkStartTimestamp"] is None
    assert record["Agent"]["AfterContactWorkDuration"] is None
    assert record["Agent"]["AgentInteractionDuration"] == 33


def test_record_when_transferred_then_links_and_completion_time(story: Any) -> None:
    story.at(0.0).arrive().at(1.0).queue().at(2.0).offer().at(4.0).answer()
    transfer = ev.ContactTransferred(next=ContactId("next"), target="+8225550111", kind="blind", by=KIM)
    story.at(30.0).say(ev.AgentLeft(agent=KIM), transfer)
    story.say(ev.ContactDisconnected(reason=None, pre_disconnect_state="CONNECTED"))
    record = build_record(story.events, box="branch")
    assert record["NextContactId"] == "next"
    assert record["TransferCompletedTimestamp"] == record["DisconnectTimestamp"]
    assert record["TransferredToEndpoint"] == {"Address": "+8225550111", "Type": "TELEPHONE_NUMBER"}
    assert record["DisconnectReason"] is None


def test_record_when_flows_ran_then_path_and_bundle_are_kept(story: Any) -> None:
    menu, extra = FlowId("menu"), FlowId("extra")
    story.at(0.0).arrive()
    story.at(1.0).say(ev.FlowActionTaken(flow=menu, action="a1", action_type="GetParticipantInput", result="1"))
    story.say(ev.FlowStarted(flow=extra, flow_type="contactFlow", bundle_sha256="ef" * 32, flow_sha256="cd" * 32))
    lost = ev.FlowActionTaken(
        flow=extra, action="b0", action_type="CreateTask", result="NoMatchingError", error=True, lacking="cloud"
    )
    story.say(lost)
    story.say(ev.FlowActionTaken(flow=extra, action="b1", action_type="DisconnectParticipant", result="Success"))
    story.say(ev.FlowEnded(flow=extra, outcome="DISCONNECTED_PARTICIPANT"))
    flows = build_record(story.events, box="branch")["Linekeeper"]["Flows"]
    assert [flow["Flow"] for flow in flows] == ["menu", "extra"]
    assert flows[0]["Path"] == [{"Action": "a1", "Type": "GetParticipantInput", "Result": "1", "Error": False}]
    assert (flows[1]["BundleSha256"], flows[1]["Outcome"]) == ("ef" * 32, "DISCONNECTED_PARTICIPANT")
    assert (flows[1]["FlowSha256"], flows[1]["Fatal"]) == ("cd" * 32, False)
    assert flows[1]["Path"][0] == {
        "Action": "b0",
        "Type": "CreateTask",
        "Result": "NoMatchingError",
        "Error": True,
        "Lacking": "cloud",
    }


def test_record_when_clock_is_set_in_mid_call_then_times_are_restated_and_durations_stay(story: Any) -> None:
    story.wall_offset_s, story.synced = 0.0, False
    story.at(100.0).arrive().at(105.0).queue().at(108.0).offer().at(112.0).answer()
    story.wall_offset_s, story.synced = 1_795_000_000.0, True
    record = build_record(story.at(160.0).hang_up().events, box="branch")
    assert _seconds(record["InitiationTimestamp"]) == 1_795_000_100
    assert record["Queue"]["Duration"] == 7
    assert record["Agent"]["AgentInteractionDuration"] == 48
    assert record["Linekeeper"]["ClockSynced"] is True


def test_record_when_repaired_after_reboot_with_a_clock_in_the_past_then_time_never_runs_back(story: Any) -> None:
    story.at(500.0).arrive().at(520.0).queue()
    story.boot, story.wall_offset_s, story.synced = "boot-b", 0.0, False
    story.at(3.0).switchboard(
        ev.MediaFailed(detail="power cut"),
        ev.ContactDisconnected(reason=ev.DisconnectReason.TELECOM_PROBLEM, pre_disconnect_state="IN_QUEUE"),
    )
    record = build_record(story.events, box="branch")
    assert _seconds(record["DisconnectTimestamp"]) >= _seconds(record["Queue"]["EnqueueTimestamp"])
    assert record["Queue"]["Duration"] == 0
    assert record["Linekeeper"]["BootIds"] == ["boot-a", "boot-b"]
    assert record["Linekeeper"]["ClockSynced"] is False
    assert record["Linekeeper"]["MediaFailed"] == "power cut"


def test_record_when_no_events_then_error() -> None:
    with pytest.raises(RecordError, match="without events"):
        build_record([], box="branch")


def test_record_when_first_event_is_lost_then_still_built(story: Any) -> None:
    record = build_record(story.at(1.0).say(ev.MediaFailed(detail="torn")).events, box="branch")
    assert set(record) == TOP_LEVEL
    assert record["InitiationMethod"] is None


agents = st.sampled_from([KIM, AgentId("lee")])
queues = st.sampled_from([QueueId("sales"), QueueId("aid")])
offers = st.sampled_from([OfferId("o1"), OfferId("o2")])
tapes = st.sampled_from([RecordingId("t1"), RecordingId("t2")])
legs = st.sampled_from([LegId("customer"), LegId("agent-1")])
E101 = Extension("101")
bodies: st.SearchStrategy[Any] = st.one_of(
    st.just(ev.SystemConnected()),
    st.builds(ev.ContactQueued, queue=queues),
    st.builds(ev.ContactDequeued, queue=queues, reason=st.just("connected")),
    st.builds(ev.AgentOffered, offer=offers, agent=agents, extension=st.just(E101)),
    st.builds(ev.AgentConnected, agent=agents, extension=st.just(E101), offer=st.none() | offers),
    st.builds(ev.AgentMissed, offer=offers, agent=agents, cause=st.just("no_answer")),
    st.builds(ev.AgentLeft, agent=agents),
    st.builds(ev.CustomerHeld, by=st.none() | agents),
    st.builds(ev.CustomerResumed, by=st.none() | agents),
    st.builds(ev.AfterContactWorkStarted, agent=agents),
    st.builds(ev.AfterContactWorkEnded, agent=agents),
    st.builds(ev.ContactDisconnected, reason=st.none(), pre_disconnect_state=st.just("CONNECTED")),
    st.builds(
        ev.ContactTransferred, next=st.just(ContactId("n")), target=st.just("102"), kind=st.just("blind"), by=st.none()
    ),
    st.builds(ev.RecordingStopped, recording=tapes, reason=st.just("flow")),
    st.builds(
        ev.RecordingStarted, recording=tapes, customer_path=st.just("c"), agent_path=st.just("a"), rate_hz=st.just(8000)
    ),
    st.builds(
        ev.LegStarted,
        leg=legs,
        role=st.just(ev.LegRole.AGENT),
        uri=st.just(""),
        sip_call_id=st.just(""),
        outgoing=st.booleans(),
    ),
    st.builds(
        ev.LegEnded,
        leg=legs,
        role=st.sampled_from(list(ev.LegRole)),
        sip_status=st.just(200),
        remote=st.booleans(),
        quality=st.none()
        | st.builds(
            ev.LegQuality,
            received=st.integers(0, 10**6),
            lost=st.integers(0, 10**6),
            jitter_ms=st.floats(0, 1000),
            rtt_ms=st.floats(0, 5000),
        ),
    ),
    st.builds(ev.MediaFailed, detail=st.just("x")),
    st.just(ev.ContactClosed()),
)
stamps = st.builds(
    Stamp,
    boot=st.sampled_from(["a", "a", "a", "b"]),
    mono_s=st.floats(0, 10_000),
    wall_s=st.floats(0, 2e9),
    synced=st.booleans(),
)
INITIATED = ev.ContactInitiated(method=ev.InitiationMethod.INBOUND, customer=ev.Endpoint(address="+82"), slot=SlotId(0))


@st.composite
def event_lists(draw: st.DrawFn) -> list[ev.ContactEvent]:
    """Any events with any clocks, sensible or not; each writer's numbers without gaps."""
    drawn = draw(st.lists(st.tuples(stamps, st.sampled_from(list(ev.Writer)), bodies), max_size=30))
    tidy = draw(st.booleans())
    times = (
        sorted((entry[0] for entry in drawn), key=lambda at: (at.boot, at.mono_s)) if tidy else [e[0] for e in drawn]
    )
    seqs = dict.fromkeys(ev.Writer, 0)
    events = []
    for at, (_, writer, body) in zip(times, drawn, strict=True):
        seqs[writer] += 1
        events.append(ev.ContactEvent(contact=ContactId("c"), writer=writer, seq=seqs[writer], at=at, body=body))
    first = times[0] if times else Stamp(boot="a", mono_s=0.0, wall_s=0.0, synced=False)
    seq = 1 + seqs[ev.Writer.CONTACT]
    return [
        *events,
        ev.ContactEvent(contact=ContactId("c"), writer=ev.Writer.CONTACT, seq=seq, at=first, body=INITIATED),
    ]


@given(event_lists())
def test_record_when_any_events_then_never_negative_and_adds_up(events: list[ev.ContactEvent]) -> None:
    record = build_record(events, box="branch")
    assert set(record) == TOP_LEVEL
    _check_queue(record)
    _check_agent(record)
    assert _seconds(record["LastUpdateTimestamp"]) >= _seconds(record["InitiationTimestamp"])
    for offer in record["Linekeeper"]["Offers"]:
        assert offer["RingDuration"] is None or offer["RingDuration"] >= 0
    for side in (record["QualityMetrics"] or {}).values():
        assert side is None or 1.0 <= side["Audio"]["QualityScore"] <= 5.0


def _check_queue(record: dict[str, Any]) -> None:
    queue = record["Queue"]
    if queue is None or queue["Duration"] is None:
        return
    assert queue["Duration"] >= 0
    assert queue["Duration"] == _seconds(queue["DequeueTimestamp"]) - _seconds(queue["EnqueueTimestamp"])


def _check_agent(record: dict[str, Any]) -> None:
    agent = record["Agent"]
    if agent is None:
        return
    for name in ("AgentInteractionDuration", "CustomerHoldDuration", "AgentInitiatedHoldDuration", "NumberOfHolds"):
        assert agent[name] >= 0
    assert agent["LongestHoldDuration"] <= agent["CustomerHoldDuration"]
    assert agent["AgentInitiatedHoldDuration"] <= agent["CustomerHoldDuration"]
    start, end = agent["AfterContactWorkStartTimestamp"], agent["AfterContactWorkEndTimestamp"]
    if start is not None:
        talked = agent["AgentInteractionDuration"] + agent["CustomerHoldDuration"]
        assert talked == _seconds(start) - _seconds(agent["ConnectedToAgentTimestamp"])
    if end is not None:
        assert agent["AfterContactWorkDuration"] == _seconds(end) - _seconds(start) >= 0
