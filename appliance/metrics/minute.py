"""CloudWatch's data points of one minute, from the events stored in it (reference: metrics.md, section 4).

No activity is no data point. Labels are CloudWatch's dimensions; none ever carries a number or a name of a person.
Contacts that are no customers' (feature codes) count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from appliance import events as ev
from appliance.ids import ContactId, QueueId
from appliance.stamps import Stamp

VOICE, FLOW, QUEUE, RECORDINGS = "VoiceCalls", "ContactFlow", "Queue", "CallRecordings"
FULL, NOT_DIALABLE = "QueueAtCapacity", "CallbackNumberNotDialable"
_NO_MISS = "withdrawn"
_OF_COUNTERS = {
    "RefusedContacts": "CallsBreachingConcurrencyQuota",
    "MisconfiguredPhoneNumbers": "MisconfiguredPhoneNumbers",
    "Floods": "ThrottledCalls",
    "CallRecordingUploadError": "CallRecordingUploadError",
}
PERIOD_S = 60.0


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One data point; `labels` in CloudWatch's order."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float


class Minute:
    """Told every stored event in order; `points` empties it. counters: those of the store that it asks for."""

    counters = tuple(_OF_COUNTERS)

    def __init__(self) -> None:
        self._counts: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        self._longest: dict[QueueId, float] = {}
        self._packets = [0, 0]  # lost, expected
        self._served: set[ContactId] = set()
        self._asked: dict[ContactId, QueueId] = {}
        self._queued: dict[ContactId, tuple[QueueId, Stamp]] = {}

    def note(self, event: ev.ContactEvent) -> None:
        """Count what the event says."""
        contact, body = event.contact, event.body
        if isinstance(body, ev.ContactInitiated):
            if body.service:
                self._served.add(contact)
            else:
                self._count("CallsPerInterval", MetricGroup=VOICE)
        elif isinstance(body, ev.ContactClosed):
            self._forget(contact)
        elif contact not in self._served:
            self._note_queue(contact, body, event.at)
            self._note_rest(contact, body)

    def points(self, waiting: Mapping[QueueId, float], counters: Mapping[str, int]) -> list[Point]:
        """The minute's points. waiting: age of the oldest waiting contact, by queue; counters: what grew since the last
        minute, by the store's names."""
        for queue, age_s in waiting.items():
            self._waited(queue, age_s)
        for name, grown in counters.items():
            if name in _OF_COUNTERS and grown > 0:
                group = RECORDINGS if name == "CallRecordingUploadError" else VOICE
                self._count(_OF_COUNTERS[name], grown, MetricGroup=group)
        found = [Point(name=name, labels=labels, value=_value(name, value)) for (name, labels), value in self._all()]
        self._counts, self._longest, self._packets = {}, {}, [0, 0]
        return found

    def _all(self) -> Iterable[tuple[tuple[str, tuple[tuple[str, str], ...]], float]]:
        yield from self._counts.items()
        for queue, longest_s in self._longest.items():
            yield ("LongestQueueWaitTime", (("MetricGroup", QUEUE), ("QueueName", str(queue)))), longest_s
        lost, expected = self._packets
        if expected:
            labels = (("Participant", "Agent"), ("TypeOfConnection", "SIP"), ("StreamType", "Voice"))
            yield ("ToInstancePacketLossRate", labels), lost / expected

    def _note_queue(self, contact: ContactId, body: ev.AnyBody, at: Stamp) -> None:
        match body:
            case ev.QueueRequested(queue=queue):
                self._asked[contact] = queue
            case ev.ContactQueued(queue=queue):
                self._queued.setdefault(contact, (queue, at))
            case ev.ContactDequeued() | ev.ContactDisconnected() if contact in self._queued:
                queue, since = self._queued.pop(contact)
                self._waited(queue, at.seconds_since(since))

    def _note_rest(self, contact: ContactId, body: ev.AnyBody) -> None:
        match body:
            case ev.AgentMissed(cause=cause) if cause != _NO_MISS:
                self._count("MissedCalls", MetricGroup=VOICE)
            case ev.FlowActionTaken(error=True, flow=flow, result=result):
                self._count("ContactFlowErrors", MetricGroup=FLOW, ContactFlowName=str(flow))
                if result == NOT_DIALABLE:
                    self._count("CallBackNotDialableNumber", MetricGroup=FLOW, ContactFlowName=str(flow))
                if result == FULL and contact in self._asked:
                    self._count("QueueCapacityExceededError", MetricGroup=QUEUE, QueueName=str(self._asked[contact]))
            case ev.FlowEnded(fatal=True, flow=flow):
                self._count("ContactFlowFatalErrors", MetricGroup=FLOW, ContactFlowName=str(flow))
            case ev.InputEncrypted(key=key):
                self._count("PublicSigningKeyUsage", SigningKeyId=key)
            case ev.LegEnded(role=ev.LegRole.AGENT, quality=ev.LegQuality(received=received, lost=lost)):
                self._packets = [self._packets[0] + lost, self._packets[1] + lost + received]

    def _count(self, name: str, by: float = 1, **labels: str) -> None:
        place = (name, tuple(labels.items()))
        self._counts[place] = self._counts.get(place, 0) + by

    def _waited(self, queue: QueueId, seconds: float) -> None:
        if seconds > 0:
            self._longest[queue] = max(seconds, self._longest.get(queue, 0.0))

    def _forget(self, contact: ContactId) -> None:
        self._served.discard(contact)
        self._asked.pop(contact, None)
        self._queued.pop(contact, None)


def _value(name: str, value: float) -> float:
    """CallsPerInterval is per second."""
    return value / PERIOD_S if name == "CallsPerInterval" else value
