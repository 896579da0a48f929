"""Who rings for whom: offers made, taken back and ended, and claims: offers of before a restart."""

from __future__ import annotations

from appliance.acd import roster, seating
from appliance.acd.agent_states import Signal
from appliance.acd.agents import Agent
from appliance.acd.commands import Offer, Withdraw
from appliance.acd.floor import Floor
from appliance.acd.lines import Place
from appliance.acd.timers import TimerKind
from appliance.ids import ContactId, OfferId

LEASE_GRACE_S = 5.0  # the contact process enforces the ring timeout; the lease only catches a silent one


def make_offer(floor: Floor, place: Place, agent: Agent, now: float) -> None:
    """The next lease of this contact; the agent's phone is to ring."""
    place.offers_made += 1
    offer = _open_offer(floor, place, agent, now)
    floor.lines[place.queue].had_turn(agent.id)
    floor.out.append(
        Offer(
            offer=offer,
            contact=place.contact,
            agent=agent.id,
            ring_timeout_s=floor.lines[place.queue].plan.ring_timeout_s,
            auto_accept=agent.plan.auto_accept,
        )
    )


def resume_offer(floor: Floor, place: Place, agent: Agent, now: float) -> None:
    """The agent rings for this contact since before a restart: a new lease of the last offer."""
    place.offers_made = max(1, place.offers_made)
    _open_offer(floor, place, agent, now)


def _open_offer(floor: Floor, place: Place, agent: Agent, now: float) -> OfferId:
    """The lease of the contact's newest offer number, without ringing anybody."""
    line = floor.lines[place.queue]
    offer = OfferId(f"{place.contact}/{place.offers_made}")
    seating.hide(floor, place)
    place.offer = offer
    place.offered_to[offer] = agent.id
    line.offered += 1
    agent.ring(place.contact, offer, now)
    roster.touch(floor, agent)
    floor.timers.set((TimerKind.LEASE, place.contact, ""), now + line.plan.ring_timeout_s + LEASE_GRACE_S)
    return offer


def end_offer(floor: Floor, place: Place, now: float, trouble: Signal | None = None) -> None:
    """Close the open offer of `place`, if any; the agent goes on. The contact stays hidden."""
    if place.offer is None:
        return
    agent = floor.agents[place.offered_to[place.offer]]
    floor.lines[place.queue].offered -= 1
    place.offer = None
    floor.timers.cancel((TimerKind.LEASE, place.contact, ""))
    _stop_ringing(floor, agent, now, trouble)


def withdraw(floor: Floor, place: Place, now: float, trouble: Signal | None = None) -> None:
    """End the open offer and have the ringing stopped; when it has, the contact waits again at its old place."""
    offer = place.offer
    if offer is not None:
        floor.out.append(Withdraw(offer=offer, contact=place.contact))
        end_offer(floor, place, now, trouble)
        seating.pause(floor, place, offer, now)


def claim(floor: Floor, agent: Agent, contact: ContactId, now: float, expires: float) -> None:
    """`agent` rings for a contact that has not come back after a restart."""
    floor.claims[contact] = agent.id
    agent.ring(contact, None, now)
    roster.touch(floor, agent)
    floor.timers.set((TimerKind.CLAIM, agent.id, contact), expires)


def take_claim(floor: Floor, contact: ContactId) -> Agent | None:
    """The agent who rings for this contact since before the restart; the claim is over, the ringing goes on."""
    agent_id = floor.claims.pop(contact, None)
    if agent_id is None:
        return None
    floor.timers.cancel((TimerKind.CLAIM, agent_id, contact))
    return floor.agents[agent_id]


def end_claim(floor: Floor, contact: ContactId, now: float, trouble: Signal | None = None) -> None:
    """The ringing since before the restart is over, if there was any."""
    agent = take_claim(floor, contact)
    if agent is not None:
        _stop_ringing(floor, agent, now, trouble)


def _stop_ringing(floor: Floor, agent: Agent, now: float, trouble: Signal | None) -> None:
    agent.ringing = None
    agent.offer = None
    agent.trouble = trouble or agent.trouble
    agent.settle(now)
    roster.touch(floor, agent)
