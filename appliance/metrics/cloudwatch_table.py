"""CloudWatch's names (reference: metrics.md, section 4): what the box can tell of the past from its store, and which it
tells of the last minute only (`Source.NOW`, served to Prometheus). Data only. No activity is no data point, not zero.
"""

from __future__ import annotations

from appliance.metrics.definitions import Api, Metric, Source, Statistic, Unit, define, rule

_CW = Api.CLOUDWATCH
_N, _SUM, _MAX = Statistic.COUNT, Statistic.SUM, Statistic.MAX


def _now(name: str, title: str, unit: Unit, means: str) -> Metric:
    return define(Source.NOW, name, title, rule(unit, _SUM, name), means, api=_CW, sparse=True)


METRICS: tuple[Metric, ...] = (
    define(
        Source.RINGS,
        "MissedCalls",
        "Missed calls",
        rule(Unit.COUNT, _N, "missed"),
        "offers that no agent answered",
        api=_CW,
        sparse=True,
    ),
    define(
        Source.FLOWS,
        "ContactFlowErrors",
        "Flow errors",
        rule(Unit.COUNT, _SUM, "errors"),
        "error branches taken, counted when the flow ends",
        api=_CW,
        sparse=True,
    ),
    define(
        Source.FLOWS,
        "ContactFlowFatalErrors",
        "Flow fatal errors",
        rule(Unit.COUNT, _N, "fatal"),
        "runs that a fault of the box ended",
        api=_CW,
        sparse=True,
    ),
    define(
        Source.CONTACTS,
        "LongestQueueWaitTime",
        "Longest queue wait",
        rule(Unit.SECONDS, _MAX, "queued_time"),
        "longest wait; served to Prometheus it is that of the contacts waiting now and of the last minute",
        api=_CW,
        sparse=True,
    ),
    _now("ConcurrentCalls", "Concurrent calls", Unit.COUNT, "contacts under way at the moment"),
    _now(
        "ConcurrentCallsPercentage",
        "Concurrent calls, fraction",
        Unit.FRACTION,
        "ConcurrentCalls / contacts.capacity; 0.5 is 50 %",
    ),
    _now(
        "CallsPerInterval", "Calls a second", Unit.COUNT, "contacts that began, in and out, a second of the last minute"
    ),
    _now(
        "CallsBreachingConcurrencyQuota",
        "Calls over the limit",
        Unit.COUNT,
        "calls answered 503 because no contact process was free, in the last minute",
    ),
    _now("ThrottledCalls", "Throttled calls", Unit.COUNT, "requests refused by flood control, in the last minute"),
    _now(
        "MisconfiguredPhoneNumbers",
        "Numbers without a flow",
        Unit.COUNT,
        "calls of a trunk for a number without a flow, in the last minute",
    ),
    _now(
        "CallRecordingUploadError",
        "Recordings not uploaded",
        Unit.COUNT,
        "recordings that failed to reach the console, in the last minute; each is tried again",
    ),
    _now("QueueSize", "Queue size", Unit.COUNT, "contacts in queue at the moment"),
    _now(
        "QueueCapacityExceededError", "Queue full", Unit.COUNT, "contacts refused by a full queue, in the last minute"
    ),
    _now(
        "CallBackNotDialableNumber",
        "Callback number not dialable",
        Unit.COUNT,
        "callbacks refused because of their number, in the last minute",
    ),
    _now(
        "PublicSigningKeyUsage",
        "Encrypted inputs",
        Unit.COUNT,
        "inputs of callers encrypted to a public key, in the last minute",
    ),
    _now(
        "ToInstancePacketLossRate",
        "Packet loss from agents",
        Unit.FRACTION,
        "lost / expected packets of agents' legs that ended in the last minute, 0 to 1",
    ),
)
