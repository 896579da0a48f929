"""What a metric is: a name, a unit and a rule, as data. The tables are in `tables`, how a rule is computed elsewhere.

A rule is a statistic over a *term*. A term looks at one row of its source (a contact, an offer, a flow run, a stretch
of an agent's state) and gives a number or nothing: conditions give 1 or nothing.
"""

from __future__ import annotations

import enum

import msgspec


class Unit(enum.StrEnum):
    """Connect's and CloudWatch's units. FRACTION: percent as decimal, 0.5 is 50 %."""

    COUNT = "COUNT"
    SECONDS = "SECONDS"
    PERCENT = "PERCENT"
    FRACTION = "FRACTION"


class Source(enum.StrEnum):
    """What rows a term looks at, and at which of their instants a row counts."""

    CONTACTS = "contacts"  # contact records, at DisconnectTimestamp
    ENQUEUED = "contacts by enqueue"  # the same at Queue.EnqueueTimestamp, contacts under way included
    CONNECTED = "contacts by connect"  # the same at Agent.ConnectedToAgentTimestamp, contacts under way included
    RINGS = "offers"  # agents being rung (and dialling), when that ended, contacts under way included
    STATES = "agent states"  # seconds of an agent's states inside the time range
    FLOWS = "flow runs"  # a flow's run: at its start (FLOWS_STARTED) or its end
    FLOW_STARTS = "flow starts"
    NOW = "now"  # the instant: only a running box knows


class Statistic(enum.StrEnum):
    """What is made of a term, and of a second one where there is an `of`."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    MAX = "max"
    MIN = "min"
    SHARE = "share"  # 100 * count(term) / count(of)
    SUM_SHARE = "sum share"  # 100 * sum(term) / sum(of)
    OCCUPANCY = "occupancy"  # 100 * sum(term) / (sum(term) + sum(of))
    PART = "part"  # 100 * count(term) / count(term) of all outcomes


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`term` and `of` are names of terms of the metric's source; `unit` is that of the outcome."""

    unit: Unit
    statistic: Statistic
    term: str
    of: str = ""


class Key(enum.StrEnum):
    """What metrics can be grouped and filtered by."""

    QUEUE = "queue"
    AGENT = "agent"
    PROFILE = "profile"
    FLOW = "flow"
    METHOD = "method"
    CHANNEL = "channel"
    OUTCOME = "outcome"


KEYS: dict[Source, frozenset[Key]] = {
    Source.CONTACTS: frozenset({Key.QUEUE, Key.AGENT, Key.PROFILE, Key.FLOW, Key.METHOD, Key.CHANNEL}),
    Source.ENQUEUED: frozenset({Key.QUEUE, Key.AGENT, Key.PROFILE, Key.FLOW, Key.METHOD, Key.CHANNEL}),
    Source.CONNECTED: frozenset({Key.QUEUE, Key.AGENT, Key.PROFILE, Key.FLOW, Key.METHOD, Key.CHANNEL}),
    Source.RINGS: frozenset({Key.QUEUE, Key.AGENT, Key.PROFILE, Key.METHOD, Key.CHANNEL}),
    Source.STATES: frozenset({Key.AGENT, Key.PROFILE}),
    Source.FLOWS: frozenset({Key.FLOW, Key.OUTCOME, Key.METHOD, Key.CHANNEL}),
    Source.FLOW_STARTS: frozenset({Key.FLOW, Key.OUTCOME, Key.METHOD, Key.CHANNEL}),
    Source.NOW: frozenset({Key.QUEUE}),
}


class Api(enum.StrEnum):
    """Whose spelling a name is."""

    GET_METRIC_DATA_V2 = "GetMetricDataV2"
    GET_METRIC_DATA = "GetMetricData"
    GET_CURRENT_METRIC_DATA = "GetCurrentMetricData"
    CLOUDWATCH = "CloudWatch AWS/Connect"
    REPORT = "report"  # a metric of Connect's reports that no API names


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric. `means`: its exact rule, for people; `also`: other spellings of the same; `threshold`: it takes X
    seconds; `sparse`: no activity is no data point (CloudWatch), not zero."""

    name: str
    title: str
    source: Source
    rule: Rule
    means: str
    api: Api = Api.GET_METRIC_DATA_V2
    also: tuple[str, ...] = ()
    threshold: bool = False
    sparse: bool = False

    @property
    def unit(self) -> Unit:
        return self.rule.unit

    @property
    def keys(self) -> frozenset[Key]:
        """What it can be grouped by."""
        return KEYS[self.source]


def rule(unit: Unit, statistic: Statistic, term: str, of: str = "") -> Rule:
    """A rule in one line."""
    return Rule(unit=unit, statistic=statistic, term=term, of=of)


def define(
    source: Source,
    name: str,
    title: str,
    rule: Rule,
    means: str,
    *,
    api: Api = Api.GET_METRIC_DATA_V2,
    also: tuple[str, ...] = (),
    threshold: bool = False,
    sparse: bool = False,
) -> Metric:
    """A row of a table of metrics."""
    return Metric(
        name=name,
        title=title,
        source=source,
        rule=rule,
        means=means,
        api=api,
        also=also,
        threshold=threshold,
        sparse=sparse,
    )
