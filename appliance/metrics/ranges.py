"""Time ranges as people write them, and the intervals in them. The clock and the time zone are handed in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from appliance.errors import RequestError
from appliance.metrics.asked import Interval

INTERVALS = ("15", "30", "60", "day")
MOST_INTERVALS = 100_000
_AGO = re.compile(r"^([0-9]{1,5})(m|h|d|w)$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FORMS = "an instant (2026-11-22T09:30, 2026-11-22), now, today, yesterday, or how long ago (30m, 8h, 7d, 2w)"


def instant(text: str, *, now_s: float, zone: tzinfo) -> float:
    """Seconds since the epoch of what a person wrote. A day begins at midnight of the box; 7d is midnight seven days
    ago, hours and minutes count back from now. Raises RequestError."""
    now = datetime.fromtimestamp(now_s, zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match text.strip().lower():
        case "now":
            return now_s
        case "today":
            return midnight.timestamp()
        case "yesterday":
            return _days_before(midnight, 1).timestamp()
    if ago := _AGO.match(text.strip().lower()):
        number, unit = int(ago[1]), ago[2]
        if unit in "dw":
            return _days_before(midnight, number * (7 if unit == "w" else 1)).timestamp()
        return now_s - timedelta(**{_UNITS[unit]: number}).total_seconds()
    return _iso(text, zone)


def intervals(since_s: float, until_s: float, length: str | None, *, zone: tzinfo) -> tuple[Interval, ...]:
    """The range cut into intervals of 15, 30, 60 minutes or days, aligned to the clock; None: as a whole.

    Raises RequestError for a range that ends before it begins, an unknown length, or too many intervals."""
    if until_s <= since_s:
        raise RequestError("the time range ends before it begins; give --from a time before --to")
    if length is None:
        return (Interval(since=since_s, until=until_s),)
    if length not in INTERVALS:
        raise RequestError(f"{length!r} is no interval; there are {', '.join(INTERVALS)} (minutes, or day)")
    step_s = 86_400 if length == "day" else int(length) * 60
    if (until_s - since_s) / step_s > MOST_INTERVALS:
        raise RequestError(f"more than {MOST_INTERVALS} intervals; choose a shorter time range or longer intervals")
    made: list[Interval] = []
    begin = since_s
    while begin < until_s:
        end = min(_next(begin, length, zone), until_s)
        made.append(Interval(since=begin, until=end))
        begin = end
    return tuple(made)


def _next(at_s: float, length: str, zone: tzinfo) -> float:
    """The next border after `at_s`. Minutes are borders of the clock's hour (time zones differ by quarters of it)."""
    if length == "day":
        local = datetime.fromtimestamp(at_s, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return _days_before(local, -1).timestamp()
    step_s = int(length) * 60
    offset_s = datetime.fromtimestamp(at_s, zone).utcoffset() or timedelta()
    shift_s = offset_s.total_seconds()
    return ((at_s + shift_s) // step_s + 1) * step_s - shift_s


def _days_before(midnight: datetime, days: int) -> datetime:
    """Midnight some calendar days earlier: a day may have 23 or 25 hours. A fixed zone of now would miss that."""
    naive = (midnight.replace(tzinfo=None) - timedelta(days=days)).replace(fold=0)
    return naive.replace(tzinfo=midnight.tzinfo)


def _iso(text: str, zone: tzinfo) -> float:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise RequestError(f"{text!r} is no time; give {_FORMS}") from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).timestamp()
