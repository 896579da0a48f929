"""Metrics computed by SQL over the store; `appliance.metrics.replay` is the same in Python.

One statement a source. Its text is put together from constant parts that the metrics' definitions choose; everything a
person gave goes in as parameters. Only sums leave SQLite, so a year costs no memory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from appliance.metrics.asked import Line, Question, Wanted, merged
from appliance.metrics.definitions import Key, Source, Statistic
from appliance.stamps import Stamp
from appliance.store.connection import Connection, Row, Value
from appliance.store.measure_terms import value

# The intervals, where they can be looked up by time: only a table has an index. It is the connection's own.
_SPANS = (
    "CREATE TEMP TABLE IF NOT EXISTS span (number INTEGER, since REAL, until REAL)",
    "CREATE INDEX IF NOT EXISTS temp.span_since ON span (since)",
    "DELETE FROM temp.span",
)
_FILL = """INSERT INTO temp.span SELECT key, json_extract(value, '$[0]'), json_extract(value, '$[1]')
    FROM json_each(:intervals)"""

_OPEN = """open (contact, queue, agent, method, enqueued, connected) AS MATERIALIZED (
    SELECT c.contact, c.queue, c.agent, ifnull(json_extract(c.summary, '$.method'), ''),
        (SELECT CAST(e.wall_s AS INTEGER) FROM events AS e WHERE e.contact = c.contact AND e.type = 'ContactQueued'
         ORDER BY e.id DESC LIMIT 1),
        (SELECT CAST(e.wall_s AS INTEGER) FROM events AS e WHERE e.contact = c.contact AND e.type = 'AgentConnected'
         ORDER BY e.id DESC LIMIT 1)
    FROM contacts AS c
    WHERE c.open = 1 AND c.contact NOT IN (SELECT contact FROM contact_facts)
      AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.contact = c.contact AND e.type = 'ContactInitiated'
                      AND ifnull(json_extract(e.body, '$.service'), '') <> ''))"""
_BOTH = """both AS (
    SELECT span.number, f.enqueued, f.connected, f.method, f.channel, f.queue, f.agent, f.profile, f.flow, f.service
    FROM span CROSS JOIN contact_facts AS f INDEXED BY contact_facts_{at}
        ON f.{at} >= span.since AND f.{at} < span.until
    UNION ALL SELECT span.number, f.enqueued, f.connected, f.method, 'VOICE', f.queue, f.agent, NULL, NULL, ''
    FROM open AS f JOIN span ON f.{at} >= span.since AND f.{at} < span.until)"""

# Offers that are over: of contacts that are closed, and of those under way as soon as they are.
_RUNG = """rung AS (
    SELECT span.number, r.agent, r.profile, r.outcome, r.rang,
        f.method, f.channel, f.queue, f.flow, f.agent AS taker, f.profile AS taker_profile
    FROM span CROSS JOIN agent_rings AS r INDEXED BY agent_rings_ended
        ON r.ended >= span.since AND r.ended < span.until
    CROSS JOIN contact_facts AS f USING (contact)
    UNION ALL SELECT span.number, json_extract(o.body, '$.agent'), json_extract(o.body, '$.profile'),
        CASE e.type WHEN 'AgentConnected' THEN 'connected' ELSE json_extract(e.body, '$.cause') END,
        CAST(e.wall_s AS INTEGER) - CAST(o.wall_s AS INTEGER),
        f.method, 'VOICE', f.queue, NULL, NULL, NULL
    FROM open AS f JOIN events AS o ON o.contact = f.contact AND o.type = 'AgentOffered'
    JOIN events AS e ON e.contact = f.contact AND e.type IN ('AgentConnected', 'AgentMissed')
        AND json_extract(e.body, '$.offer') = json_extract(o.body, '$.offer')
    JOIN span ON CAST(e.wall_s AS INTEGER) >= span.since AND CAST(e.wall_s AS INTEGER) < span.until
    WHERE f.method <> 'MONITOR')"""

# Of each agent the last change before the range (and one more: the clock is slewed) and all in it; ended by the next
# change, or with the boot.
_STATES = """names (agent) AS (
    SELECT min(agent) FROM agent_state_changes
    UNION ALL SELECT (SELECT min(agent) FROM agent_state_changes WHERE agent > names.agent) FROM names
    WHERE names.agent IS NOT NULL),
begins (agent, first) AS (
    SELECT n.agent, ifnull((SELECT c.since_wall_s FROM agent_state_changes AS c
        WHERE c.agent = n.agent AND c.since_wall_s <= :since ORDER BY c.since_wall_s DESC LIMIT 1 OFFSET 1), 0)
    FROM names AS n WHERE n.agent IS NOT NULL),
changes AS (
    SELECT c.agent, c.status, c.activity, c.profile, c.boot, c.mono_s, c.since_wall_s - c.mono_s AS shift_s,
        lead(c.boot) OVER one AS next_boot, lead(c.mono_s) OVER one AS next_s
    FROM begins AS b CROSS JOIN agent_state_changes AS c INDEXED BY agent_state_changes_since
    ON c.agent = b.agent AND c.since_wall_s >= b.first AND c.since_wall_s < :until
    WINDOW one AS (PARTITION BY c.agent ORDER BY c.id)),
stretches AS MATERIALIZED (
    SELECT c.agent, c.status, c.activity, c.profile, max(c.mono_s, b.first_s) + c.shift_s AS began,
        CASE WHEN c.next_boot = c.boot THEN c.next_s
             WHEN c.boot = :boot THEN :now_s ELSE b.last_s END + c.shift_s AS ended
    FROM changes AS c JOIN boots AS b USING (boot)),
parts AS (
    SELECT span.number, t.agent, t.status, t.activity, t.profile,
        min(t.ended, span.until) - max(t.began, span.since) AS seconds
    FROM stretches AS t CROSS JOIN span
    ON span.since > t.began - :longest AND span.since < t.ended AND span.until > t.began AND t.ended > t.began
    WHERE t.began < :until AND t.ended > :since)"""


def _rows(table: str, index: str, time: str) -> str:
    """The rows of each interval. The index is named: left alone, SQLite 3.40 makes one of its own on `service`."""
    return f"span CROSS JOIN {table} INDEXED BY {index} ON {time} >= span.since AND {time} < span.until"


_FROM: Mapping[Source, str] = {
    Source.CONTACTS: _rows("contact_facts AS f", "contact_facts_counted", "f.counted"),
    Source.ENQUEUED: "both AS f",
    Source.CONNECTED: "both AS f",
    Source.RINGS: "rung AS r",
    Source.FLOW_STARTS: _rows("flow_runs AS w", "flow_runs_started", "w.started")
    + " CROSS JOIN contact_facts AS f USING (contact)",
    Source.FLOWS: _rows("flow_runs AS w", "flow_runs_counted", "w.counted")
    + " CROSS JOIN contact_facts AS f USING (contact)",
    Source.STATES: "parts AS s",
}
_WITH: Mapping[Source, str] = {
    Source.ENQUEUED: f"WITH {_OPEN}, {_BOTH.format(at='enqueued')} ",
    Source.CONNECTED: f"WITH {_OPEN}, {_BOTH.format(at='connected')} ",
    Source.RINGS: f"WITH {_OPEN}, {_RUNG} ",
    Source.STATES: f"WITH RECURSIVE {_STATES} ",
}
_NUMBERS: Mapping[Source, str] = {
    Source.ENQUEUED: "f.number", Source.CONNECTED: "f.number", Source.RINGS: "r.number", Source.STATES: "s.number",
}  # fmt: skip
_COLUMNS: Mapping[Key, str] = {
    Key.QUEUE: "f.queue", Key.AGENT: "f.agent", Key.PROFILE: "f.profile", Key.FLOW: "f.flow",
    Key.METHOD: "f.method", Key.CHANNEL: "f.channel", Key.OUTCOME: "NULL",
}  # fmt: skip
# That of the offer; where that was not kept, that of the contact's record for the agent who took it, else the present.
_PROFILE_OF_RING = (
    "coalesce(r.profile, CASE WHEN r.agent = r.taker THEN r.taker_profile END,"
    " (SELECT a.routing_profile FROM agents AS a WHERE a.agent = r.agent))"
)
_OTHER_COLUMNS: Mapping[Source, Mapping[Key, str]] = {
    Source.RINGS: {
        Key.QUEUE: "r.queue",
        Key.AGENT: "r.agent",
        Key.PROFILE: _PROFILE_OF_RING,
        Key.FLOW: "r.flow",
        Key.METHOD: "r.method",
        Key.CHANNEL: "r.channel",
    },
    Source.FLOWS: {Key.FLOW: "w.flow", Key.OUTCOME: "w.outcome"},
    Source.FLOW_STARTS: {Key.FLOW: "w.flow", Key.OUTCOME: "w.outcome"},
    Source.STATES: {Key.AGENT: "s.agent", Key.PROFILE: "s.profile"},
}
_CUSTOMERS = {Source.CONTACTS, Source.ENQUEUED, Source.CONNECTED}


class Measures:
    """Answers questions about the past."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def answer(self, question: Question, now: Stamp) -> list[Line]:
        """The metrics wanted, of every source but the instant. `now` ends what is still going on."""
        by_source: dict[Source, list[Wanted]] = {}
        for one in question.wanted:
            by_source.setdefault(one.metric.source, []).append(one)
        self._set_intervals(question)
        parts = [self._of_source(question, source, wanted, now) for source, wanted in by_source.items()]
        return merged(question, parts)

    def _set_intervals(self, question: Question) -> None:
        for statement in _SPANS:
            self._connection.write(statement)
        intervals = [[interval.since, interval.until] for interval in question.intervals]
        self._connection.write(_FILL, {"intervals": json.dumps(intervals)})

    def _of_source(self, question: Question, source: Source, wanted: Sequence[Wanted], now: Stamp) -> list[Line]:
        statement = _statement(question, source, wanted)
        rows = self._connection.rows(statement, _parameters(question, wanted, now))
        return [_line(question, wanted, row) for row in rows]


def _statement(question: Question, source: Source, wanted: Sequence[Wanted]) -> str:
    columns = {**_COLUMNS, **_OTHER_COLUMNS.get(source, {})}
    interval = _NUMBERS.get(source, "span.number")
    keys = [f"{columns[key]} AS k{number}" for number, key in enumerate(question.by)]
    whole = ", ".join([interval, *(columns[key] for key in question.by if key is not Key.OUTCOME)])
    values = [f"{_statistic(one, number, whole)} AS v{number}" for number, one in enumerate(wanted)]
    filters = [
        f"{columns[key]} IN (SELECT value FROM json_each(:only_{key.value}))"
        for key in question.filters
        if key is not Key.OUTCOME
    ]
    filters += ["f.service = ''"] if source in _CUSTOMERS else []
    statement = (
        f"{_WITH.get(source, '')}SELECT {interval} AS number, {', '.join([*keys, *values])}"
        f" FROM {_FROM[source]}{' WHERE ' if filters else ''}{' AND '.join(filters)}"
        f" GROUP BY {', '.join([interval, *(columns[key] for key in question.by)])}"
    )
    if Key.OUTCOME in question.filters:
        place = question.by.index(Key.OUTCOME)
        return f"SELECT * FROM ({statement}) WHERE k{place} IN (SELECT value FROM json_each(:only_outcome))"
    return statement


def _statistic(one: Wanted, number: int, whole: str) -> str:
    rule = one.metric.rule
    term = value(rule.term, number)
    of = value(rule.of, number) if rule.of else "NULL"
    forms = {
        Statistic.COUNT: f"count({term})",
        Statistic.SUM: f"ifnull(sum({term}), 0)",
        Statistic.MEAN: f"avg({term})",
        Statistic.MAX: f"max({term})",
        Statistic.MIN: f"min({term})",
        Statistic.SHARE: f"100.0 * count({term}) / nullif(count({of}), 0)",
        Statistic.SUM_SHARE: f"100.0 * total({term}) / nullif(total({of}), 0)",
        Statistic.OCCUPANCY: f"100.0 * total({term}) / nullif(total({term}) + total({of}), 0)",
        Statistic.PART: f"100.0 * count({term}) / nullif(sum(count({term})) OVER (PARTITION BY {whole}), 0)",
    }
    form = forms[rule.statistic]
    return f"nullif({form}, 0)" if one.metric.sparse else form


def _parameters(question: Question, wanted: Sequence[Wanted], now: Stamp) -> dict[str, Value]:
    given: dict[str, Value] = {
        "since": question.intervals[0].since,
        "until": question.intervals[-1].until,
        "longest": max(interval.until - interval.since for interval in question.intervals),
        "boot": now.boot,
        "now_s": now.mono_s,
    }
    given |= {f"only_{key.value}": json.dumps(values) for key, values in question.filters.items()}
    for number, one in enumerate(wanted):
        if one.threshold is not None:
            given |= {f"seconds{number}": one.threshold.seconds, f"comparison{number}": one.threshold.comparison.value}
    return given


def _line(question: Question, wanted: Sequence[Wanted], row: Row) -> Line:
    return Line(
        interval=row["number"],
        group=tuple(row[f"k{number}"] for number in range(len(question.by))),
        values={one.label: row[f"v{number}"] for number, one in enumerate(wanted)},
    )
