"""The events of a contact on one scale of whole seconds, so that a record's durations and timestamps agree. Pure.

Within a boot the monotonic clock gives the distances; the wall clock places them once, by the last stamp whose clock
a time server had set (else the last stamp), so a clock set in mid-call moves the whole contact and stretches nothing.
A later boot never begins before the end of the one before. Differences of whole seconds add up exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from math import floor

import msgspec

from appliance.events import AnyBody, ContactEvent
from appliance.stamps import Stamp
from appliance.store import chronological


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in which second (since the epoch, UTC)."""

    second: int
    body: AnyBody


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """`boots`: the boots the contact was seen in; `synced`: whether every boot's clock was known to be right."""

    moments: tuple[Moment, ...]
    boots: tuple[str, ...]
    synced: bool

    @property
    def end(self) -> int:
        """The second of the last event."""
        return self.moments[-1].second


def timeline(events: Iterable[ContactEvent]) -> Timeline:
    """The events of one contact in any order; at least one."""
    moments: list[Moment] = []
    boots: dict[str, bool] = {}
    reached = float("-inf")
    for boot, group in groupby(chronological(events), key=lambda event: event.at.boot):
        in_boot = list(group)
        place = _placing([event.at for event in in_boot])
        boots[boot] = place.synced
        shift = max(place.wall_s - place.mono_s, reached - in_boot[0].at.mono_s)
        for event in in_boot:
            reached = max(reached, event.at.mono_s + shift)
            moments.append(Moment(second=floor(reached), body=event.body))
    return Timeline(moments=tuple(moments), boots=tuple(boots), synced=all(boots.values()))


def _placing(stamps: list[Stamp]) -> Stamp:
    """The stamp whose wall clock is believed for the whole boot."""
    synced = [stamp for stamp in stamps if stamp.synced]
    return (synced or stamps)[-1]
