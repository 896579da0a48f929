"""How much room there is, what may go, and what has to stop: pure.

Calls and records never stop. What they need for `records_days` without a console is kept free; the rest is for
recordings. Before that ends the box warns, then it stops recording calls; messages stop only with the disk itself.
What the console has already is counted as free: it goes first.
"""

from __future__ import annotations

import enum

import msgspec

WARN_DAYS = 14.0  # warn as well when the room lasts no longer at the present growth
AGAIN = 0.05  # of all room that has to be free before recording begins again
LEAST_RECORDS_A_DAY = 1_000_000


class Level(enum.StrEnum):
    """FULL: no call is recorded."""

    OK = "ok"
    WARNING = "warning"
    FULL = "full"


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes. free: of the disk; recordings: all there are here; delivered: of those, what the console has verified;
    records_a_day, recordings_a_day: how much comes; waiting: recordings the console hasn't got."""

    free: int
    recordings: int
    delivered: int
    records_a_day: int
    recordings_a_day: int
    waiting: int = 0


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """reserve: free bytes that belong to calls in any case; budget: of recordings in bytes, 0 for as much as there is
    room; warn: as a fraction of it; records_days: so long without a console records must fit."""

    reserve: int
    budget: int = 0
    warn: float = 0.8
    records_days: int = 90


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """used: what can't go; budget: that and what may still come; kept: bytes kept free for calls and records; to_free:
    what has to be deleted of the delivered; days_left: at the present growth, None where nothing grows."""

    level: Level
    used: int
    budget: int
    kept: int
    to_free: int
    days_left: float | None
    waiting: int


def assess(usage: Usage, policy: Policy, *, before: Level = Level.OK) -> Assessment:
    """`before`: the level so far, so that recording doesn't stop and begin with every call."""
    kept = max(policy.reserve, policy.records_days * max(LEAST_RECORDS_A_DAY, usage.records_a_day))
    used = usage.recordings - usage.delivered
    room = usage.free + usage.delivered - kept
    if policy.budget:
        room = min(room, policy.budget - used)
    budget = max(0, used + room)
    days_left = max(0.0, room / usage.recordings_a_day) if usage.recordings_a_day > 0 else None
    full = room <= 0 or (before is Level.FULL and room < AGAIN * budget)
    ends_soon = days_left is not None and days_left < WARN_DAYS and used > 0
    warning = Level.WARNING if used >= policy.warn * budget or ends_soon else Level.OK
    return Assessment(
        level=Level.FULL if full else warning,
        used=used,
        budget=budget,
        kept=kept,
        to_free=_to_free(usage, policy, kept, used),
        days_left=days_left,
        waiting=usage.waiting,
    )


def sentence(found: Assessment) -> str:
    """For a person: what is wrong and what helps, "" where all is well."""
    mega, waits = found.budget // 1_000_000, f"{found.waiting} recordings wait for the console"
    if found.level is Level.FULL:
        return (
            f"no call is recorded any more: all {mega} MB for recordings are used, {waits}; calls and records go on. "
            "Bring the link to the console back, or give the box more room"
        )
    if found.level is Level.WARNING:
        left = "" if found.days_left is None else f", enough for {found.days_left:.0f} days"
        return (
            f"room for recordings runs out: {found.used // 1_000_000} of {mega} MB are used{left}, {waits}; "
            "when it ends calls are not recorded. Bring the link to the console back, or give the box more room"
        )
    return ""


def _to_free(usage: Usage, policy: Policy, kept: int, used: int) -> int:
    """So that a day's recordings have room without anybody looking."""
    short = kept + usage.recordings_a_day - usage.free
    if policy.budget:
        short = max(short, usage.recordings + usage.recordings_a_day - policy.budget)
    return min(usage.delivered, max(0, short))
