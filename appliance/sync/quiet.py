"""Quiet hours: stretches of the local day, such as `08:30-18:00` or over midnight `22:00-06:00`. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def is_quiet(hours: Iterable[str], minute: int) -> bool:
    """minute: of the local day, from 0. A stretch with two equal ends is the whole day."""
    return any(_within(*_ends(stretch), minute) for stretch in hours)


def _ends(stretch: str) -> tuple[int, int]:
    began, ended = stretch.split("-")
    return _minute(began), _minute(ended)


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _within(began: int, ended: int, minute: int) -> bool:
    if began < ended:
        return began <= minute < ended
    return minute >= began or minute < ended
