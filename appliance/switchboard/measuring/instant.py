"""CloudWatch's data points of the instant, and a list of points by name: of one queue, or of the whole branch. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from appliance.metrics.minute import QUEUE, VOICE, Point

Json = Mapping[str, Any]
_OVER = ("disconnected", "after_contact_work")
_NOT_SUMMED = frozenset({"ToInstancePacketLossRate", "LongestQueueWaitTime"})


def instant_points(wallboard: Json, current: Mapping[str, Json]) -> Iterator[Point]:
    """ConcurrentCalls, its percentage and QueueSize; none where nothing goes on. wallboard: see `Wallboard.look`;
    current: real-time metrics by queue."""
    voice = (("MetricGroup", VOICE),)
    calls = sum(contact["stage"] not in _OVER for contact in wallboard["under_way"])
    if calls:
        share = calls / max(1, wallboard["processes"]["capacity"])
        yield Point(name="ConcurrentCalls", labels=voice, value=calls)
        yield Point(name="ConcurrentCallsPercentage", labels=voice, value=share)
    for queue, values in current.items():
        if size := values.get("CONTACTS_IN_QUEUE"):
            yield Point(name="QueueSize", labels=(("MetricGroup", QUEUE), ("QueueName", queue)), value=size)


def of_queue(points: Iterable[Point], queue: str) -> dict[str, float]:
    """Those with this queue's name."""
    return {point.name: point.value for point in points if ("QueueName", queue) in point.labels}


def of_branch(points: Iterable[Point]) -> dict[str, float]:
    """All dimensions together: counts are summed, waits and rates are the highest."""
    found: dict[str, float] = {}
    for point in points:
        before = found.get(point.name, 0.0)
        found[point.name] = max(before, point.value) if point.name in _NOT_SUMMED else before + point.value
    return found
