"""Customers meet queues and agents: one day of a branch, first come first served, as the numbers fall.

A queueing model for believable waits, not the box's routing (`acd`): who serves the queue and is free first is rung.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from random import Random

import msgspec

from appliance.console.demo_data.days import Shift, arrivals, midnight, shifts
from appliance.console.demo_data.organisation import CLOSES_H, OPENS_H, Line, Practice
from appliance.console.demo_data.visits import Ring, Visit

RING_S = 20.0
_NOTES = (
    "Asked for a call back after the blood results.",
    "Moved to Thursday.",
    "New address taken down.",
    "Complained about the waiting time; apologised.",
)
_DISPOSITIONS = {
    "appointments": ("booked", "moved", "cancelled", "question"),
    "pharmacy": ("ordered", "collected", "question"),
    "emergencies": ("come_in", "advice", "referred"),
}


class Day:
    """One day of one branch. busy_at: shortly before that several customers rang, so that there is something to see."""

    def __init__(self, practice: Practice, day: date, rng: Random, busy_at: float) -> None:
        self._practice = practice
        self._rng = rng
        self.shifts = shifts(practice, day, rng)
        start = midnight(practice, day)
        self._opens, self._closes = start + OPENS_H * 3600, start + CLOSES_H * 3600
        self._free = {shift.person.agent: shift.begins for shift in self.shifts}
        times = list(arrivals(practice, day, rng))
        if self._opens + 1800 <= busy_at < self._closes - 1800:
            times += [busy_at - rng.uniform(5, 200) for _ in range(rng.randint(3, 5))]
        self._times = sorted(times)

    def visits(self) -> Iterator[Visit]:
        """In the order in which they begin."""
        for at in self._times:
            if not self._opens <= at < self._closes - 600:
                yield self._came_too_late(at)
            elif self._rng.random() < 0.12:
                outbound = self._outbound(at)
                if outbound is not None:
                    yield outbound
            else:
                yield self._inbound(at)

    # ── one contact ──────────────────────────────────────────────────────────────────────────────────────────────

    def _caller(self, at: float) -> Visit:
        """Somebody rings; regulars ring more often."""
        rng = self._rng
        form, low, high = rng.choice(self._practice.customers)
        number = form.format(low + int((high - low) * rng.random() ** 1.8))
        names = self._practice.names
        poor = rng.random() < 0.05
        return Visit(
            contact=self._uuid(),
            recording=self._uuid(),
            customer="" if rng.random() < 0.03 else number,
            name=names[sum(number.encode()) % len(names)],
            began=at,
            left=at,
            loss=rng.uniform(0.02, 0.07) if poor else max(0.0, rng.gauss(0.001, 0.002)),
            jitter_ms=abs(rng.gauss(self._practice.jitter_ms, 2.0)) + (18.0 if poor else 0.0),
            rtt_ms=abs(rng.gauss(24.0, 6.0)) + (240.0 if poor else 0.0),
        )

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def _came_too_late(self, at: float) -> Visit:
        return msgspec.structs.replace(self._caller(at), closed=True, left=at + self._rng.uniform(6, 15))

    def _inbound(self, at: float) -> Visit:
        caller = self._caller(at)
        rng = self._rng
        if rng.random() < 0.05:
            return msgspec.structs.replace(caller, left=at + rng.uniform(3, 14))
        line = rng.choices(self._practice.lines, [line.share for line in self._practice.lines])[0]
        queued = at + rng.uniform(9, 21)
        patience = rng.lognormvariate(4.9, 0.75)
        visit = msgspec.structs.replace(caller, key=line.key, queue=line.queue, queued=queued)
        return self._served(visit, line, patience)

    def _served(self, visit: Visit, line: Line, patience: float) -> Visit:
        assert visit.queued is not None
        rings: list[Ring] = []
        gives_up = visit.queued + patience
        after = visit.queued + self._rng.uniform(0.4, 1.2)
        while (found := self._first_free(line.queue, after)) is not None and found[1] < gives_up and len(rings) < 3:
            shift, rung = found
            if self._rng.random() > 0.06:
                answered = rung + self._rng.uniform(2.2, 9.0)
                if answered >= gives_up:
                    rings.append(self._ring(shift, rung, gives_up, "abandoned"))
                    break
                rings.append(self._ring(shift, rung, answered, "connected"))
                return self._talked(msgspec.structs.replace(visit, rings=tuple(rings)), shift, answered)
            until = min(rung + RING_S, gives_up)
            rings.append(self._ring(shift, rung, until, "no_answer" if until < gives_up else "abandoned"))
            self._free[shift.person.agent] = until + self._rng.uniform(40, 150)
            after = until + 0.5
        return msgspec.structs.replace(visit, rings=tuple(rings), left=gives_up)

    def _first_free(self, queue: str, after: float) -> tuple[Shift, float] | None:
        """Who serves the queue and is free first, and when."""
        able = [shift for shift in self.shifts if queue in shift.person.queues]
        times = [(self._free_at(shift, after), shift.person.agent, shift) for shift in able]
        known = [(at, name, shift) for at, name, shift in times if at is not None]
        if not known:
            return None
        at, _, shift = min(known, key=lambda one: one[:2])
        return shift, at

    def _free_at(self, shift: Shift, after: float) -> float | None:
        at = max(after, self._free[shift.person.agent], shift.begins)
        if shift.lunch <= at < shift.lunch_ends:
            at = shift.lunch_ends
        return at if at < shift.ends else None

    def _ring(self, shift: Shift, at: float, until: float, outcome: str) -> Ring:
        person = shift.person
        self._free[person.agent] = max(self._free[person.agent], until + 1)
        return Ring(agent=person.agent, extension=person.extension, at=at, until=until, outcome=outcome)

    def _talked(self, visit: Visit, shift: Shift, connected: float) -> Visit:
        rng = self._rng
        lasts = min(1800.0, rng.lognormvariate(5.2, 0.65))
        left = connected + lasts
        holds: tuple[tuple[float, float], ...] = ()
        if lasts > 60 and rng.random() < 0.18:
            held = connected + lasts * rng.uniform(0.3, 0.6)
            holds = ((held, min(left - 5, held + rng.uniform(12, 90))),)
        worked = left + min(120.0, rng.lognormvariate(3.0, 0.6))
        away = worked + min(1500.0, rng.expovariate(1 / 420)) if rng.random() < 0.45 else None
        self._free[shift.person.agent] = (away or worked) + 1.5
        return msgspec.structs.replace(
            visit,
            agent=shift.person.agent,
            extension=shift.person.extension,
            connected=connected,
            left=left,
            holds=holds,
            agent_hung_up=rng.random() < 0.3,
            worked_until=worked,
            away_until=away,
            disposition=rng.choice(_DISPOSITIONS[visit.queue]) if rng.random() < 0.7 else "",
            note=rng.choice(_NOTES) if rng.random() < 0.08 else "",
        )

    def _outbound(self, at: float) -> Visit | None:
        """An agent rings a customer, if one is free."""
        found = self._first_free("appointments", at)
        if found is None or found[1] > at + 120:
            return None
        shift, rung = found
        visit = msgspec.structs.replace(self._caller(rung), outbound=True, queue="appointments", name="")
        if not visit.customer:
            return None
        if self._rng.random() < 0.22:
            left = rung + self._rng.uniform(20, 34)
            self._free[shift.person.agent] = left + 3
            return msgspec.structs.replace(visit, agent=shift.person.agent, extension=shift.person.extension, left=left)
        return self._talked(visit, shift, rung + self._rng.uniform(6, 18))
