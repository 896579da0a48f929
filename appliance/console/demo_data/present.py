"""How a made-up branch is at this instant: the live state that its box would send."""

from __future__ import annotations

from appliance.acd.model import AVAILABLE, OFFLINE, Activity
from appliance.cloud.live import Health, LiveAgent, LiveContact, LiveQueue, LiveState
from appliance.console.demo_data.annals import Annals
from appliance.console.demo_data.organisation import STORAGE_BUDGET, Line, Person
from appliance.console.demo_data.staff_states import Change
from appliance.console.demo_data.visits import Visit

PROCESSES = 8
_UNSENT = 41  # events that wait in a branch that has lost its link


def live_state(annals: Annals, *, now: float, number: int) -> LiveState:
    """As the console would know it."""
    at = annals.heard_at(now)
    contacts = [visit for visit in annals.visits if visit.began <= at < visit.left]
    latest = {change.agent: change for change in annals.changes if change.at <= at}
    states = {person.agent: latest.get(person.agent) for person in annals.practice.people}
    return LiveState(
        at=annals.clock(at),
        number=number,
        queues=tuple(_queue(line, contacts, annals, states, at) for line in annals.practice.lines),
        agents=tuple(_agent(person, states[person.agent], at) for person in annals.practice.people),
        contacts=tuple(_contact(visit, at) for visit in contacts),
        health=_health(annals, len(contacts), at),
    )


def _waits(visit: Visit, at: float) -> bool:
    return visit.queued is not None and visit.queued <= at and (visit.connected is None or visit.connected > at)


def _queue(line: Line, contacts: list[Visit], annals: Annals, states: dict[str, Change | None], at: float) -> LiveQueue:
    waiting = [visit for visit in contacts if visit.queue == line.queue and _waits(visit, at)]
    serving = [states[person.agent] for person in annals.practice.people if line.queue in person.queues]
    present = [state for state in serving if state is not None and state.status != OFFLINE]
    free = [state for state in present if state.status == AVAILABLE and state.activity is Activity.IDLE]
    oldest = max((at - (visit.queued or at) for visit in waiting), default=0.0)
    return LiveQueue(
        queue=line.queue,
        name=line.name,
        waiting=len(waiting),
        oldest_s=round(oldest, 1),
        staffed=len(present),
        available=len(free),
    )


def _agent(person: Person, state: Change | None, at: float) -> LiveAgent:
    if state is None:
        return LiveAgent(agent=person.agent, name=person.name, status=OFFLINE, activity="idle", since_s=0.0)
    return LiveAgent(
        agent=person.agent,
        name=person.name,
        status=state.status,
        activity=state.activity.value,
        since_s=round(at - state.at, 1),
        contact=state.contact,
    )


def _contact(visit: Visit, at: float) -> LiveContact:
    if visit.connected is not None and visit.connected <= at:
        stage = "connected"
    elif any(ring.at <= at < ring.until for ring in visit.rings):
        stage = "ringing"
    else:
        stage = "in_queue" if _waits(visit, at) else "in_flow"
    return LiveContact(
        contact=visit.contact,
        stage=stage,
        customer=visit.customer,
        queue=visit.queue if visit.queued is not None and visit.queued <= at else "",
        agent=visit.agent if stage == "connected" else "",
        since_s=round(at - visit.began, 1),
    )


def _health(annals: Annals, contacts: int, at: float) -> Health:
    practice = annals.practice
    return Health(
        version=practice.version,
        uptime_s=round(annals.clock(at).mono_s, 1),
        edge="running",
        contact_processes=PROCESSES,
        free_processes=max(0, PROCESSES - contacts),
        storage_used=practice.storage_used,
        storage_budget=STORAGE_BUDGET,
        pending_events=_UNSENT if practice.mute_h else 0,
        pending_recordings=sum(cut.lacking for cut in practice.cuts),
        warnings=practice.warnings,
    )
