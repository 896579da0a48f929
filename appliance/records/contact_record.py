"""Builds a contact's record from its events, once, at the end. Pure: the same events give the same record.

The shape is Amazon Connect's contact record (reference/connect/contact-record.md): every top-level key present, null
where there is nothing to say, timestamps in whole seconds UTC, durations as differences of those seconds. So
AgentInteractionDuration + CustomerHoldDuration = AfterContactWorkStart - ConnectedToAgent, AfterContactWorkDuration =
End - Start and Queue.Duration = Dequeue - Enqueue hold exactly. What Connect has no key for is under `Linekeeper`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from appliance import events as ev
from appliance.errors import RecordError
from appliance.ids import ContactId, ProfileId, QueueId, RecordingId, agent_of_queue
from appliance.records.arns import LOCAL_ACCOUNT, instance_arn, resource_arn
from appliance.records.box_details import box_details
from appliance.records.monitoring import state_transitions
from appliance.records.quality import quality_metrics
from appliance.records.spans import AgentStint, QueueStay, agent_stint, queue_stay
from appliance.records.timeline import Moment, Timeline, timeline
from appliance.stamps import iso_utc

FORMAT_VERSION = "2017-03-10"
_NOT_FOR_VOICE = (
    "ContactAssociationId",
    "CustomerId",
    "CustomerVoiceActivity",
    "AnsweringMachineDetectionStatus",
    "DisconnectDetails",
    "ContactLens",
    "OutboundStrategy",
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
)
_NO_AGENT_FACTS = (
    "AgentPauseDuration",
    "HierarchyGroups",
    "AcceptedByAgentTimestamp",
    "PreviewEndTimestamp",
    "DeviceInfo",
    "Capabilities",
)
Facts = dict[str, Any]
B = TypeVar("B", bound=ev.Body)


def build_record(events: Sequence[ev.ContactEvent], *, box: str, account: str = LOCAL_ACCOUNT) -> Facts:
    """The record of one contact from all its events, in any order. Raises RecordError where there are none."""
    if not events:
        raise RecordError("a contact without events has no record; look for its journal in the spool")
    line = timeline(events)
    first, end = _first(line, ev.ContactInitiated), _first(line, ev.ContactDisconnected)
    transfer = _first(line, ev.ContactTransferred)
    plan = _first(line, ev.AttemptPlanned)
    stint = agent_stint(line.moments)
    joined = _first(line, ev.ContactJoined)
    return {
        "AWSAccountId": account,
        "AWSContactTraceRecordFormatVersion": FORMAT_VERSION,
        "InstanceARN": instance_arn(box, account),
        "ContactId": events[0].contact,
        "InitialContactId": first.initial if first else None,
        "PreviousContactId": first.previous if first else None,
        "NextContactId": _next(line),
        "RelatedContactId": joined.other if joined else None,
        "Channel": "VOICE",
        "InitiationMethod": first.method.value if first else None,
        **_times(line, first),
        "DisconnectReason": end.reason.value if end and end.reason else None,
        "TransferredToEndpoint": _outside(transfer.target) if transfer else None,
        "CustomerEndpoint": _endpoint(first.customer) if first else None,
        "SystemEndpoint": _endpoint(first.system) if first else None,
        "Queue": _queue(queue_stay(line.moments), box, account),
        "Agent": _agent(stint, line, box, account) if stint else None,
        "AgentConnectionAttempts": max(_count(line, ev.AgentOffered), 1 if stint else 0),
        "Attributes": _attributes(line.moments),
        "SegmentAttributes": _segment_attributes(line),
        "Tags": {},
        **_recordings(line.moments),
        "Campaign": {"CampaignId": plan.campaign} if plan and plan.campaign else None,
        "ScheduledTimestamp": iso_utc(plan.due.wall_s) if plan else None,
        "MediaStreams": [{"Type": "AUDIO"}],
        "References": [],
        "QualityMetrics": quality_metrics(line.moments),
        **dict.fromkeys(_NOT_FOR_VOICE),
        "Linekeeper": box_details(line, box),
    }


def _next(line: Timeline) -> ContactId | None:
    """The contact that goes on with this customer: a transfer, a callback, the next attempt."""
    if (transfer := _first(line, ev.ContactTransferred)) is not None:
        return transfer.next
    if (asked := _first(line, ev.CallbackRequested)) is not None:
        return asked.callback
    follows = _first(line, ev.AttemptFollows)
    return None if follows is None else follows.next


def _times(line: Timeline, first: ev.ContactInitiated | None) -> Facts:
    initiated = line.moments[0].second
    answered = _second(line, ev.SystemConnected)
    # A box that runs a flow answers at once, so both are one instant; a ringing extension answers when it does.
    by_flow = first is not None and first.method is ev.InitiationMethod.INBOUND and _first(line, ev.FlowStarted)
    return {
        "InitiationTimestamp": iso_utc(initiated),
        "ConnectedToSystemTimestamp": _iso(initiated if by_flow and answered is not None else answered),
        "DisconnectTimestamp": _iso(_second(line, ev.ContactDisconnected)),
        "LastUpdateTimestamp": iso_utc(line.end),
        "TransferCompletedTimestamp": _iso(_second(line, ev.ContactTransferred)),
    }


def _queue(stay: QueueStay | None, box: str, account: str) -> Facts | None:
    if stay is None:
        return None
    return {
        **_queue_names(stay.queue, box, account),
        "EnqueueTimestamp": iso_utc(stay.enqueued),
        "DequeueTimestamp": _iso(stay.dequeued),
        "Duration": None if stay.dequeued is None else stay.dequeued - stay.enqueued,
    }


def _queue_names(queue: QueueId, box: str, account: str) -> Facts:
    """An agent's own queue has no name (resources.md, Queue) and an ARN of its own kind."""
    agent = agent_of_queue(queue)
    if agent is None:
        return {"ARN": resource_arn(box, "queue", queue, account), "Name": queue}
    return {"ARN": resource_arn(box, "queue/agent", agent, account), "Name": None}


def _agent(stint: AgentStint, line: Timeline, box: str, account: str) -> Facts:
    ended = line.end if stint.ended is None else stint.ended
    held = sum(hold.seconds for hold in stint.holds)
    wrap_up = stint.ended if stint.wrap_up else None
    over = stint.wrap_up_ended if wrap_up is not None else None
    return {
        "ARN": resource_arn(box, "agent", stint.agent, account),
        "Username": stint.agent,
        "ConnectedToAgentTimestamp": iso_utc(stint.connected),
        "AgentInteractionDuration": ended - stint.connected - held,
        "CustomerHoldDuration": held,
        "AgentInitiatedHoldDuration": sum(hold.seconds for hold in stint.holds if hold.by == stint.agent),
        "NumberOfHolds": len(stint.holds),
        "LongestHoldDuration": max((hold.seconds for hold in stint.holds), default=0),
        "AfterContactWorkStartTimestamp": _iso(wrap_up),
        "AfterContactWorkEndTimestamp": _iso(over),
        "AfterContactWorkDuration": over - wrap_up if over is not None and wrap_up is not None else None,
        "StateTransitions": state_transitions(line.moments),
        "RoutingProfile": _profile(stint.profile, box, account),
        **dict.fromkeys(_NO_AGENT_FACTS),
    }


def _profile(profile: ProfileId | None, box: str, account: str) -> Facts | None:
    """As it was then; null in contacts of before it was kept."""
    if profile is None:
        return None
    return {"ARN": resource_arn(box, "routing-profile", profile, account), "Name": profile}


def _attributes(moments: Sequence[Moment]) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for moment in moments:
        if isinstance(moment.body, ev.AttributesUpdated):
            attributes.update(moment.body.attributes)
    return attributes


def _segment_attributes(line: Timeline) -> Facts:
    end, flow = _first(line, ev.ContactDisconnected), _first(line, ev.FlowStarted)
    chosen = [moment.body.name for moment in line.moments if isinstance(moment.body, ev.DispositionChosen)]
    values = {
        "connect:Subtype": "connect:Telephony",
        "linekeeper:PreDisconnectState": end.pre_disconnect_state if end else None,
        "linekeeper:FlowBundleSha256": flow.bundle_sha256 if flow else None,
        "linekeeper:Disposition": chosen[-1] if chosen else None,
    }
    return {name: {"ValueString": value} for name, value in values.items() if value}


def _recordings(moments: Sequence[Moment]) -> Facts:
    """Recording (the first) and Recordings (all); Location is the path below the box's recordings folder."""
    entries: dict[RecordingId, Facts] = {}
    for moment in moments:
        match moment.body:
            case ev.RecordingStarted(recording=recording):
                entries.setdefault(recording, _recording(moment.second))
            case ev.RecordingStopped(recording=recording) | ev.RecordingFinished(recording=recording):
                entry = entries.setdefault(recording, _recording(moment.second))
                entry["StopTimestamp"] = entry["StopTimestamp"] or iso_utc(moment.second)
                if isinstance(moment.body, ev.RecordingFinished):
                    entry.update(Location=moment.body.path, Status="AVAILABLE")
    every = list(entries.values())
    first = {name: every[0][name] for name in ("Location", "Status", "DeletionReason")} if every else None
    return {"Recording": {**first, "Type": "AUDIO"} if first else None, "Recordings": every or None}


def _recording(second: int) -> Facts:
    """StorageType is null: Connect's values name Amazon's stores, and until it is uploaded the file is on the box."""
    return {
        "Location": None,
        "Status": None,
        "DeletionReason": None,
        "StorageType": None,
        "MediaStreamType": "AUDIO",
        "ParticipantType": "ALL",
        "StartTimestamp": iso_utc(second),
        "StopTimestamp": None,
        "FragmentStartNumber": None,
        "FragmentStopNumber": None,
    }


def _endpoint(endpoint: ev.Endpoint | None) -> Facts | None:
    return None if endpoint is None else {"Address": endpoint.address, "Type": endpoint.type}


def _outside(target: str) -> Facts | None:
    """The endpoint of a transfer that left the box (E.164); extensions and queues stay inside."""
    return {"Address": target, "Type": "TELEPHONE_NUMBER"} if target.startswith("+") else None


def _first(line: Timeline, kind: type[B]) -> B | None:
    return next((moment.body for moment in line.moments if isinstance(moment.body, kind)), None)


def _second(line: Timeline, kind: type[ev.Body]) -> int | None:
    return next((moment.second for moment in line.moments if isinstance(moment.body, kind)), None)


def _count(line: Timeline, kind: type[ev.Body]) -> int:
    return sum(isinstance(moment.body, kind) for moment in line.moments)


def _iso(second: int | None) -> str | None:
    return None if second is None else iso_utc(second)
