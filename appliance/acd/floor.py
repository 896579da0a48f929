"""The state of the ACD and the moves everything is made of: seat, expose, offer, take back, pause, employ.

A turn is one event or more at one instant: moves change the state and collect commands, `finish` matches whoever became
free with whoever waits and hands the commands over. Between turns no available agent may serve a contact that waits,
unless the contact is paused. Which event makes which move is not decided here.
"""

from __future__ import annotations

from appliance.acd.agent_states import Signal
from appliance.acd.agents import Agent
from appliance.acd.commands import AcdCommand, Offer, TellPosition, Withdraw
from appliance.acd.lines import Line, Place
from appliance.acd.market import Market
from appliance.acd.model import AGENT_QUEUE_PLACES, AgentPlan, QueuePlan
from appliance.acd.offer_numbers import OfferNumbers
from appliance.acd.timers import TimerKind, Timers
from appliance.acd.wishes import Wishes
from appliance.ids import AgentId, ContactId, OfferId, QueueId, agent_queue

PAUSE_S = 1.0  # for a contact process to stop ringing before it can ring the next agent
LEASE_GRACE_S = 5.0  # the contact process enforces the ring timeout; the lease only catches a silent one


class Floor:
    """`claims` are restored offers whose contact has not come back yet."""

    def __init__(self) -> None:
        self.agents: dict[AgentId, Agent] = {}
        self.lines: dict[QueueId, Line] = {}
        self.places: dict[ContactId, Place] = {}
        self.claims: dict[ContactId, AgentId] = {}
        self.offer_numbers = OfferNumbers()
        self.timers = Timers()
        self.wishes = Wishes()
        self.out: list[AcdCommand] = []
        self._market = Market(self.agents, self.places, self.lines)
        self._touched: dict[AgentId, Agent] = {}

    # ── contacts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def seat(self, place: Place, now: float) -> None:
        """Give a contact its place and tell those behind; later, if it is scheduled for later."""
        self.places[place.contact] = place
        self.wishes.note(place)
        self._step_in(place, now)

    def _step_in(self, place: Place, now: float) -> None:
        line = self.lines[place.queue]
        if place.due is not None and place.due > now:
            line.scheduled.add(place.contact)
            self.timers.set((TimerKind.DUE, place.contact, ""), place.due)
            return
        place.due = None
        self.out += line.insert(place.key)
        self.expose(place, now)

    def come_due(self, place: Place, now: float) -> None:
        """A scheduled contact waits from now on, at the place that its time gives it."""
        line = self.lines[place.queue]
        line.scheduled.discard(place.contact)
        place.due = None
        self._step_in(place, now)
        self.out.append(TellPosition(contact=place.contact, queue=place.queue, position=line.position(place.key)))

    def put_off(self, place: Place, due: float, now: float) -> None:
        """Schedule a contact anew: it waits from `due` on. An open offer must be ended before."""
        self._step_out(place)
        place.due = due if place.paused_by is None else max(due, now + PAUSE_S)
        place.paused_by = None
        self._step_in(place, now)

    def unseat(self, place: Place) -> None:
        """Take a contact out of its queue and tell those behind; an open offer must be ended before."""
        self._step_out(place)
        del self.places[place.contact]
        self.wishes.forget(place)
        self.offer_numbers.note(place.contact, place.offers_made)
        self._close_if_done(self.lines[place.queue])

    def _step_out(self, place: Place) -> None:
        self._hide(place)
        self.timers.cancel((TimerKind.PAUSE, place.contact, ""))
        self.timers.cancel((TimerKind.DUE, place.contact, ""))
        line = self.lines[place.queue]
        line.scheduled.discard(place.contact)
        self.out += line.remove(place.key)

    def rerank(self, place: Place, priority: int, time_adjustment_s: int, now: float) -> None:
        """Move a contact within its queue and tell those in between."""
        old = place.key
        self._hide(place)
        place.rank(priority, time_adjustment_s)
        if place.due is None:
            self.out += self.lines[place.queue].reorder(old, place.key)
            self.expose(place, now)

    def expose(self, place: Place, now: float) -> None:
        """Let agents get this contact: those who meet its criteria and have no delay now, others as time passes."""
        if place.offer is not None or place.paused_by is not None:
            return
        again_at = self._market.expose(place, now)
        if again_at is not None:
            self.timers.set((TimerKind.RIPE, place.contact, ""), again_at)

    # ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────

    def open_line(self, plan: QueuePlan) -> None:
        """A new queue, or a new plan for a known one whose contacts stay."""
        line = self.lines.setdefault(plan.queue, Line(plan, is_open=True))
        turned = line.plan.agent_order is not plan.agent_order
        line.plan, line.open = plan, True
        for agent in self.agents.values() if turned else ():
            if agent.serves(plan.queue):
                self._market.relist(agent)

    def close_line(self, queue: QueueId) -> None:
        """Takes no more contacts; those in it wait on for the agents that still serve it."""
        line = self.lines.get(queue)
        if line is not None:
            line.open = False
            self._close_if_done(line)

    def _close_if_done(self, line: Line) -> None:
        if not line.open and line.empty:
            del self.lines[line.plan.queue]

    # ── pauses ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _expose_anew(self, place: Place, now: float) -> None:
        """What it asks of agents may be otherwise now."""
        if place.due is None:
            self._hide(place)
            self.expose(place, now)

    def _hide(self, place: Place) -> None:
        self._market.hide(place)
        self.timers.cancel((TimerKind.RIPE, place.contact, ""))

    def pause(self, place: Place, offer: OfferId, now: float) -> None:
        """Offer this contact to nobody until the ringing of `offer` has surely stopped."""
        self._hide(place)
        place.paused_by = offer
        self.timers.set((TimerKind.PAUSE, place.contact, ""), now + PAUSE_S)

    def resume(self, place: Place, now: float) -> None:
        """The pause is over."""
        place.paused_by = None
        self.timers.cancel((TimerKind.PAUSE, place.contact, ""))
        self.expose(place, now)

    # ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────

    def offer(self, place: Place, agent: Agent, now: float) -> None:
        place.offers_made += 1
        offer = self._open_offer(place, agent, now)
        self.lines[place.queue].had_turn(agent.id)
        self.out.append(
            Offer(
                offer=offer,
                contact=place.contact,
                agent=agent.id,
                ring_timeout_s=self.lines[place.queue].plan.ring_timeout_s,
                auto_accept=agent.plan.auto_accept,
            )
        )

    def resume_offer(self, place: Place, agent: Agent, now: float) -> None:
        """The agent rings for this contact since before a restart: a new lease of the last offer."""
        place.offers_made = max(1, place.offers_made)
        self._open_offer(place, agent, now)

    def _open_offer(self, place: Place, agent: Agent, now: float) -> OfferId:
        """The lease of the contact's newest offer number, without ringing anybody."""
        line = self.lines[place.queue]
        offer = OfferId(f"{place.contact}/{place.offers_made}")
        self._hide(place)
        place.offer = offer
        place.offered_to[offer] = agent.id
        line.offered += 1
        agent.ring(place.contact, offer, now)
        self.touch(agent)
        self.timers.set((TimerKind.LEASE, place.contact, ""), now + line.plan.ring_timeout_s + LEASE_GRACE_S)
        return offer

    def end_offer(self, place: Place, now: float, trouble: Signal | None = None) -> None:
        """Close the open offer of `place`, if any; the agent goes on. The contact stays hidden."""
        if place.offer is None:
            return
        agent = self.agents[place.offered_to[place.offer]]
        self.lines[place.queue].offered -= 1
        place.offer = None
        self.timers.cancel((TimerKind.LEASE, place.contact, ""))
        self._stop_ringing(agent, now, trouble)

    def withdraw(self, place: Place, now: float, trouble: Signal | None = None) -> None:
        """End the open offer and have the ringing stopped; when it has, the contact waits again at its old place."""
        offer = place.offer
        if offer is not None:
            self.out.append(Withdraw(offer=offer, contact=place.contact))
            self.end_offer(place, now, trouble)
            self.pause(place, offer, now)

    def claim(self, agent: Agent, contact: ContactId, now: float, expires: float) -> None:
        """`agent` rings for a contact that has not come back after a restart."""
        self.claims[contact] = agent.id
        agent.ring(contact, None, now)
        self.touch(agent)
        self.timers.set((TimerKind.CLAIM, agent.id, contact), expires)

    def take_claim(self, contact: ContactId) -> Agent | None:
        """The agent who rings for this contact since before the restart; the claim is over, the ringing goes on."""
        agent_id = self.claims.pop(contact, None)
        if agent_id is None:
            return None
        self.timers.cancel((TimerKind.CLAIM, agent_id, contact))
        return self.agents[agent_id]

    def end_claim(self, contact: ContactId, now: float, trouble: Signal | None = None) -> None:
        """The ringing since before the restart is over, if there was any."""
        agent = self.take_claim(contact)
        if agent is not None:
            self._stop_ringing(agent, now, trouble)

    def _stop_ringing(self, agent: Agent, now: float, trouble: Signal | None) -> None:
        agent.ringing = None
        agent.offer = None
        agent.trouble = trouble or agent.trouble
        agent.settle(now)
        self.touch(agent)

    # ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────

    def employ(self, plan: AgentPlan, now: float) -> None:
        """A new agent, or a new plan for a known one whose state stays. The own queue comes and goes with the agent."""
        agent = self.agents.get(plan.agent)
        old_shares = agent.shares if agent else ()
        if agent is None:
            agent = self.agents[plan.agent] = Agent(plan, now)
        self.open_line(QueuePlan(queue=agent_queue(plan.agent), max_contacts=AGENT_QUEUE_PLACES))
        self._market.delist(agent)
        agent.configure(plan)
        widened = self._market.listen(agent.shares)
        self._market.unlisten(old_shares)
        for queue in widened:
            self._expose_all(queue, now)
        self.wishes.came_or_went(agent.id)
        self.touch(agent)

    def dismiss(self, agent: Agent) -> None:
        """Forget an agent who neither rings nor claims."""
        self._market.delist(agent)
        self._market.unlisten(agent.shares)
        for share in agent.shares:
            if (line := self.lines.get(share.queue)) is not None:
                line.forget(agent.id)
        del self.agents[agent.id]
        self.wishes.came_or_went(agent.id)
        self.close_line(agent_queue(agent.id))
        self._touched.pop(agent.id, None)

    def touch(self, agent: Agent) -> None:
        """To be called after every change of an agent: has it told and matched."""
        self._touched[agent.id] = agent
        if agent.present is not agent.was_present:
            agent.was_present = agent.present
            self.wishes.came_or_went(agent.id)
        self._market.relist(agent)

    def limit_wrap_up(self, agent: Agent, contact: ContactId, started: float) -> None:
        """Set the agent's own time limit, else that of the queue the contact came from, else the default one."""
        queue = agent.wrap_ups[contact]
        line = self.lines.get(queue) if queue is not None else None
        plan = line.plan if line else QueuePlan(queue=QueueId(""))
        limit_s = plan.wrap_up_s if agent.plan.wrap_up_s is None else agent.plan.wrap_up_s
        if limit_s > 0:
            self.end_wrap_up_at(agent, contact, started + limit_s)

    def end_wrap_up_at(self, agent: Agent, contact: ContactId, until: float) -> None:
        """The limit of a wrap-up, instead of any it had."""
        agent.limits[contact] = until
        self.timers.set((TimerKind.WRAP_UP, agent.id, contact), until)

    def _expose_all(self, queue: QueueId, now: float) -> None:
        line = self.lines.get(queue)
        for _, _, contact in line.keys if line else ():
            self.expose(self.places[contact], now)

    # ── the end of a turn ────────────────────────────────────────────────────────────────────────────────────────

    def finish(self, now: float) -> list[AcdCommand]:
        """Match; the commands of the turn, changed agents first so that they are stored before anything rings."""
        for contact in self.wishes.concerned():
            self._expose_anew(self.places[contact], now)
        while (pair := self._market.next_pair(now)) is not None:
            self.offer(*pair, now)
        told: list[AcdCommand] = []
        for agent in self._touched.values():
            state = agent.state()
            if state != agent.told:
                agent.told = state
                told.append(state)
        commands = told + self.out
        self.out = []
        self._touched = {}
        return commands
