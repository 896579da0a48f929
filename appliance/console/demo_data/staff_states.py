"""What agents did all day, as the changes of state that a box sends: from shifts, and the visits they took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from appliance.acd.model import AVAILABLE, OFFLINE, Activity
from appliance.console.demo_data.days import Shift
from appliance.console.demo_data.visits import Visit

LUNCH, DESK = "Lunch", "At the desk"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """From `at` on the agent's state is this."""

    at: float
    agent: str
    extension: str
    status: str = AVAILABLE
    activity: Activity = Activity.IDLE
    contact: str = ""
    queue: str = ""


def changes(shifts: Sequence[Shift], visits: Iterable[Visit]) -> list[Change]:
    """Those of one day, by time. A change that changes nothing is left out."""
    by_agent: dict[str, list[Change]] = {shift.person.agent: list(_day(shift)) for shift in shifts}
    for visit in visits:
        for change in _of_visit(visit):
            by_agent[change.agent].append(change)
    return sorted((one for those in by_agent.values() for one in _in_turn(those)), key=lambda change: change.at)


def _day(shift: Shift) -> Iterator[Change]:
    agent, extension = shift.person.agent, shift.person.extension
    yield Change(at=shift.begins, agent=agent, extension=extension)
    yield Change(at=shift.lunch, agent=agent, extension=extension, status=LUNCH)
    yield Change(at=shift.lunch_ends, agent=agent, extension=extension)
    yield Change(at=shift.ends, agent=agent, extension=extension, status=OFFLINE)


def _of_visit(visit: Visit) -> Iterator[Change]:
    for ring in visit.rings:
        base = Change(at=ring.at, agent=ring.agent, extension=ring.extension, contact=visit.contact, queue=visit.queue)
        yield msgspec.structs.replace(base, activity=Activity.RINGING)
        if ring.outcome == "no_answer":
            yield Change(at=ring.until, agent=ring.agent, extension=ring.extension, activity=Activity.MISSED)
            yield Change(at=ring.until + 35, agent=ring.agent, extension=ring.extension)
        elif ring.outcome == "abandoned":
            yield Change(at=ring.until, agent=ring.agent, extension=ring.extension)
    if not visit.agent:
        return
    begun = Change(
        at=visit.began if visit.outbound else visit.connected or visit.began,
        agent=visit.agent,
        extension=visit.extension,
        activity=Activity.ON_CONTACT,
        contact=visit.contact,
        queue=visit.queue,
    )
    yield begun
    if visit.worked_until is None:
        yield Change(at=visit.left, agent=visit.agent, extension=visit.extension)
        return
    yield msgspec.structs.replace(begun, at=visit.left, activity=Activity.AFTER_CONTACT_WORK)
    status = DESK if visit.away_until is not None else AVAILABLE
    yield Change(at=visit.worked_until, agent=visit.agent, extension=visit.extension, status=status)
    if visit.away_until is not None:
        yield Change(at=visit.away_until, agent=visit.agent, extension=visit.extension)


_FREE = frozenset({Activity.IDLE})


def _in_turn(those: list[Change]) -> Iterator[Change]:
    """Lunch and the day's end wait for the contact under way; a state that is over already is passed over."""
    waiting: Change | None = None
    latest: Change | None = None
    for change in sorted(those, key=lambda one: one.at):
        busy = latest is not None and latest.activity not in _FREE
        if change.status in (LUNCH, OFFLINE) and busy:
            waiting = change
            continue
        due = change
        if waiting is not None and change.activity in _FREE:
            due, waiting = msgspec.structs.replace(waiting, at=change.at), None
        if latest is None or _said(latest) != _said(due):
            yield due
            latest = due


def _said(change: Change) -> tuple[object, ...]:
    return (change.status, change.activity, change.contact)


def as_event(change: Change, stamp: Mapping[str, Any]) -> dict[str, Any]:
    """As the box's store tells it (`agent_state`)."""
    return {
        "agent": change.agent,
        "status": change.status,
        "activity": change.activity.value,
        "since": stamp,
        "idle_since": stamp,
        "contact": change.contact or None,
        "next_status": None,
        "queue": change.queue or None,
        "inbound_since": None,
        "extension": change.extension,
        "wrap_up_until": None,
    }
