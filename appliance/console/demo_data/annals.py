"""Everything that a branch's box would have put into its outbox in the fortnight, in order; and how it is right now.

Rows have the kinds and shapes of the box's store and of `cloud`. Contact records are built by `records.build_record`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import cached_property
from random import Random
from typing import Any

import msgspec

from appliance.cloud.reconciling import OUTAGE, Outage
from appliance.cloud.recordings import RECORDING, RECORDING_ERASED
from appliance.console.demo_data import staff_states
from appliance.console.demo_data.clocks import Clock
from appliance.console.demo_data.days import days_until, midnight
from appliance.console.demo_data.floor import Day
from appliance.console.demo_data.organisation import OPENS_H, Cut, Practice
from appliance.console.demo_data.staff_states import Change
from appliance.console.demo_data.tellings import FLOW, FLOW_TYPE, PROFILE, flow_sha256, told
from appliance.console.demo_data.visits import Visit
from appliance.records.contact_record import build_record

KEPT_S = 86_400.0
_SEALED_AFTER_S = 8.0
_UPDATED_AFTER_S = 6 * 86_400 + 3.1 * 3600  # one night the box took an update and started anew


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One outbox row; data is JSON, b"" of a recording's facts: they are known once it has a file."""

    at: float
    kind: str
    subject: str
    data: bytes


class Annals:
    """One branch: the days before `now` (seconds since the epoch), and what will have happened `ahead_s` later."""

    def __init__(
        self,
        practice: Practice,
        *,
        now: float,
        days: int,
        seed: str,
        ahead_s: float = 0.0,
        kept_s: float = KEPT_S,
    ) -> None:
        self.practice = practice
        self.box = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{practice.branch}.{seed}.demo.invalid"))
        dates = days_until(practice, now, now + ahead_s, days)
        self.began = midnight(practice, dates[0]) + (OPENS_H - 1) * 3600
        self.clock = Clock(practice.branch, (self.began - 86_400 * 9.0, self.began + _UPDATED_AFTER_S))
        self._now, self._last, self._kept_s = now, now + ahead_s, kept_s
        self.days = [self._told(Day(practice, date, Random(f"{seed}/{practice.branch}/{date}"), now)) for date in dates]
        self.visits = [visit for _, visits in self.days for visit in visits]
        self.cuts = [cut for cut in practice.cuts if now - cut.days_ago * 86_400 > self.began]

    def _told(self, day: Day) -> tuple[Day, list[Visit]]:
        return day, [visit for visit in day.visits() if self.began < visit.began < self._last]

    def heard_at(self, at: float) -> float:
        """Until when the console knows this branch at that time."""
        return self._now - self.practice.mute_h * 3600 if self.practice.mute_h else at

    def outages(self) -> list[tuple[Cut, Outage]]:
        """Those that are over, with what the box will say of them."""
        return [(cut, self._outage(place, cut)) for place, cut in enumerate(self.cuts, 1)]

    def _outage(self, place: int, cut: Cut) -> Outage:
        began, lasted = self._now - cut.days_ago * 86_400, cut.hours * 3600
        name = f"{self.box[:8]}-{place}"
        return Outage(outage=name, began_s=began, ended_s=began + lasted, lasted_s=lasted, why=cut.why)

    def rows(self) -> list[Row]:
        """In order of time, those to come included."""
        rows = [*self._inventory(), *self._states(), *self._outage_rows()]
        for visit in self.visits:
            rows += self._of_visit(visit)
        return sorted((row for row in rows if row.at <= self._last), key=lambda row: row.at)

    # ── the rows ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _row(self, at: float, kind: str, subject: str, change: object) -> Row:
        return Row(at=at, kind=kind, subject=subject, data=msgspec.json.encode(change))

    def _inventory(self) -> Iterator[Row]:
        practice, at = self.practice, self.began
        for line in practice.lines:
            yield self._row(at, "queue", line.queue, _queue(line.queue, line.name, practice.number))
        shares = [{"queue": line.queue, "priority": place} for place, line in enumerate(practice.lines, 1)]
        profile = {"profile": PROFILE, "display_name": "Reception", "queues": shares, "outbound_queue": "appointments"}
        yield self._row(at, "routing_profile", PROFILE, {**profile, "timer": "TIME_SINCE_LAST_ACTIVITY"})
        for person in practice.people:
            extension = {"extension": person.extension, "display_name": person.name, "settings": {}}
            yield self._row(at, "extension", person.extension, extension)
            plan = {"agent": person.agent, "extension": person.extension, "queues": shares}
            agent = {"plan": plan, "display_name": person.name, "profile": PROFILE}
            yield self._row(at, "agent", person.agent, agent)
        flow = {"flow": FLOW, "flow_type": FLOW_TYPE, "sha256": flow_sha256(), "installed": self.clock(at)}
        yield self._row(at, "flow", FLOW, flow)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What the agents did, by time."""
        told = (change for day, visits in self.days for change in staff_states.changes(day.shifts, visits))
        return tuple(sorted(told, key=lambda change: change.at))

    def _states(self) -> Iterator[Row]:
        for change in self.changes:
            stamp = msgspec.to_builtins(self.clock(change.at))
            yield self._row(change.at, "agent_state", change.agent, staff_states.as_event(change, stamp))

    def _outage_rows(self) -> Iterator[Row]:
        for _, outage in self.outages():
            yield self._row(outage.ended_s + 2, OUTAGE, outage.outage, outage)

    def _of_visit(self, visit: Visit) -> Iterator[Row]:
        events = told(visit, self.practice, self.clock)
        yield from (self._row(event.at.wall_s, "contact_event", event.contact, event) for event in events)
        record = build_record(events, box=self.practice.branch)
        yield self._row(visit.ended + 0.01, "contact_record", visit.contact, record)
        if visit.connected is not None:
            yield Row(at=visit.left + _SEALED_AFTER_S, kind=RECORDING, subject=visit.recording, data=b"")
            if not self.keeps(visit):
                erased = {"recording": visit.recording, "contact": visit.contact, "why": "retention"}
                yield self._row(
                    visit.left + max(self._kept_s, 2 * _SEALED_AFTER_S), RECORDING_ERASED, visit.recording, erased
                )

    def keeps(self, visit: Visit) -> bool:
        """Whether its recording has a file: this organisation keeps them for `kept_s`."""
        return visit.left + self._kept_s > self._now


def _queue(queue: str, name: str, number: str) -> dict[str, Any]:
    plan = {"queue": queue, "max_contacts": 20, "ring_timeout_s": 20.0, "wrap_up_s": 120.0, "enabled": True}
    return {"plan": plan, "display_name": name, "hours": "practice", "caller_id": number}
