"""Hours of operation as data (resource model HoursOfOperation). `hours` decides whether they are open."""

from __future__ import annotations

import msgspec


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """One open interval: weekday 0 = Monday, minutes since local midnight. end_min 0 or <= start_min: to midnight."""

    weekday: int
    start_min: int
    end_min: int


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """Replaces the weekly rows on the dates from `first` to `last` (ISO dates, both included).

    kind: STANDARD or OPEN (`openings` hold, those of the weekday; OPEN without openings: all day), CLOSED.
    frequency "": no recurrence; WEEKLY, MONTHLY, YEARLY repeat every `interval`, narrowed by the by-lists
    (months 1…12, days of month 1…31 or -1 for the last, `occurrence` of the weekday in the month 1…4, -1 last).
    """

    first: str
    last: str
    kind: str = "STANDARD"
    openings: tuple[Opening, ...] = ()
    frequency: str = ""
    interval: int = 1
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    occurrence: tuple[int, ...] = ()


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar: time zone name (tz database), weekly rows, overrides (first that applies wins), parent names."""

    time_zone: str = "UTC"
    openings: tuple[Opening, ...] = ()
    overrides: tuple[Override, ...] = ()
    parents: tuple[str, ...] = ()
