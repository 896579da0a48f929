"""An errand as plain JSON types, for people and programs."""

from __future__ import annotations

from typing import Any

from appliance.acd.errands import Errand, ErrandState
from appliance.stamps import iso_utc


def show_errand(errand: Errand) -> dict[str, Any]:
    """errand, kind, number, name, queue, agent, state, attempt, attempts, outcomes, asked, due, waiting_since, contact,
    previous. Times as `2026-11-22T09:30:00Z`."""
    waits = errand.state is ErrandState.SCHEDULED
    return {
        "errand": errand.errand,
        "kind": errand.kind.value,
        "number": errand.number,
        "name": errand.name,
        "queue": errand.queue,
        "agent": errand.agent,
        "state": errand.state.value,
        "attempt": errand.attempt,
        "attempts": errand.max_attempts,
        "outcomes": [outcome.value for outcome in errand.outcomes],
        "asked": iso_utc(errand.asked.wall_s),
        "due": iso_utc(errand.due.wall_s) if waits else None,
        "waiting_since": iso_utc(errand.waiting_since.wall_s),
        "contact": errand.contact,
        "previous": errand.previous,
    }
