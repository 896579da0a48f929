"""Reads hours of operation as the Connect API describes them (resource models HoursOfOperation and
HoursOfOperationOverride). Raises FlowError with every fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.errors import FlowError
from appliance.flow.hours_model import Hours, Opening, Override

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_KINDS = ("STANDARD", "OPEN", "CLOSED")
MOST_ROWS = 100


def hours_of(resource: Mapping[str, Any], overrides: list[Mapping[str, Any]] | None = None) -> Hours:
    """The calendar of one HoursOfOperation with its overrides. Raises FlowError."""
    problems: list[str] = []
    zone = resource.get("TimeZone", "UTC")
    if not isinstance(zone, str) or not _zone_exists(zone):
        problems.append(f"TimeZone {zone!r} is unknown; use a name like Europe/Berlin")
    found = Hours(
        time_zone=str(zone),
        openings=_openings(resource.get("Config"), "Config", problems),
        overrides=tuple(_override(raw, problems) for raw in overrides or ()),
        parents=tuple(_parents(resource.get("ParentHoursOfOperations"))),
    )
    if problems:
        raise FlowError(f"hours {resource.get('Name', '')} can't be used", problems)
    return found


def _zone_exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _parents(raw: Any) -> list[str]:
    entries = raw if isinstance(raw, list) else []
    return [str(entry.get("Id") or entry.get("Name")) for entry in entries if isinstance(entry, Mapping)]


def _openings(raw: Any, where: str, problems: list[str]) -> tuple[Opening, ...]:
    rows = raw if isinstance(raw, list) else []
    if len(rows) > MOST_ROWS:
        problems.append(f"{where} has {len(rows)} rows; at most {MOST_ROWS} are allowed")
    return tuple(found for row in rows if (found := _opening(row, where, problems)) is not None)


def _opening(row: Any, where: str, problems: list[str]) -> Opening | None:
    day = row.get("Day") if isinstance(row, Mapping) else None
    start = _minutes(row.get("StartTime")) if isinstance(row, Mapping) else None
    end = _minutes(row.get("EndTime")) if isinstance(row, Mapping) else None
    if day not in _DAYS or start is None or end is None:
        problems.append(f"{where}: {row!r:.80} is no row with Day, StartTime and EndTime")
        return None
    return Opening(weekday=_DAYS.index(day), start_min=start, end_min=end)


def _minutes(raw: Any) -> int | None:
    hours = raw.get("Hours") if isinstance(raw, Mapping) else None
    minutes = raw.get("Minutes", 0) if isinstance(raw, Mapping) else None
    if not isinstance(hours, int) or not isinstance(minutes, int) or not (0 <= hours <= 23 and 0 <= minutes <= 59):
        return None
    return hours * 60 + minutes


def _override(raw: Mapping[str, Any], problems: list[str]) -> Override:
    kind = raw.get("OverrideType", "STANDARD")
    name = f"override {raw.get('Name', '')}"
    if kind not in _KINDS:
        problems.append(f"{name}: OverrideType {kind!r} is none of {', '.join(_KINDS)}")
    pattern = _pattern(raw)
    return Override(
        first=str(raw.get("EffectiveFrom", "")),
        last=str(raw.get("EffectiveTill", "")),
        kind=str(kind),
        openings=_openings(raw.get("Config"), name, problems),
        frequency=str(pattern.get("Frequency", "")),
        interval=pattern["Interval"] if isinstance(pattern.get("Interval"), int) else 1,
        by_month=_numbers(pattern.get("ByMonth")),
        by_month_day=_numbers(pattern.get("ByMonthDay")),
        occurrence=_numbers(pattern.get("ByWeekdayOccurrence")),
    )


def _pattern(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    config = raw.get("RecurrenceConfig")
    pattern = config.get("RecurrencePattern") if isinstance(config, Mapping) else None
    return pattern if isinstance(pattern, Mapping) else {}


def _numbers(raw: Any) -> tuple[int, ...]:
    return tuple(number for number in raw if isinstance(number, int)) if isinstance(raw, list) else ()
