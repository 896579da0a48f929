"""The state of the ACD and the moves everything is made of: seat, expose, offer, take back, connect, match.

A turn is one event or timer: moves change the state and collect commands, `finish` matches whoever became free with
whoever waits and hands the commands over. Between turns no available agent may serve a contact that waits without an
offer. Which event makes which move is the business of `machine`.
"""

from __future__ import annotations

from itertools import islice

from appliance.acd.agents import Agent
from appliance.acd.commands import AcdCommand, Offer, Withdraw
from appliance.acd.lanes import Lanes
from appliance.acd.lines import Line, Place
from appliance.acd.model import AgentPlan, QueuePlan
from appliance.acd.timers import TimerKind, Timers
from appliance.ids import AgentId, ContactId, OfferId, QueueId

NUMBERS_KEPT = 4096  # far more contacts than a branch has under way
LEASE_GRACE_S = 5.0  # the contact process enforces the ring timeout; the lease only catches a silent one


class Floor:
    """`claims` are restored offers whose contact has not come back yet; `offers_made` the last offer numbers of
    contacts that left, because an offer id must not come twice when one comes back."""

    def __init__(self) -> None:
        self.agents: dict[AgentId, Agent] = {}
        self.lines: dict[QueueId, Line] = {}
        self.places: dict[ContactId, Place] = {}
        self.claims: dict[ContactId, AgentId] = {}
        self.offers_made: dict[ContactId, int] = {}
        self.timers = Timers()
        self.out: list[AcdCommand] = []
        self._lanes = Lanes()
        self._touched: dict[AgentId, Agent] = {}
        self._free_agents: dict[AgentId, Agent] = {}
        self._loose: dict[ContactId, Place] = {}

    # ── contacts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def seat(self, place: Place, now: float) -> None:
        """Give a contact its place and tell those behind."""
        self.places[place.contact] = place
        self.out += self.lines[place.queue].insert(place.key)
        self.expose(place, now)

    def unseat(self, place: Place) -> None:
        """Take a contact out of its queue and tell those behind; an open offer must be ended before."""
        self._hide(place)
        del self.places[place.contact]
        self._note_offers(place)
        line = self.lines[place.queue]
        self.out += line.remove(place.key)
        if not line.open and not line.keys:
            del self.lines[place.queue]

    def _note_offers(self, place: Place) -> None:
        if place.offers_made:
            self.offers_made.pop(place.contact, None)
            self.offers_made[place.contact] = place.offers_made
        if len(self.offers_made) > NUMBERS_KEPT:
            for contact in list(islice(self.offers_made, NUMBERS_KEPT // 2)):
                del self.offers_made[contact]

    def rerank(self, place: Place, priority: int, time_adjustment_s: int, now: float) -> None:
        """Move a contact within its queue and tell those in between."""
        old = place.key
        self._hide(place)
        place.rank(priority, time_adjustment_s)
        self.out += self.lines[place.queue].reorder(old, place.key)
        self.expose(place, now)

    def expose(self, place: Place, now: float) -> None:
        """Let agents get this contact: those without a delay now, the others when it is ripe for them."""
        if place.offer is not None:
            return
        ripe_at = self._lanes.add_contact(place.queue, place.key, place.enqueued_at, now)
        if ripe_at is not None:
            self.timers.set((TimerKind.RIPE, place.contact, ""), ripe_at)
        self._loose[place.contact] = place

    def _hide(self, place: Place) -> None:
        self._lanes.remove_contact(place.queue, place.key)
        self.timers.cancel((TimerKind.RIPE, place.contact, ""))
        self._loose.pop(place.contact, None)

    # ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────

    def offer(self, place: Place, agent: Agent, now: float) -> None:
        place.offers_made += 1
        offer = self._open_offer(place, agent, now)
        ring_timeout_s = self.lines[place.queue].plan.ring_timeout_s
        self.out.append(Offer(offer=offer, contact=place.contact, agent=agent.id, ring_timeout_s=ring_timeout_s))

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

    def end_offer(self, place: Place, now: float, *, missed: bool = False) -> None:
        """Close the open offer of `place`, if any; the agent goes on. The contact stays hidden."""
        if place.offer is None:
            return
        agent = self.agents[place.offered_to[place.offer]]
        self.lines[place.queue].offered -= 1
        place.offer = None
        self.timers.cancel((TimerKind.LEASE, place.contact, ""))
        self._stop_ringing(agent, now, missed=missed)

    def withdraw(self, place: Place, now: float, *, missed: bool = False) -> None:
        """End the open offer and have the ringing stopped; the contact waits again at its old place."""
        if place.offer is not None:
            self.out.append(Withdraw(offer=place.offer, contact=place.contact))
            self.end_offer(place, now, missed=missed)
            self.expose(place, now)

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

    def end_claim(self, contact: ContactId, now: float, *, missed: bool = False) -> None:
        """The ringing since before the restart is over, if there was any."""
        agent = self.take_claim(contact)
        if agent is not None:
            self._stop_ringing(agent, now, missed=missed)

    def _stop_ringing(self, agent: Agent, now: float, *, missed: bool) -> None:
        agent.ringing = None
        agent.offer = None
        agent.missed = agent.missed or missed
        agent.settle(now)
        self.touch(agent)

    # ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────

    def employ(self, plan: AgentPlan, now: float) -> None:
        """A new agent, or a new plan for a known one whose state stays."""
        agent = self.agents.get(plan.agent)
        old_shares = agent.shares if agent else ()
        if agent is None:
            agent = self.agents[plan.agent] = Agent(plan, now)
        self._delist(agent)
        agent.configure(plan)
        widened = self._lanes.listen(agent.shares)
        self._lanes.unlisten(old_shares)
        for queue in widened:
            self._fill(queue, now)
        self.touch(agent)

    def dismiss(self, agent: Agent) -> None:
        """Forget an agent who neither rings nor claims."""
        self._delist(agent)
        self._lanes.unlisten(agent.shares)
        del self.agents[agent.id]
        self._touched.pop(agent.id, None)
        self._free_agents.pop(agent.id, None)

    def touch(self, agent: Agent) -> None:
        """To be called after every change of an agent: keeps the lanes true and has the change told."""
        self._touched[agent.id] = agent
        key = agent.order if agent.available else None
        if key == agent.listed:
            return
        self._delist(agent)
        if key is not None:
            self._lanes.add_agent(key, agent.shares)
            agent.listed = key
            self._free_agents[agent.id] = agent

    def limit_wrap_up(self, agent: Agent, contact: ContactId, started: float) -> None:
        """Set the time limit of the queue that the contact came from; the default one if that isn't known."""
        queue = agent.wrap_ups[contact]
        line = self.lines.get(queue) if queue is not None else None
        plan = line.plan if line else QueuePlan(queue=QueueId(""))
        if plan.wrap_up_s > 0:
            self.timers.set((TimerKind.WRAP_UP, agent.id, contact), started + plan.wrap_up_s)

    def _delist(self, agent: Agent) -> None:
        if agent.listed is not None:
            self._lanes.remove_agent(agent.listed, agent.shares)
            agent.listed = None

    def _fill(self, queue: QueueId, now: float) -> None:
        line = self.lines.get(queue)
        for _, _, contact in line.keys if line else ():
            self.expose(self.places[contact], now)

    # ── matching ─────────────────────────────────────────────────────────────────────────────────────────────────

    def finish(self, now: float) -> list[AcdCommand]:
        """End the turn: match; the commands, changed agents first so that they are stored before anything rings."""
        while self._loose or self._free_agents:
            self._match_contacts(now)
            self._match_agents(now)
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

    def _match_contacts(self, now: float) -> None:
        """Each contact that became free proposes to the longest idle agent, who takes the best of all that wait."""
        loose = sorted(self._loose.values(), key=lambda place: place.key)
        self._loose = {}
        for place in loose:
            while place.offer is None:
                agent_id = self._lanes.best_agent(place.queue, place.enqueued_at, now)
                if agent_id is None or not self._offer_best(self.agents[agent_id], now):
                    break

    def _match_agents(self, now: float) -> None:
        free = sorted(self._free_agents.values(), key=lambda agent: agent.order)
        self._free_agents = {}
        for agent in free:
            if agent.available:
                self._offer_best(agent, now)

    def _offer_best(self, agent: Agent, now: float) -> bool:
        contact = self._lanes.best_contact(agent.shares)
        if contact is not None:
            self.offer(self.places[contact], agent, now)
        return contact is not None
