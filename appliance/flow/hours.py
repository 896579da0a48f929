"""Whether hours of operation are open at an instant: weekly rows, overrides, parents, daylight saving.

Pure apart from the time zone database, which is read once per zone. Loaded only when a flow asks (import it late).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.flow.hours_model import Hours, Opening, Override

MINUTES_OF_DAY = 24 * 60
DEEPEST_PARENT = 5


def is_open(hours: Hours, wall_s: float, find: Callable[[str], Hours | None]) -> bool | None:
    """Whether `hours` are open at Unix time `wall_s`; None if their time zone is unknown. find: parents by name."""
    try:
        local = datetime.fromtimestamp(wall_s, ZoneInfo(hours.time_zone))
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
        return None
    return any(_covers(opening, local) for opening in _rows_of(hours, local.date(), find, DEEPEST_PARENT))


def _rows_of(hours: Hours, day: date, find: Callable[[str], Hours | None], depth: int) -> tuple[Opening, ...]:
    """The openings that count on `day`: the calendar's own exceptions, then its parents', then the weekly rows."""
    override = _override(hours, day, find, depth)
    if override is None:
        rows = hours.openings
    elif override.kind == "CLOSED":
        return ()
    elif override.kind == "OPEN" and not override.openings:
        return (Opening(weekday=day.weekday(), start_min=0, end_min=0),)
    else:
        rows = override.openings
    return tuple(row for row in rows if row.weekday == day.weekday())


def _override(hours: Hours, day: date, find: Callable[[str], Hours | None], depth: int) -> Override | None:
    for override in hours.overrides:
        if applies(override, day):
            return override
    for name in hours.parents if depth > 0 else ():
        parent = find(name)
        if parent is not None and (found := _override(parent, day, find, depth - 1)) is not None:
            return found
    return None


def _covers(opening: Opening, local: datetime) -> bool:
    """An end of 00:00 is midnight, the end of the day; 00:00 to 00:00 is the whole day."""
    end_min = opening.end_min if opening.end_min > opening.start_min else MINUTES_OF_DAY
    return opening.start_min <= local.hour * 60 + local.minute < end_min


def applies(override: Override, day: date) -> bool:
    """Whether `day` is one of the override's dates."""
    first, last = _date(override.first), _date(override.last)
    if first is None or last is None or not first <= day <= last:
        return False
    recurs = {"WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}.get(override.frequency)
    return recurs is None or recurs(override, first, day)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _weekly(override: Override, first: date, day: date) -> bool:
    weeks = (_monday(day) - _monday(first)).days // 7
    days = {opening.weekday for opening in override.openings} or {first.weekday()}
    return weeks % max(1, override.interval) == 0 and day.weekday() in days


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _monthly(override: Override, first: date, day: date) -> bool:
    months = (day.year - first.year) * 12 + day.month - first.month
    return months % max(1, override.interval) == 0 and _matches_day(override, first, day)


def _yearly(override: Override, first: date, day: date) -> bool:
    months = override.by_month or (first.month,)
    return (
        (day.year - first.year) % max(1, override.interval) == 0
        and day.month in months
        and _matches_day(override, first, day)
    )


def _matches_day(override: Override, first: date, day: date) -> bool:
    """By day of the month, or by the n-th weekday of the month."""
    length = calendar.monthrange(day.year, day.month)[1]
    if override.occurrence:
        days = {opening.weekday for opening in override.openings} or {first.weekday()}
        nth, is_last = (day.day - 1) // 7 + 1, day.day + 7 > length
        return day.weekday() in days and (nth in override.occurrence or (is_last and -1 in override.occurrence))
    wanted = override.by_month_day or (first.day,)
    return day.day in wanted or (day.day == length and -1 in wanted)
