"""Contacts that come and go: what `ContactArrived` and `ContactLeft` do to the floor. Rings nobody by itself."""

from __future__ import annotations

from appliance.acd import ringing, seating
from appliance.acd.commands import AcceptContact, RefuseContact
from appliance.acd.events import ContactArrived, ContactLeft
from appliance.acd.floor import Floor
from appliance.acd.lines import NO_SUCH_QUEUE, Line, Place
from appliance.acd.model import QueuePlan


def contact_arrived(floor: Floor, event: ContactArrived, now: float) -> None:
    """Accept into the queue, or refuse and leave the contact where it was."""
    place = floor.places.get(event.contact)
    if place is not None and place.queue == event.queue:
        _renew(floor, place, event, now)
        return
    line = _line_for(floor, event)
    if line is None:
        _refuse(floor, event, NO_SUCH_QUEUE)
    elif not event.forced and (error := line.refusal()) is not None:
        _refuse(floor, event, error)
    else:
        _admit(floor, line, event, now)


def contact_left(floor: Floor, event: ContactLeft, now: float) -> None:
    """The contact waits no more; whoever rings for it is free."""
    ringing.end_claim(floor, event.contact, now)
    place = floor.places.get(event.contact)
    if place is not None:
        ringing.end_offer(floor, place, now)
        seating.unseat(floor, place)


def _line_for(floor: Floor, event: ContactArrived) -> Line | None:
    """A contact accepted before a restart is never turned away, even if its queue is gone or not yet known."""
    if event.forced and event.queue not in floor.lines:
        floor.lines[event.queue] = Line(QueuePlan(queue=event.queue), is_open=False)
    return floor.lines.get(event.queue)


def _refuse(floor: Floor, event: ContactArrived, error: str) -> None:
    floor.out.append(RefuseContact(contact=event.contact, queue=event.queue, error=error))


def _admit(floor: Floor, line: Line, event: ContactArrived, now: float) -> None:
    old = floor.places.get(event.contact)
    if old is not None:
        ringing.withdraw(floor, old, now)
        seating.unseat(floor, old)
    offers_made = max(event.offers_made, floor.offer_numbers.of(event.contact))
    place = Place(event.contact, event.queue, event.enqueued_at, offers_made)
    place.rank(event.priority, event.time_adjustment_s)
    place.due = event.not_before
    _ask(floor, place, event)
    position = line.position(place.key)
    floor.out.append(AcceptContact(contact=place.contact, queue=place.queue, position=position))
    seating.seat(floor, place, now)
    if old is not None:
        _carry_over(floor, old, place, now)
    claimant = ringing.take_claim(floor, place.contact)
    if claimant is not None:
        ringing.resume_offer(floor, place, claimant, now)


def _carry_over(floor: Floor, old: Place, place: Place, now: float) -> None:
    """What happened to the contact in the queue that it was in just now."""
    place.offered_to = old.offered_to
    if old.paused_by is not None:
        seating.pause(floor, place, old.paused_by, now)


def _ask(floor: Floor, place: Place, event: ContactArrived) -> None:
    """What is asked of agents: first the one of the time before, then as the flow wants it."""
    place.steps = event.criteria
    place.steps_since = place.enqueued_at if event.criteria_since is None else event.criteria_since
    place.wish_s = floor.lines[place.queue].plan.last_agent_s
    place.wished = event.last_agent if place.wish_s > 0 else None


def _renew(floor: Floor, place: Place, event: ContactArrived, now: float) -> None:
    """The same queue once more: the place is kept, all else is taken over."""
    place.offers_made = max(place.offers_made, event.offers_made)
    floor.wishes.forget(place)
    _ask(floor, place, event)
    floor.wishes.note(place)
    if event.not_before is not None and (place.due is not None or event.not_before > now):
        ringing.withdraw(floor, place, now)
        seating.rerank(floor, place, event.priority, event.time_adjustment_s, now)
        seating.put_off(floor, place, event.not_before, now)
    else:
        seating.rerank(floor, place, event.priority, event.time_adjustment_s, now)
    position = floor.lines[place.queue].position(place.key)
    floor.out.append(AcceptContact(contact=place.contact, queue=place.queue, position=position))
