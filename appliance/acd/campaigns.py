"""Campaigns: when a customer on a list may be called, and which errand a row of the list becomes. Pure.

Calling hours are the customer's: a number whose time zone isn't certain may be called only when every zone it may be in
is within the hours. Preview: an agent sees or hears who it is before the number is dialled.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec.structs import replace

from appliance.acd.errands import Errand, ErrandState, Outcome, later
from appliance.events import ErrandKind
from appliance.ids import ErrandId, FlowId, QueueId
from appliance.stamps import Stamp

PREVIEW = FlowId("campaign_preview")  # the box's own: says who it is; 1 calls, 2 doesn't
LOCAL = "UTC"  # of a number that could be anywhere
AFTER_ALL = 9999  # priority in the queue: whoever calls in comes first, even when the record was there before
STEP_S = 900  # hours begin and end at quarters
FURTHEST_DAYS = 8


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """When people may be called: on `weekdays` (Monday is 0), from one minute of the day to before another."""

    weekdays: tuple[int, ...]
    start_min: int
    end_min: int


EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
USUAL = (Window(weekdays=EVERY_DAY, start_min=9 * 60, end_min=20 * 60),)


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A list of customers whom the agents of `queue` call.

    attempts: at most, per record; pause_s: at least, between two of them; pauses_s: by outcome, where they differ.
    again_s: disposition → pause before another attempt; never: dispositions that put the number onto the campaign's
    do-not-call list. flow: outbound whisper that shows the record to the agent, "" for the box's own; preview False:
    the number is dialled as soon as the agent answers. zone: of numbers that tell none.
    """

    campaign: str
    queue: QueueId
    running: bool = False
    preview: bool = True
    windows: tuple[Window, ...] = USUAL
    attempts: int = 3
    pause_s: float = 3600.0
    pauses_s: dict[Outcome, float] = msgspec.field(default_factory=dict)
    again_s: dict[str, float] = msgspec.field(default_factory=dict)
    never: tuple[str, ...] = ()
    caller_id: str = ""
    flow: FlowId | None = None
    zone: str = LOCAL
    created: Stamp


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A good row of a list. zones: where the customer may be."""

    number: str
    name: str = ""
    zones: tuple[str, ...] = ()
    attributes: dict[str, str] = msgspec.field(default_factory=dict)


def errand_of(campaign: Campaign, candidate: Candidate, name: ErrandId, at: Stamp) -> Errand:
    """The errand of a row; `name`: an unused id."""
    known = {"campaign": campaign.campaign, "name": candidate.name}
    return Errand(
        errand=name,
        kind=ErrandKind.CAMPAIGN,
        number=candidate.number,
        queue=campaign.queue,
        campaign=campaign.campaign,
        name=candidate.name,
        asked=at,
        due=at,
        waiting_since=at,
        zones=candidate.zones,
        attributes={**candidate.attributes, **known},
        **_rules(campaign),
    )


def by_rules_of(campaign: Campaign, errand: Errand, now: Stamp) -> Errand:
    """The record as it is called now: by the campaign's rules of today, at the end of the queue."""
    rules = _rules(campaign)
    return replace(errand, queue=campaign.queue, priority=AFTER_ALL, waiting_since=now, **rules)


def _rules(campaign: Campaign) -> dict[str, Any]:
    return {
        "max_attempts": campaign.attempts,
        "retry_delay_s": campaign.pause_s,
        "retry_s": campaign.pauses_s,
        "caller_id": campaign.caller_id,
        "flow": campaign.flow or (PREVIEW if campaign.preview else None),
    }


def called_again(campaign: Campaign, errand: Errand, disposition: str, now: Stamp) -> Errand | None:
    """The record after an agent has said how it went: to be called again, or None where nothing changes."""
    pause_s = campaign.again_s.get(disposition)
    over = errand.state in (ErrandState.DONE, ErrandState.FAILED)
    if pause_s is None or not over or errand.attempt >= campaign.attempts:
        return None
    return replace(
        errand,
        state=ErrandState.SCHEDULED,
        attempt=errand.attempt + 1,
        due=later(now, pause_s),
        previous=errand.contact,
        initial=errand.initial or errand.contact,
        contact=None,
        redone=0,
    )


def may_call(windows: tuple[Window, ...], zones: tuple[str, ...], wall_s: float) -> bool:
    """Whether it is within the hours at Unix time `wall_s` wherever the customer may be. An unknown zone forbids it."""
    return all(_is_open(windows, zone, wall_s) for zone in zones or (LOCAL,))


@functools.lru_cache(maxsize=4096)
def next_opening(windows: tuple[Window, ...], zones: tuple[str, ...], quarter: int) -> float | None:
    """When the hours begin that come after quarter of an hour number `quarter` since 1970 (Unix seconds); None: not
    within a week."""
    for step in range(FURTHEST_DAYS * 96):
        wall_s = float((quarter + step) * STEP_S)
        if may_call(windows, zones, wall_s):
            return wall_s
    return None


def _is_open(windows: tuple[Window, ...], zone: str, wall_s: float) -> bool:
    offset_s = _offset_s(zone, int(wall_s // STEP_S))
    if offset_s is None:
        return False
    local = datetime.fromtimestamp(wall_s, UTC) + timedelta(seconds=offset_s)
    minute = local.hour * 60 + local.minute
    return any(local.weekday() in window.weekdays and window.start_min <= minute < window.end_min for window in windows)


@functools.lru_cache(maxsize=8192)
def _offset_s(zone: str, quarter: int) -> float | None:
    """Seconds east of UTC in that quarter of an hour (clocks change at quarters); None for an unknown zone."""
    try:
        offset = datetime.fromtimestamp(quarter * STEP_S, ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return None if offset is None else offset.total_seconds()
