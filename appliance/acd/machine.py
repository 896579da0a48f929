"""The ACD: decides which contact is offered to which agent and when. Pure; the clock is passed in.

Give it one event at a time with `now` (CLOCK_BOOTTIME seconds, never going back) and carry out the commands in their
order. Call `handle_timer` when `next_timer` has come. Unknown ids have no effect: events can be late.

After a restart feed: queues, agents, the waiting contacts (`forced`, original enqueue times, `offers_made`), then what
the store knew of the agents; last, what the contact processes report. A contact may also come after its ringing agent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from appliance.acd import snapshots
from appliance.acd.agents import Agent
from appliance.acd.commands import AcceptContact, AcdCommand, RefuseContact, WrapUpEnded, WrapUpStarted
from appliance.acd.events import (
    AcdEvent,
    AgentConfigured,
    AgentEngaged,
    AgentReleased,
    AgentRemoved,
    AgentStateRestored,
    AgentStatusSet,
    ContactArrived,
    ContactLeft,
    OfferAnswered,
    OfferMissed,
    QueueConfigured,
    QueueRemoved,
    WrapUpCleared,
)
from appliance.acd.floor import Floor
from appliance.acd.lines import Line, Place
from appliance.acd.model import QueuePlan
from appliance.acd.restoring import restore_agent
from appliance.acd.timers import TimerKey, TimerKind
from appliance.ids import AgentId, ContactId, OfferId, QueueId

Handler = Callable[[Any, float], None]
UNBLAMED = frozenset({"abandoned", "withdrawn"})  # causes that don't put the agent to the missed state


class Acd:
    """The queues and agents of one box."""

    def __init__(self) -> None:
        self._floor = Floor()
        self._handlers: Mapping[type[AcdEvent], Handler] = {
            QueueConfigured: self._queue_configured,
            QueueRemoved: self._queue_removed,
            AgentConfigured: self._agent_configured,
            AgentRemoved: self._agent_removed,
            ContactArrived: self._contact_arrived,
            ContactLeft: self._contact_left,
            OfferAnswered: self._offer_answered,
            OfferMissed: self._offer_missed,
            AgentEngaged: self._agent_engaged,
            AgentReleased: self._agent_released,
            AgentStatusSet: self._status_set,
            WrapUpCleared: self._wrap_up_cleared,
            AgentStateRestored: self._state_restored,
        }

    def handle(self, event: AcdEvent, now: float) -> list[AcdCommand]:
        """Take note of `event`; what is to be done about it."""
        self._handlers[type(event)](event, now)
        return self._floor.finish(now)

    def next_timer(self) -> float | None:
        """When `handle_timer` is wanted next, on the scale of `now`; None: not before another event."""
        return self._floor.timers.next_due()

    def handle_timer(self, now: float) -> list[AcdCommand]:
        """Do what has become due by `now`; nothing if called early."""
        while (key := self._floor.timers.pop(now)) is not None:
            self._ring_out(key, now)
        return self._floor.finish(now)

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def agents(self) -> tuple[AgentId, ...]:
        """Ids of the agents, sorted."""
        return tuple(sorted(self._floor.agents))

    def queues(self) -> tuple[QueueId, ...]:
        """Ids of the queues, sorted; a removed queue is among them until its last contact has gone."""
        return tuple(sorted(self._floor.lines))

    def waiting(self, queue: QueueId) -> tuple[ContactId, ...]:
        """The contacts that hold a place, first to be served first; one being offered keeps its place."""
        line = self._floor.lines.get(queue)
        return tuple(key[2] for key in line.keys) if line else ()

    def queue_snapshot(self, queue: QueueId, now: float) -> snapshots.QueueSnapshot | None:
        """The queue and the agents serving it; None for an unknown queue."""
        line = self._floor.lines.get(queue)
        if line is None:
            return None
        places = (self._floor.places[key[2]] for key in line.keys)
        serving = (agent for agent in self._floor.agents.values() if agent.serves(queue))
        return snapshots.show_queue(line, places, serving, now)

    def agent_snapshot(self, agent: AgentId) -> snapshots.AgentSnapshot | None:
        """None for an unknown agent."""
        known = self._floor.agents.get(agent)
        return snapshots.show_agent(known) if known else None

    # ── configuration ────────────────────────────────────────────────────────────────────────────────────────────

    def _queue_configured(self, event: QueueConfigured, _now: float) -> None:
        line = self._floor.lines.setdefault(event.queue.queue, Line(event.queue, is_open=True))
        line.plan = event.queue
        line.open = True

    def _queue_removed(self, event: QueueRemoved, _now: float) -> None:
        line = self._floor.lines.get(event.queue)
        if line is not None:
            line.open = False
            if not line.keys:
                del self._floor.lines[event.queue]

    def _agent_configured(self, event: AgentConfigured, now: float) -> None:
        self._floor.employ(event.agent, now)

    def _agent_removed(self, event: AgentRemoved, now: float) -> None:
        agent = self._floor.agents.get(event.agent)
        if agent is not None:
            self._call_back(agent.ringing, now)
            self._end_wrap_ups(agent)
            self._floor.dismiss(agent)

    def _state_restored(self, event: AgentStateRestored, now: float) -> None:
        agent = self._floor.agents.get(event.agent)
        if agent is not None:
            restore_agent(self._floor, agent, event, now)

    # ── contacts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _contact_arrived(self, event: ContactArrived, now: float) -> None:
        place = self._floor.places.get(event.contact)
        if place is not None and place.queue == event.queue:
            self._renew(place, event, now)
            return
        line = self._line_for(event)
        error = "NoMatchingError" if line is None else None if event.forced else line.refusal()
        if line is None or error is not None:
            refusal = RefuseContact(contact=event.contact, queue=event.queue, error=error or "NoMatchingError")
            self._floor.out.append(refusal)
            return
        self._admit(line, event, place, now)

    def _line_for(self, event: ContactArrived) -> Line | None:
        """A contact accepted before a restart is never turned away, even if its queue is gone or not yet known."""
        if event.forced and event.queue not in self._floor.lines:
            self._floor.lines[event.queue] = Line(QueuePlan(queue=event.queue), is_open=False)
        return self._floor.lines.get(event.queue)

    def _admit(self, line: Line, event: ContactArrived, old: Place | None, now: float) -> None:
        if old is not None:
            self._floor.withdraw(old, now)
            self._floor.unseat(old)
        offers_made = max(event.offers_made, self._floor.offers_made.get(event.contact, 0))
        place = Place(event.contact, event.queue, event.enqueued_at, offers_made)
        place.rank(event.priority, event.time_adjustment_s)
        position = line.position(place.key)
        self._floor.out.append(AcceptContact(contact=place.contact, queue=place.queue, position=position))
        self._floor.seat(place, now)
        claimant = self._floor.take_claim(place.contact)
        if claimant is not None:
            place.offers_made = max(1, offers_made)
            self._floor.open_offer(place, claimant, now)

    def _renew(self, place: Place, event: ContactArrived, now: float) -> None:
        """The same queue once more: the place is kept, priority and adjustment are taken over."""
        place.offers_made = max(place.offers_made, event.offers_made)
        self._floor.rerank(place, event.priority, event.time_adjustment_s, now)
        position = self._floor.lines[place.queue].position(place.key)
        self._floor.out.append(AcceptContact(contact=place.contact, queue=place.queue, position=position))

    def _contact_left(self, event: ContactLeft, now: float) -> None:
        self._floor.end_claim(event.contact, now)
        place = self._floor.places.get(event.contact)
        if place is not None:
            self._floor.end_offer(place, now)
            self._floor.unseat(place)

    # ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _offer_answered(self, event: OfferAnswered, now: float) -> None:
        """An answer that crossed the end of its lease still counts while the contact waits: they are connected."""
        contact = contact_of(event.offer)
        place = self._floor.places.get(contact)
        agent_id = place.offered_to.get(event.offer) if place else self._floor.claims.get(contact)
        if agent_id is None:
            return
        agent = self._floor.agents.get(agent_id)
        if agent is not None:
            agent.missed = False
            self._connect(agent, contact, None, now)
        elif place is not None:  # answered by an agent who was removed meanwhile
            self._floor.withdraw(place, now)
            self._floor.unseat(place)

    def _offer_missed(self, event: OfferMissed, now: float) -> None:
        contact = contact_of(event.offer)
        missed = event.cause not in UNBLAMED
        self._floor.end_claim(contact, now, missed=missed)
        place = self._floor.places.get(contact)
        if place is None or place.offer != event.offer:
            return
        self._floor.end_offer(place, now, missed=missed)
        if event.cause == "abandoned":
            self._floor.unseat(place)
        else:
            self._floor.expose(place, now)

    def _connect(self, agent: Agent, contact: ContactId, queue: QueueId | None, now: float) -> None:
        """Agent and customer are connected: the contact gives up its place, other offers of both are taken back."""
        floor, ringing = self._floor, agent.ringing
        place = floor.places.get(contact)
        agent.connect(contact, place.queue if place else queue, now)
        floor.touch(agent)
        if ringing != contact:
            self._call_back(ringing, now)
        floor.end_claim(contact, now)
        if place is None:
            return
        if place.offer is not None and place.offered_to[place.offer] != agent.id:
            floor.withdraw(place, now)
        floor.end_offer(place, now)
        floor.unseat(place)

    def _call_back(self, ringing: ContactId | None, now: float) -> None:
        """Stop ringing for this contact; it waits on."""
        if ringing is None:
            return
        self._floor.end_claim(ringing, now)
        place = self._floor.places.get(ringing)
        if place is not None:
            self._floor.withdraw(place, now)

    # ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _agent_engaged(self, event: AgentEngaged, now: float) -> None:
        agent = self._floor.agents.get(event.agent)
        if agent is not None and event.contact not in agent.contacts:
            self._connect(agent, event.contact, event.queue, now)

    def _agent_released(self, event: AgentReleased, now: float) -> None:
        agent = self._floor.agents.get(event.agent)
        if agent is None or event.contact not in agent.contacts:
            return
        queue = agent.contacts.pop(event.contact)
        if event.wrap_up:
            agent.wrap_ups[event.contact] = queue
            self._floor.out.append(WrapUpStarted(agent=agent.id, contact=event.contact))
            self._floor.limit_wrap_up(agent, event.contact, now)
        agent.settle(now)
        self._floor.touch(agent)

    def _status_set(self, event: AgentStatusSet, now: float) -> None:
        agent = self._floor.agents.get(event.agent)
        if agent is not None:
            agent.choose(event.status, now)
            self._floor.touch(agent)

    def _wrap_up_cleared(self, event: WrapUpCleared, now: float) -> None:
        agent = self._floor.agents.get(event.agent)
        if agent is not None and agent.wrap_ups:
            self._end_wrap_ups(agent)
            agent.settle(now)
            self._floor.touch(agent)

    def _end_wrap_ups(self, agent: Agent) -> None:
        for contact in agent.wrap_ups:
            self._floor.timers.cancel((TimerKind.WRAP_UP, agent.id, contact))
            self._floor.out.append(WrapUpEnded(agent=agent.id, contact=contact))
        agent.wrap_ups = {}

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _ring_out(self, key: TimerKey, now: float) -> None:
        """`key` has come due."""
        kind, name, detail = key
        match kind:
            case TimerKind.LEASE:
                self._floor.withdraw(self._floor.places[ContactId(name)], now, missed=True)
            case TimerKind.RIPE:
                self._floor.expose(self._floor.places[ContactId(name)], now)
            case TimerKind.CLAIM:
                self._floor.end_claim(ContactId(detail), now)
            case TimerKind.WRAP_UP:
                self._end_wrap_up(self._floor.agents[AgentId(name)], ContactId(detail), now)

    def _end_wrap_up(self, agent: Agent, contact: ContactId, now: float) -> None:
        del agent.wrap_ups[contact]
        self._floor.out.append(WrapUpEnded(agent=agent.id, contact=contact))
        agent.settle(now)
        self._floor.touch(agent)


def contact_of(offer: OfferId) -> ContactId:
    """The contact that an offer id names ("<contact>/<number>")."""
    return ContactId(offer.rpartition("/")[0])
