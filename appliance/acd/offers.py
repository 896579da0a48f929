"""How offers end: answered, missed, taken back, run out. An answer always wins, because two people are talking."""

from __future__ import annotations

from appliance.acd import ringing, roster, seating
from appliance.acd.agent_states import Signal
from appliance.acd.agents import Agent
from appliance.acd.events import OfferAnswered, OfferMissed
from appliance.acd.floor import Floor
from appliance.acd.lines import Place
from appliance.ids import ContactId, OfferId, QueueId

UNBLAMED = frozenset({"abandoned", "withdrawn"})  # causes that say nothing about the agent
FAILURES = frozenset({"unreachable", "failed"})  # causes that put the agent to the error state, others to missed


def offer_answered(floor: Floor, event: OfferAnswered, now: float) -> None:
    """An answer that crossed the end of its lease still counts while the contact waits."""
    contact = contact_of(event.offer)
    place = floor.places.get(contact)
    agent_id = place.offered_to.get(event.offer) if place else floor.claims.get(contact)
    agent = floor.agents.get(agent_id) if agent_id is not None else None
    if agent is not None:
        agent.trouble = None
        connect(floor, agent, contact, None, now)
    elif agent_id is not None and place is not None:  # answered by an agent who was removed meanwhile
        ringing.withdraw(floor, place, now)
        seating.unseat(floor, place)


def offer_missed(floor: Floor, event: OfferMissed, now: float) -> None:
    """The contact waits at its old place again, unless the customer has gone."""
    contact = contact_of(event.offer)
    trouble = _trouble(event.cause)
    ringing.end_claim(floor, contact, now, trouble)
    place = floor.places.get(contact)
    if place is None:
        return
    if place.paused_by == event.offer:
        seating.resume(floor, place, now)
    elif place.offer == event.offer:
        ringing.end_offer(floor, place, now, trouble)
        _wait_again(floor, place, event, now)


def _trouble(cause: str) -> Signal | None:
    if cause in UNBLAMED:
        return None
    return Signal.FAILED if cause in FAILURES else Signal.MISSED


def _wait_again(floor: Floor, place: Place, event: OfferMissed, now: float) -> None:
    match event.cause:
        case "abandoned":
            seating.unseat(floor, place)
        case "withdrawn":  # not by us: the contact process can't ring now, so don't ask it again at once
            seating.pause(floor, place, event.offer, now)
        case _:
            seating.expose(floor, place, now)


def lease_expired(floor: Floor, contact: ContactId, now: float) -> None:
    """The contact process never said what became of the ringing: as if nobody had answered."""
    ringing.withdraw(floor, floor.places[contact], now, Signal.MISSED)


def connect(floor: Floor, agent: Agent, contact: ContactId, queue: QueueId | None, now: float) -> None:
    """Agent and customer are connected: the contact gives up its place, other offers of both are taken back."""
    rung = agent.ringing
    place = floor.places.get(contact)
    agent.connect(contact, place.queue if place else queue, now)
    roster.touch(floor, agent)
    if rung != contact:
        call_back(floor, rung, now)
    ringing.end_claim(floor, contact, now)
    if place is None:
        return
    if place.offer is not None and place.offered_to[place.offer] != agent.id:
        ringing.withdraw(floor, place, now)
    ringing.end_offer(floor, place, now)
    seating.unseat(floor, place)


def call_back(floor: Floor, rung: ContactId | None, now: float) -> None:
    """Stop ringing for this contact, if there is one; it waits on."""
    if rung is None:
        return
    ringing.end_claim(floor, rung, now)
    place = floor.places.get(rung)
    if place is not None:
        ringing.withdraw(floor, place, now)


def contact_of(offer: OfferId) -> ContactId:
    """The contact that an offer id names ("<contact>/<number>")."""
    return ContactId(offer.rpartition("/")[0])
