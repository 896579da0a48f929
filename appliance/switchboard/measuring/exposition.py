"""The box's numbers as Prometheus reads them (text 0.0.4 or OpenMetrics 1.0), written by `prometheus_client`.

Names of our own begin with `linekeeper_`; CloudWatch's keep their spelling. Labels carry names of queues, agents, flows
and trunks, never a phone number: a trunk's or agent's name that looks like one is masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from appliance.logs import masked
from appliance.metrics.catalogue import BY_NAME
from appliance.metrics.minute import Point
from appliance.switchboard.measuring.instant import instant_points

Json = Mapping[str, Any]
_STAGES = ("in_flow", "in_queue", "ringing", "connected", "on_hold", "disconnected", "after_contact_work")
_ACTIVITIES = ("idle", "ringing", "on_contact", "after_contact_work", "missed", "error")
_EDGE = {
    "refused_contacts": "Calls answered 503 because no contact process was free",
    "unknown_numbers": "Calls of a trunk for a number without a flow",
    "unknown_sources": "Requests from where none is expected",
    "wrong_passwords": "Wrong passwords",
    "floods": "Requests refused by flood control",
    "malformed": "Malformed requests",
    "dead_slots": "Contact processes that did not answer",
}


class Scrape:
    """What there is to tell at one scrape. `board`: see `Wallboard.look`; `totals`: counters of the store over all
    time, by the edge's names; `recordings`: how many are in each state."""

    def __init__(
        self, *, board: Json, current: Mapping[str, Json], points: Sequence[Point], totals: Mapping[str, int],
        recordings: Mapping[str, int],
    ) -> None:  # fmt: skip
        self.board = board
        self.current = current
        self.points = points
        self.totals = totals
        self.recordings = recordings


def exposed(scrape: Scrape, accept: str) -> tuple[bytes, str]:
    """The document and its content type, in the form that the `Accept` header asks for."""
    registry = CollectorRegistry()
    registry.register(_Numbers(scrape))
    ProcessCollector(registry=registry)
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type


class _Numbers(Collector):
    def __init__(self, scrape: Scrape) -> None:
        self._scrape = scrape

    def collect(self) -> Iterable[Metric]:
        yield from _queues(self._scrape.current)
        yield from _agents(self._scrape.board["agents"])
        yield from _contacts(self._scrape.board)
        yield from _box(self._scrape)
        yield from _cloudwatch(self._scrape)


def _queues(current: Mapping[str, Json]) -> Iterator[Metric]:
    """The real-time metrics by queue, absent where there is no value."""
    names = sorted({name for values in current.values() for name in values})
    for name in names:
        family = GaugeMetricFamily(f"linekeeper_queue_{name.lower()}", BY_NAME[name].means, labels=("queue",))
        for queue, values in current.items():
            if values.get(name) is not None:
                family.add_metric((_label(queue),), float(values[name]))
        yield family


def _agents(agents: Sequence[Json]) -> Iterator[Metric]:
    activity = GaugeMetricFamily(
        "linekeeper_agent_activity", "1 for what an agent is doing", labels=("agent", "activity", "status")
    )
    since = GaugeMetricFamily("linekeeper_agent_activity_seconds", "For how long", labels=("agent",))
    for agent in agents:
        for name in _ACTIVITIES:
            labels = (_label(agent["agent"]), name, _label(agent["status"]))
            activity.add_metric(labels, float(agent["activity"] == name))
        since.add_metric((_label(agent["agent"]),), agent["for_s"])
    yield from (activity, since)


def _contacts(board: Json) -> Iterator[Metric]:
    stages = [contact["stage"] for contact in board["under_way"]]
    family = GaugeMetricFamily("linekeeper_contacts", "Contacts under way by stage", labels=("stage",))
    for stage in _STAGES:
        family.add_metric((stage,), stages.count(stage))
    yield family
    processes = board["processes"]
    family = GaugeMetricFamily("linekeeper_contact_processes", "Contact processes by state", labels=("state",))
    for state in ("connected", "free", "capacity"):
        family.add_metric((state,), processes[state])
    yield family


def _box(scrape: Scrape) -> Iterator[Metric]:
    edge = scrape.board["edge"]
    yield GaugeMetricFamily("linekeeper_edge_up", "1 if the edge answers", value=float(edge["answers"]))
    if edge["phones"] is not None:
        yield GaugeMetricFamily("linekeeper_phones_registered", "Registered phones", value=edge["phones"])
    trunks = GaugeMetricFamily(
        "linekeeper_trunk_up", "1 if calls can go out: registered, or static", labels=("trunk", "kind")
    )
    for trunk in scrape.board["trunks"]:
        trunks.add_metric((_label(trunk["trunk"]), trunk["kind"]), float(trunk["state"] in ("registered", "static")))
    yield trunks
    for name, means in _EDGE.items():
        yield CounterMetricFamily(f"linekeeper_edge_{name}", means, value=scrape.totals.get(name, 0))
    recordings = GaugeMetricFamily("linekeeper_recordings", "Recordings kept, by state", labels=("state",))
    for state, count in sorted(scrape.recordings.items()):
        recordings.add_metric((state,), count)
    yield recordings


def _cloudwatch(scrape: Scrape) -> Iterator[Metric]:
    """CloudWatch's data points: of the instant, and of the last whole minute; one without activity is not there."""
    families: dict[str, GaugeMetricFamily] = {}
    for point in (*instant_points(scrape.board, scrape.current), *scrape.points):
        names = tuple(name for name, _ in point.labels)
        family = families.get(point.name)
        if family is None:
            family = families[point.name] = GaugeMetricFamily(
                point.name, BY_NAME[point.name.upper()].means, labels=names
            )
        family.add_metric(tuple(_label(value) for _, value in point.labels), point.value)
    yield from families.values()


def _label(value: object) -> str:
    return masked(str(value))
