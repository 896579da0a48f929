"""Answers questions about the past from the store, beside its writer."""

from __future__ import annotations

import os
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.clock import Clock
from appliance.metrics.reports import Json, report
from appliance.store.store import Store
from appliance.switchboard.measuring.questions import MetricsQuery, question

LOCALTIME = Path("/etc/localtime")


def report_of(store: Store, clock: Clock, given: MetricsQuery) -> Json:
    """See `metrics.reports.report`. Raises RequestError."""
    now = clock()
    zone = local_zone()
    asked = question(given, now_s=now.wall_s, zone=zone)
    return report(asked, store.measures.answer(asked, now), zone)


def report_from(path: Path, clock: Clock, given: MetricsQuery) -> Json:
    """The same on the file at `path`, opened for reading only: for a thread of its own."""
    with Store.open_read_only(path) as store:
        return report_of(store, clock, given)


def local_zone() -> tzinfo:
    """The box's time zone with its changes of summer time (tzset(3): TZ, else /etc/localtime); else UTC."""
    try:
        if name := os.environ.get("TZ"):
            return ZoneInfo(name.removeprefix(":"))
        with LOCALTIME.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return UTC
