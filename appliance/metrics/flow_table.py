"""Metrics of flow runs (reference: metrics.md, section 5). Data only. Averages and outcomes are of ended runs only."""

from __future__ import annotations

from appliance.metrics.definitions import Metric, Source, Statistic, Unit, define, rule

_F = Source.FLOWS
_ENDED = "end - start of ended runs"

METRICS: tuple[Metric, ...] = (
    define(
        Source.FLOW_STARTS,
        "FLOWS_STARTED",
        "Flows started",
        rule(Unit.COUNT, Statistic.COUNT, "started"),
        "runs, counted when they start",
    ),
    define(
        _F,
        "FLOWS_OUTCOME",
        "Flows outcome",
        rule(Unit.COUNT, Statistic.COUNT, "ended"),
        "ended runs, counted when they end; group or filter by outcome",
    ),
    define(
        _F,
        "PERCENT_FLOWS_OUTCOME",
        "Flows outcome, per cent",
        rule(Unit.PERCENT, Statistic.PART, "ended"),
        "of the ended runs, those with the outcome; group or filter by outcome (100 without)",
    ),
    define(_F, "AVG_FLOW_TIME", "Average flow time", rule(Unit.SECONDS, Statistic.MEAN, "run_time"), f"mean {_ENDED}"),
    define(
        _F, "MAX_FLOW_TIME", "Maximum flow time", rule(Unit.SECONDS, Statistic.MAX, "run_time"), f"longest {_ENDED}"
    ),
    define(
        _F, "MIN_FLOW_TIME", "Minimum flow time", rule(Unit.SECONDS, Statistic.MIN, "run_time"), f"shortest {_ENDED}"
    ),
)
