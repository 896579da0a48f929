"""Instants of the record as numbers."""

from __future__ import annotations

from datetime import datetime


def second_of(text: str) -> int:
    """`2026-11-22T09:30:00Z` as whole seconds since the epoch."""
    return int(datetime.fromisoformat(text).timestamp())


def maybe_second_of(text: str | None) -> int | None:
    """As `second_of`; None stays None."""
    return None if text is None else second_of(text)
