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
    """From `at` on the agent's state is this. after_contact: because one is over, else because of the hour."""

    at: float
    agent: str
    extension: str
    status: str = AVAILABLE
    activity: Activity = Activity.IDLE
    contact: str = ""
    queue: str = ""
    after_contact: bool = False


def changes(shifts: Sequence[Shift], visits: Iterable[Visit]) -> list[Change]:
    """Those of one day, by time. A change that changes nothing is left out."""
    by_agent: dict[str, list[Change]] = {shift.person.agent: list(_day(shift)) for shift in shifts}
    for visit in visits:
        for change in _of_visit(visit):
            by_agent[change.agent].append(change)
    told = [one for shift in shifts for one in _in_turn(shift, by_agent[shift.person.agent])]
    return sorted(told, key=lambda change: change.at)


def _day(shift: Shift) -> Iterator[Change]:
    for at in (shift.begins, shift.lunch, shift.lunch_ends, shift.ends):
        yield Change(at=at, agent=shift.person.agent, extension=shift.person.extension)


def _of_visit(visit: Visit) -> Iterator[Change]:
    for ring in visit.rings:
        base = Change(at=ring.at, agent=ring.agent, extension=ring.extension, contact=visit.contact, queue=visit.queue)
        yield msgspec.structs.replace(base, activity=Activity.RINGING)
        if ring.outcome == "no_answer":
            yield Change(at=ring.until, agent=ring.agent, extension=ring.extension, activity=Activity.MISSED)
            yield _free_again(ring.until + 35, ring.agent, ring.extension)
        elif ring.outcome == "abandoned":
            yield _free_again(ring.until, ring.agent, ring.extension)
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
        yield _free_again(visit.left, visit.agent, visit.extension)
        return
    yield msgspec.structs.replace(begun, at=visit.left, activity=Activity.AFTER_CONTACT_WORK)
    status = DESK if visit.away_until is not None else AVAILABLE
    yield msgspec.structs.replace(_free_again(visit.worked_until, visit.agent, visit.extension), status=status)
    if visit.away_until is not None:
        yield _free_again(visit.away_until, visit.agent, visit.extension)


def _free_again(at: float, agent: str, extension: str) -> Change:
    return Change(at=at, agent=agent, extension=extension, after_contact=True)


def _in_turn(shift: Shift, those: list[Change]) -> Iterator[Change]:
    """Lunch and the day's end wait for the contact under way: who becomes free is what the hour wants."""
    latest: Change | None = None
    for change in sorted(those, key=lambda one: one.at):
        is_free = change.activity is Activity.IDLE
        if is_free and not change.after_contact and latest is not None and latest.activity is not Activity.IDLE:
            continue
        wanted = _status(shift, change.at)
        status = wanted if is_free and (wanted != AVAILABLE or change.status != DESK) else change.status
        due = msgspec.structs.replace(change, status=status)
        if latest is None or _said(latest) != _said(due):
            yield due
            latest = due


def _status(shift: Shift, at: float) -> str:
    if at >= shift.ends:
        return OFFLINE
    return LUNCH if shift.lunch <= at < shift.lunch_ends else AVAILABLE


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
