"""A visit as a box tells it: the contact events that the box's own parts would have written, in their order.

The steps of the flow are those of `practice.json`, the flow that the made-up branches run.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from appliance import events as ev
from appliance.console.demo_data import endings
from appliance.console.demo_data.organisation import Practice
from appliance.console.demo_data.telling import CUSTOMER, Clock, Telling
from appliance.console.demo_data.visits import Ring, Visit
from appliance.ids import (
    AgentId,
    Extension,
    FlowId,
    LegId,
    OfferId,
    ProfileId,
    QueueId,
    SlotId,
    TrunkId,
)

FLOW = "practice"
FLOW_TYPE = "contactFlow"
PROFILE = "reception"
FLOW_FILE = Path(__file__).with_name("practice.json")
_CHOICES = {"1": "to appointments", "2": "to pharmacy", "3": "to emergencies"}
_TYPES = {"record": "UpdateContactRecordingBehavior", "hours": "CheckHoursOfOperation", "menu": "GetParticipantInput"}


@cache
def flow_sha256() -> str:
    """Of the flow's document."""
    return hashlib.sha256(FLOW_FILE.read_bytes()).hexdigest()


def told(visit: Visit, practice: Practice, clock: Clock) -> list[ev.ContactEvent]:
    """All events of the contact, in the order of their times."""
    telling = Telling(visit, practice, clock)
    if visit.outbound:
        _dial(telling)
    else:
        _arrive(telling)
        _menu(telling)
    if visit.queued is not None:
        _wait(telling)
    if visit.connected is not None:
        endings.talk(telling)
    endings.end(telling, FLOW)
    return telling.events


def _endpoint(visit: Visit) -> ev.Endpoint:
    return ev.Endpoint(address=visit.customer or "anonymous", display_name=visit.name if visit.customer else "")


def _arrive(telling: Telling) -> None:
    visit = telling.visit
    telling.say(
        visit.began,
        ev.ContactInitiated(
            method=ev.InitiationMethod.INBOUND,
            customer=_endpoint(visit),
            system=ev.Endpoint(address=telling.practice.number),
            slot=SlotId(int(visit.contact[:2], 16) % 8),
            source="trunk:provider",
        ),
        telling.leg(CUSTOMER, ev.LegRole.CUSTOMER, outgoing=False),
    )
    telling.say(
        visit.began + 0.2,
        ev.LegAnswered(leg=CUSTOMER, codec="PCMA", trunk=TrunkId("provider")),
        ev.SystemConnected(),
        ev.FlowStarted(flow=FlowId(FLOW), flow_type=FLOW_TYPE, bundle_sha256=flow_sha256(), flow_sha256=flow_sha256()),
    )


def _step(action: str, action_type: str, result: str = "Success") -> ev.FlowActionTaken:
    return ev.FlowActionTaken(flow=FlowId(FLOW), action=action, action_type=action_type, result=result)


def _menu(telling: Telling) -> None:
    """As far as the caller went in it."""
    visit, at = telling.visit, telling.visit.began + 0.3
    telling.say(at, _step("record", _TYPES["record"]))
    telling.say(at, _step("hours", _TYPES["hours"], "False" if visit.closed else "True"))
    if visit.closed:
        telling.say(visit.left - 0.1, _step("closed", "MessageParticipant"), _step("good bye", "DisconnectParticipant"))
        return
    if visit.queued is None:
        return
    telling.say(at + 3.4, _step("welcome", "MessageParticipant"))
    telling.say(visit.queued - 0.2, _step("menu", _TYPES["menu"], visit.key))
    telling.say(visit.queued - 0.1, _step(_CHOICES[visit.key], "UpdateContactTargetQueue"))


def _wait(telling: Telling) -> None:
    visit, queue = telling.visit, QueueId(telling.visit.queue)
    assert visit.queued is not None
    telling.say(visit.queued, ev.QueueRequested(queue=queue))
    telling.say(visit.queued, _step("wait", "TransferContactToQueue"))
    telling.say(visit.queued, ev.FlowEnded(flow=FlowId(FLOW), outcome="TRANSFERED_TO_QUEUE"))
    telling.say(visit.queued + 0.05, ev.ContactQueued(queue=queue))
    for number, ring in enumerate(visit.rings, 1):
        _ring(telling, ring, number)
    if visit.connected is None:
        telling.say(visit.left, ev.ContactDequeued(queue=queue, reason="abandoned"))


def _ring(telling: Telling, ring: Ring, number: int) -> None:
    offer, leg = OfferId(f"{telling.visit.contact}/{number}"), LegId(f"agent-{number}")
    agent, extension = AgentId(ring.agent), Extension(ring.extension)
    telling.say(
        ring.at,
        ev.AgentOffered(offer=offer, agent=agent, extension=extension, profile=ProfileId(PROFILE)),
        telling.leg(leg, ev.LegRole.AGENT, outgoing=True, extension=ring.extension, agent=ring.agent),
    )
    telling.say(ring.at + 0.15, ev.LegRinging(leg=leg))
    if ring.outcome == "connected":
        telling.say(
            ring.until,
            ev.LegAnswered(leg=leg, codec="G722"),
            ev.AgentConnected(agent=agent, extension=extension, offer=offer, profile=ProfileId(PROFILE)),
            ev.ContactDequeued(queue=QueueId(telling.visit.queue), reason="connected"),
        )
        return
    telling.say(
        ring.until,
        ev.LegEnded(leg=leg, role=ev.LegRole.AGENT, sip_status=487, reason="Request Terminated", remote=False),
        ev.AgentMissed(offer=offer, agent=agent, cause=ring.outcome, sip_status=487),
    )


def _dial(telling: Telling) -> None:
    visit = telling.visit
    leg = LegId("agent-1")
    telling.say(
        visit.began,
        ev.ContactInitiated(
            method=ev.InitiationMethod.OUTBOUND,
            customer=_endpoint(visit),
            system=ev.Endpoint(address=telling.practice.number),
            slot=SlotId(int(visit.contact[:2], 16) % 8),
            source=f"extension:{visit.extension}",
            agent=AgentId(visit.agent),
            queue=QueueId(visit.queue),
        ),
        telling.leg(leg, ev.LegRole.AGENT, outgoing=False, extension=visit.extension, agent=visit.agent),
        telling.leg(CUSTOMER, ev.LegRole.CUSTOMER, outgoing=True),
    )
    telling.say(visit.began + 1.6, ev.LegRinging(leg=CUSTOMER))
    if visit.connected is not None:
        telling.say(
            visit.connected,
            ev.LegAnswered(leg=CUSTOMER, codec="PCMA", trunk=TrunkId("provider")),
            ev.SystemConnected(),
            ev.AgentConnected(
                agent=AgentId(visit.agent), extension=Extension(visit.extension), profile=ProfileId(PROFILE)
            ),
        )
