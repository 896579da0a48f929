"""Metrics from records and agent states, row by row: the rules in Python. `appliance.store.measures` has them in SQL.

Takes each source as an iterable and holds nothing but sums.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from appliance.metrics import contact_terms, flow_runs, rings, state_spans
from appliance.metrics.asked import Interval, Line, Question, Value, Wanted, merged
from appliance.metrics.contact_facts import Record, contact_facts
from appliance.metrics.definitions import Key, Source, Statistic
from appliance.metrics.state_spans import Span

Term = Callable[[Any], float | None]
Group = tuple[str | None, ...]
_OF_CONTACTS = frozenset({Source.CONTACTS, Source.ENQUEUED, Source.CONNECTED})
_OF_FLOWS = frozenset({Source.FLOWS, Source.FLOW_STARTS})


class Sums:
    """What a statistic needs to know of the values of one term."""

    __slots__ = ("count", "highest", "lowest", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total: float = 0
        self.highest: float | None = None
        self.lowest: float | None = None

    def add(self, value: float | None) -> None:
        if value is None:
            return
        self.count += 1
        self.total += value
        self.highest = value if self.highest is None else max(self.highest, value)
        self.lowest = value if self.lowest is None else min(self.lowest, value)


class Tally:
    """The sums of the metrics wanted, over the rows added."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        self._wanted = tuple(wanted)
        self._terms: dict[tuple[str, object], tuple[Term, Sums]] = {}
        for one in self._wanted:
            for name in filter(None, (one.metric.rule.term, one.metric.rule.of)):
                self._terms.setdefault((name, one.threshold), (_term(one, name), Sums()))

    def add(self, row: object) -> None:
        for term, sums in self._terms.values():
            sums.add(term(row))

    def values(self, all_outcomes: int | None = None) -> dict[str, Value]:
        """By label. all_outcomes: what a PART is a part of."""
        return {one.label: self._value(one, all_outcomes) for one in self._wanted}

    def count(self, term: str) -> int:
        """How many rows had the term."""
        return self._terms[(term, None)][1].count

    def _value(self, one: Wanted, all_outcomes: int | None) -> Value:
        rule = one.metric.rule
        term = self._terms[(rule.term, one.threshold)][1]
        of = self._terms[(rule.of, one.threshold)][1] if rule.of else Sums()
        if rule.statistic is Statistic.PART:
            return _ratio(100 * term.count, all_outcomes or 0)
        value = _STATISTICS[rule.statistic](term, of)
        return None if one.metric.sparse and not value else value


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


_STATISTICS: Mapping[Statistic, Callable[[Sums, Sums], float | None]] = {
    Statistic.COUNT: lambda term, of: term.count,
    Statistic.SUM: lambda term, of: term.total,
    Statistic.MEAN: lambda term, of: _ratio(term.total, term.count),
    Statistic.MAX: lambda term, of: term.highest,
    Statistic.MIN: lambda term, of: term.lowest,
    Statistic.SHARE: lambda term, of: _ratio(100 * term.count, of.count),
    Statistic.SUM_SHARE: lambda term, of: _ratio(100 * term.total, of.total),
    Statistic.OCCUPANCY: lambda term, of: _ratio(100 * term.total, term.total + of.total),
}


def _term(one: Wanted, name: str) -> Term:
    match one.metric.source:
        case Source.CONTACTS | Source.ENQUEUED | Source.CONNECTED:
            return contact_terms.term(name, one.threshold)
        case Source.RINGS:
            return rings.TERMS[name]
        case Source.STATES:
            return state_spans.TERMS[name]
        case Source.FLOWS | Source.FLOW_STARTS:
            return flow_runs.TERMS[name]
        case Source.NOW:
            raise ValueError(f"{one.metric.name} is known only at the instant")


class Replay:
    """Answers one question: `records` and `states` may be called with parts of the history, in any order."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._wanted: dict[Source, list[Wanted]] = {}
        for one in question.wanted:
            self._wanted.setdefault(one.metric.source, []).append(one)
        self._starts = [interval.since for interval in question.intervals]
        self._tallies: dict[Source, dict[tuple[int, Group], Tally]] = {source: {} for source in self._wanted}

    def records(self, records: Iterable[Record]) -> None:
        """Contact records, closed ones or as they stand now."""
        of_contacts, of_flows = (not sources.isdisjoint(self._wanted) for sources in (_OF_CONTACTS, _OF_FLOWS))
        for record in records:
            if of_contacts:
                self._contact(record)
            if Source.RINGS in self._wanted:
                for ring in rings.rings(record):
                    self._note(Source.RINGS, ring.ended, ring)
            if of_flows:
                for run in flow_runs.flow_runs(record):
                    self._note(Source.FLOW_STARTS, run.started, run)
                    self._note(Source.FLOWS, run.counted, run)

    def _contact(self, record: Record) -> None:
        facts = contact_facts(record)
        if not facts.service:
            self._note(Source.CONTACTS, facts.counted, facts)
            self._note(Source.ENQUEUED, facts.enqueued, facts)
            self._note(Source.CONNECTED, facts.connected, facts)

    def states(self, stretches: Iterable[Span]) -> None:
        """Stretches of agents' states; each is cut to the intervals."""
        for span in stretches:
            for interval in self._question.intervals:
                part = span.within(interval.since, interval.until)
                if part is not None:
                    self._note(Source.STATES, part.began, part)

    def lines(self) -> list[Line]:
        """The answer."""
        return merged(self._question, [self._lines(source) for source in self._tallies])

    def _note(self, source: Source, at: float | None, row: msgspec.Struct) -> None:
        if source not in self._wanted or at is None:
            return
        number = bisect_right(self._starts, at) - 1
        if number < 0 or at >= self._question.intervals[number].until or not self._passes(row):
            return
        group = tuple(_key(row, key) for key in self._question.by)
        tallies = self._tallies[source]
        tally = tallies.get((number, group))
        if tally is None:
            tally = tallies[(number, group)] = Tally(self._wanted[source])
        tally.add(row)

    def _passes(self, row: msgspec.Struct) -> bool:
        filters = self._question.filters.items()
        return all(_key(row, key) in allowed for key, allowed in filters if key is not Key.OUTCOME)

    def _lines(self, source: Source) -> list[Line]:
        tallies = self._tallies[source]
        wholes = self._wholes(tallies) if self._has_part(source) else {}
        allowed = self._question.filters.get(Key.OUTCOME)
        return [
            Line(interval=number, group=group, values=tally.values(wholes.get((number, self._less_outcome(group)))))
            for (number, group), tally in tallies.items()
            if allowed is None or group[self._question.by.index(Key.OUTCOME)] in allowed
        ]

    def _has_part(self, source: Source) -> bool:
        return any(one.metric.rule.statistic is Statistic.PART for one in self._wanted[source])

    def _wholes(self, tallies: Mapping[tuple[int, Group], Tally]) -> dict[tuple[int, Group], int]:
        wholes: dict[tuple[int, Group], int] = {}
        for (number, group), tally in tallies.items():
            place = (number, self._less_outcome(group))
            wholes[place] = wholes.get(place, 0) + tally.count("ended")
        return wholes

    def _less_outcome(self, group: Group) -> Group:
        return tuple(value for key, value in zip(self._question.by, group, strict=True) if key is not Key.OUTCOME)


def _key(row: msgspec.Struct, key: Key) -> str | None:
    value: str | None = getattr(row, key.value, None)
    return value


def whole(since: float, until: float) -> tuple[Interval, ...]:
    """One interval."""
    return (Interval(since=since, until=until),)
