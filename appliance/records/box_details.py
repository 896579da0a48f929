"""What the box knows of a contact beyond Connect's record: the `Linekeeper` key of the record. Pure.

Consumers ignore keys they don't know (contact-record.md), so everything that Connect has no place for stands here: the
flows with bundle hash and the path taken, every leg with its media figures, every offer, the recordings' checksums.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from appliance import events as ev
from appliance.ids import FlowId, LegId, OfferId
from appliance.records.consults import consults_of, keys_pressed
from appliance.records.monitoring import monitoring_of
from appliance.records.pauses import Pause, pauses_of
from appliance.records.timeline import Moment, Timeline
from appliance.stamps import iso_utc

Facts = dict[str, Any]


def box_details(line: Timeline, box: str) -> Facts:
    """Box, boots, clock; Flows, Offers, Legs, Consults, Recordings in the order they began; what failed; what agents
    said."""
    failures = [moment.body.detail for moment in line.moments if isinstance(moment.body, ev.MediaFailed)]
    first = next((moment.body for moment in line.moments if isinstance(moment.body, ev.ContactInitiated)), None)
    end = next((moment.body for moment in line.moments if isinstance(moment.body, ev.ContactDisconnected)), None)
    return {
        "Box": box,
        "BootIds": list(line.boots),
        "ClockSynced": line.synced,
        "Source": first.source if first else None,
        "Service": first.service or None if first else None,
        "DialledBy": first.agent if first else None,
        "HandedOn": _handed_on(line.moments),
        "CustomerName": first.customer.display_name if first else None,
        "Slot": first.slot if first else None,
        "PreDisconnectState": end.pre_disconnect_state if end else None,
        "DisconnectDetail": end.detail if end else None,
        "MediaFailed": failures[0] if failures else None,
        "Errand": _errand(line.moments),
        "Flows": _flows(line.moments),
        "Offers": _offers(line.moments),
        "Legs": _legs(line.moments),
        "Consults": consults_of(line.moments),
        "Monitoring": monitoring_of(line.moments),
        "KeysPressed": keys_pressed(line.moments),
        "Recordings": _recordings(line.moments),
        "Disposition": _disposition(line.moments),
        "Notes": _notes(line.moments),
    }


def _errand(moments: Sequence[Moment]) -> Facts | None:
    """The attempt that this contact is, for a customer whom the box owes a call. WaitingSince: the customer's place in
    the queue; TotalQueueDuration: from then until an agent took the contact, delays included."""
    planned = next((moment for moment in moments if isinstance(moment.body, ev.AttemptPlanned)), None)
    if planned is None or not isinstance(planned.body, ev.AttemptPlanned):
        return None
    body = planned.body
    follows = next((moment.body for moment in moments if isinstance(moment.body, ev.AttemptFollows)), None)
    taken = next((moment.second for moment in moments if isinstance(moment.body, ev.AgentConnected)), None)
    return {
        "Errand": body.errand,
        "Kind": body.kind.value,
        "Campaign": body.campaign or None,
        "Attempt": body.attempt,
        "MaximumAttempts": body.max_attempts,
        "WaitingSince": iso_utc(body.waiting_since.wall_s),
        "TotalQueueDuration": None if taken is None else max(0, taken - int(body.waiting_since.wall_s)),
        "Outcome": follows.outcome if follows else None,
    }


def _handed_on(moments: Sequence[Moment]) -> Facts | None:
    """How the customer went on to another contact, and by whom: what the transfer metrics tell apart."""
    transfers = (moment.body for moment in moments if isinstance(moment.body, ev.ContactTransferred))
    return next(({"Kind": transfer.kind, "By": transfer.by} for transfer in transfers), None)


def _disposition(moments: Sequence[Moment]) -> Facts | None:
    """The latest one."""
    found = [
        {"Code": said.code, "Name": said.name, "Agent": said.agent, "Timestamp": iso_utc(moment.second)}
        for moment in moments
        if isinstance(said := moment.body, ev.DispositionChosen)
    ]
    return found[-1] if found else None


def _notes(moments: Sequence[Moment]) -> list[Facts]:
    return [
        {"Text": said.text, "Agent": said.agent, "Timestamp": iso_utc(moment.second)}
        for moment in moments
        if isinstance(said := moment.body, ev.NoteAdded)
    ]


def _flows(moments: Sequence[Moment]) -> list[Facts]:
    flows: list[Facts] = []
    latest: dict[FlowId, Facts] = {}
    for moment in moments:
        match moment.body:
            case ev.FlowStarted() as started:
                latest[started.flow] = _flow(started, moment.second)
                flows.append(latest[started.flow])
            case ev.FlowActionTaken() as taken if taken.flow in latest:
                latest[taken.flow]["Path"].append(_step(taken))
            case ev.FlowEnded() as ended if ended.flow in latest:
                latest[ended.flow].update(Outcome=ended.outcome, EndTimestamp=iso_utc(moment.second))
                latest[ended.flow].update(Detail=ended.detail, Fatal=ended.fatal)
    return flows


def _step(taken: ev.FlowActionTaken) -> Facts:
    """`Error`: an error branch was taken; `Lacking` only where the box can't do the action."""
    step: Facts = {"Action": taken.action, "Type": taken.action_type, "Result": taken.result, "Error": taken.error}
    return {**step, "Lacking": taken.lacking} if taken.lacking else step


def _flow(started: ev.FlowStarted, second: int) -> Facts:
    return {
        "Flow": started.flow,
        "Type": started.flow_type,
        "BundleSha256": started.bundle_sha256,
        "FlowSha256": started.flow_sha256,
        "StartTimestamp": iso_utc(second),
        "EndTimestamp": None,
        "Outcome": None,
        "Detail": "",
        "Fatal": False,
        "Path": [],
    }


def _offers(moments: Sequence[Moment]) -> list[Facts]:
    offers: dict[OfferId, Facts] = {}
    began: dict[OfferId, int] = {}
    for moment in moments:
        match moment.body:
            case ev.AgentOffered() as offered:
                began[offered.offer] = moment.second
                offers[offered.offer] = {
                    "Offer": offered.offer,
                    "Agent": offered.agent,
                    "Extension": offered.extension,
                    "RoutingProfile": offered.profile,
                    "Timestamp": iso_utc(moment.second),
                    "Outcome": None,
                    "RingDuration": None,
                }
            case ev.AgentConnected(offer=offer) if offer in offers:
                offers[offer].update(Outcome="connected", RingDuration=moment.second - began[offer])
            case ev.AgentMissed(offer=offer, cause=cause) if offer in offers:
                offers[offer].update(Outcome=cause, RingDuration=moment.second - began[offer])
    return list(offers.values())


def _legs(moments: Sequence[Moment]) -> list[Facts]:
    legs: dict[LegId, Facts] = {}
    for moment in moments:
        match moment.body:
            case ev.LegStarted() as started:
                legs[started.leg] = _leg(started, moment.second)
            case ev.LegAnswered() as answered if answered.leg in legs:
                facts = {"AnswerTimestamp": iso_utc(moment.second), "Codec": answered.codec, "Trunk": answered.trunk}
                legs[answered.leg].update(facts)
            case ev.LegEnded() as ended if ended.leg in legs:
                legs[ended.leg].update(_leg_end(ended, moment.second))
    return list(legs.values())


def _leg(started: ev.LegStarted, second: int) -> Facts:
    return {
        "Leg": started.leg,
        "Role": started.role.value,
        "Direction": "out" if started.outgoing else "in",
        "Agent": started.agent,
        "Extension": started.extension,
        "SipCallId": started.sip_call_id,
        "StartTimestamp": iso_utc(second),
        "AnswerTimestamp": None,
        "EndTimestamp": None,
        "Codec": None,
        "Trunk": None,
        "SipStatus": None,
        "EndedBy": None,
        "Quality": None,
    }


def _leg_end(ended: ev.LegEnded, second: int) -> Facts:
    return {
        "EndTimestamp": iso_utc(second),
        "SipStatus": ended.sip_status,
        "EndedBy": "remote" if ended.remote else "box",
        "Quality": _quality(ended.quality) if ended.quality else None,
    }


def _quality(quality: ev.LegQuality) -> Facts:
    return {
        "PacketsReceived": quality.received,
        "PacketsLost": quality.lost,
        "PacketsSent": quality.sent,
        "JitterMs": quality.jitter_ms,
        "RoundTripMs": quality.rtt_ms,
    }


def _recordings(moments: Sequence[Moment]) -> list[Facts]:
    """Pauses are in seconds of the recording; Mailbox: it is a message for it."""
    pauses = pauses_of(moment.body for moment in moments)
    begun = (moment.body for moment in moments if isinstance(moment.body, ev.RecordingStarted))
    mailboxes = {body.recording: body.mailbox for body in begun}
    return [
        {
            "RecordingId": done.recording,
            "Location": done.path,
            "Sha256": done.sha256,
            "DurationSeconds": done.duration_s,
            "Bytes": done.bytes,
            "Mailbox": mailboxes.get(done.recording) or None,
            "Pauses": [_pause(pause, done.duration_s) for pause in pauses.get(done.recording, ())],
        }
        for done in (moment.body for moment in moments)
        if isinstance(done, ev.RecordingFinished)
    ]


def _pause(pause: Pause, duration_s: float) -> Facts:
    return {"From": pause.from_s, "To": duration_s if pause.to_s is None else pause.to_s, "By": pause.by}
