"""Who waits where: places given, kept, moved and left; queues opened and closed. Offers nobody to anybody."""

from __future__ import annotations

from appliance.acd.commands import TellPosition
from appliance.acd.floor import Floor
from appliance.acd.lines import Line, Place
from appliance.acd.model import QueuePlan
from appliance.acd.timers import TimerKind
from appliance.ids import OfferId, QueueId

PAUSE_S = 1.0  # for a contact process to stop ringing before it can ring the next agent


def seat(floor: Floor, place: Place, now: float) -> None:
    """Give a contact its place and tell those behind; later, if it is scheduled for later."""
    floor.places[place.contact] = place
    floor.wishes.note(place)
    _step_in(floor, place, now)


def _step_in(floor: Floor, place: Place, now: float) -> None:
    line = floor.lines[place.queue]
    if place.due is not None and place.due > now:
        line.scheduled.add(place.contact)
        floor.timers.set((TimerKind.DUE, place.contact, ""), place.due)
        return
    place.due = None
    floor.out += line.insert(place.key)
    expose(floor, place, now)


def come_due(floor: Floor, place: Place, now: float) -> None:
    """A scheduled contact waits from now on, at the place that its time gives it."""
    line = floor.lines[place.queue]
    line.scheduled.discard(place.contact)
    place.due = None
    _step_in(floor, place, now)
    floor.out.append(TellPosition(contact=place.contact, queue=place.queue, position=line.position(place.key)))


def put_off(floor: Floor, place: Place, due: float, now: float) -> None:
    """Schedule a contact anew: it waits from `due` on. An open offer must be ended before."""
    _step_out(floor, place)
    place.due = due if place.paused_by is None else max(due, now + PAUSE_S)
    place.paused_by = None
    _step_in(floor, place, now)


def unseat(floor: Floor, place: Place) -> None:
    """Take a contact out of its queue and tell those behind; an open offer must be ended before."""
    _step_out(floor, place)
    del floor.places[place.contact]
    floor.wishes.forget(place)
    floor.offer_numbers.note(place.contact, place.offers_made)
    _close_if_done(floor, floor.lines[place.queue])


def _step_out(floor: Floor, place: Place) -> None:
    hide(floor, place)
    floor.timers.cancel((TimerKind.PAUSE, place.contact, ""))
    floor.timers.cancel((TimerKind.DUE, place.contact, ""))
    line = floor.lines[place.queue]
    line.scheduled.discard(place.contact)
    floor.out += line.remove(place.key)


def rerank(floor: Floor, place: Place, priority: int, time_adjustment_s: int, now: float) -> None:
    """Move a contact within its queue and tell those in between."""
    old = place.key
    hide(floor, place)
    place.rank(priority, time_adjustment_s)
    if place.due is None:
        floor.out += floor.lines[place.queue].reorder(old, place.key)
        expose(floor, place, now)


def expose(floor: Floor, place: Place, now: float) -> None:
    """Let agents get this contact: those who meet its criteria and have no delay now, others as time passes."""
    if place.offer is not None or place.paused_by is not None:
        return
    again_at = floor.market.expose(place, now)
    if again_at is not None:
        floor.timers.set((TimerKind.RIPE, place.contact, ""), again_at)


def open_line(floor: Floor, plan: QueuePlan) -> None:
    """A new queue, or a new plan for a known one whose contacts stay."""
    line = floor.lines.setdefault(plan.queue, Line(plan, is_open=True))
    turned = line.plan.agent_order is not plan.agent_order
    line.plan, line.open = plan, True
    for agent in floor.agents.values() if turned else ():
        if agent.serves(plan.queue):
            floor.market.relist(agent)


def close_line(floor: Floor, queue: QueueId) -> None:
    """Takes no more contacts; those in it wait on for the agents that still serve it."""
    line = floor.lines.get(queue)
    if line is not None:
        line.open = False
        _close_if_done(floor, line)


def _close_if_done(floor: Floor, line: Line) -> None:
    if not line.open and line.empty:
        del floor.lines[line.plan.queue]


def expose_anew(floor: Floor, place: Place, now: float) -> None:
    """What it asks of agents may be otherwise now."""
    if place.due is None:
        hide(floor, place)
        expose(floor, place, now)


def hide(floor: Floor, place: Place) -> None:
    """No agent gets this contact until it is exposed again."""
    floor.market.hide(place)
    floor.timers.cancel((TimerKind.RIPE, place.contact, ""))


def pause(floor: Floor, place: Place, offer: OfferId, now: float) -> None:
    """Offer this contact to nobody until the ringing of `offer` has surely stopped."""
    hide(floor, place)
    place.paused_by = offer
    floor.timers.set((TimerKind.PAUSE, place.contact, ""), now + PAUSE_S)


def resume(floor: Floor, place: Place, now: float) -> None:
    """The pause is over."""
    place.paused_by = None
    floor.timers.cancel((TimerKind.PAUSE, place.contact, ""))
    expose(floor, place, now)


def expose_all(floor: Floor, queue: QueueId, now: float) -> None:
    line = floor.lines.get(queue)
    for _, _, contact in line.keys if line else ():
        expose(floor, floor.places[contact], now)
