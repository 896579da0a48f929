"""Who works when, and who rings when: shifts and arrivals of one day of a branch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from appliance.console.demo_data.organisation import CLOSES_H, OPENS_H, Person, Practice

_WEEKDAYS = (1.25, 1.05, 1.0, 1.0, 1.1, 0.8, 0.45)  # Monday …: share of `a_day`
_PEAKS = ((9.2, 1.2, 1.0), (14.0, 1.6, 0.7), (17.3, 1.0, 0.8))  # local hour, width, height
_BASE = 0.18


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's day, seconds since the epoch."""

    person: Person
    begins: float
    lunch: float
    lunch_ends: float
    ends: float

    def works_at(self, at: float) -> bool:
        return self.begins <= at < self.ends and not self.lunch <= at < self.lunch_ends


def midnight(practice: Practice, day: date) -> float:
    """The day's first second there."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(practice.zone)).timestamp()


def days_until(practice: Practice, now: float, until: float, days: int) -> list[date]:
    """So many days there, today the last of them, and those that follow up to `until`."""
    today, last = (datetime.fromtimestamp(at, ZoneInfo(practice.zone)).date() for at in (now, until))
    first = today - timedelta(days=days - 1)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def shifts(practice: Practice, day: date, rng: Random) -> list[Shift]:
    """Early ones open, late ones close; now and then somebody is ill, but never everybody."""
    start = midnight(practice, day)
    present = [person for person in practice.people if rng.random() > 0.06] or list(practice.people[:1])
    return [_shift(person, start, rng) for person in present]


def _shift(person: Person, start: float, rng: Random) -> Shift:
    begins = start + (OPENS_H if person.early else OPENS_H + 4) * 3600 + rng.uniform(-420, 240)
    lunch = begins + rng.uniform(3.4, 4.6) * 3600
    return Shift(
        person=person,
        begins=begins,
        lunch=lunch,
        lunch_ends=lunch + rng.uniform(1500, 2400),
        ends=min(begins + 8.2 * 3600, start + CLOSES_H * 3600) + rng.uniform(0, 500),
    )


def arrivals(practice: Practice, day: date, rng: Random) -> Iterator[float]:
    """When customers ring, in order: a Poisson process over the day's shape, a few of them at night."""
    start = midnight(practice, day)
    expected = practice.a_day * _WEEKDAYS[day.weekday()] * rng.uniform(0.85, 1.15)
    heights = [_height(minute / 60) for minute in range(24 * 60)]
    per_height = expected / sum(heights)
    for minute, height in enumerate(heights):
        for _ in range(_poisson(height * per_height, rng)):
            yield start + minute * 60 + rng.uniform(0, 60)


def _height(hour: float) -> float:
    if not OPENS_H - 0.5 <= hour < CLOSES_H:
        return 0.02
    return _BASE + sum(height * math.exp(-(((hour - at) / width) ** 2)) for at, width, height in _PEAKS)


def _poisson(mean: float, rng: Random) -> int:
    """Knuth's product method: means here are far below one."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
