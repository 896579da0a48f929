"""The state of the ACD and the moves everything is made of: seat, expose, offer, take back, pause, employ.

A turn is one event or more at one instant: moves change the state and collect commands, `finish` matches whoever became
free with whoever waits and hands the commands over. Between turns no available agent may serve a contact that waits,
unless the contact is paused. Which event makes which move is not decided here.
"""

from __future__ import annotations

from itertools import islice

from appliance.acd.agents import Agent
from appliance.acd.commands import AcdCommand, Offer, Withdraw
from appliance.acd.lines import Line, Place
from appliance.acd.market import Market
from appliance.acd.model import AgentPlan, QueuePlan
from appliance.acd.timers import TimerKind, Timers
from appliance.ids import AgentId, ContactId, OfferId, QueueId

NUMBERS_KEPT = 4096  # far more contacts than a branch has under way
PAUSE_S = 1.0  # for a contact process to stop ringing before it can ring the next agent
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
        self._market = Market(self.agents, self.places)
        self._touched: dict[AgentId, Agent] = {}

    # ── contacts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def seat(self, place: Place, now: float) -> None:
        """Give a contact its place and tell those behind."""
        self.places[place.contact] = place
        self.out += self.lines[place.queue].insert(place.key)
        self.expose(place, now)

    def unseat(self, place: Place) -> None:
        """Take a contact out of its queue and tell those behind; an open offer must be ended before."""
        self._hide(place)
        self.timers.cancel((TimerKind.PAUSE, place.contact, ""))
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
        if place.offer is not None or place.paused_by is not None:
            return
        ripe_at = self._market.expose(place, now)
        if ripe_at is not None:
            self.timers.set((TimerKind.RIPE, place.contact, ""), ripe_at)

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
        """End the open offer and have the ringing stopped; when it has, the contact waits again at its old place."""
        offer = place.offer
        if offer is not None:
            self.out.append(Withdraw(offer=offer, contact=place.contact))
            self.end_offer(place, now, missed=missed)
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
        self._market.delist(agent)
        agent.configure(plan)
        widened = self._market.listen(agent.shares)
        self._market.unlisten(old_shares)
        for queue in widened:
            self._expose_all(queue, now)
        self.touch(agent)

    def dismiss(self, agent: Agent) -> None:
        """Forget an agent who neither rings nor claims."""
        self._market.delist(agent)
        self._market.unlisten(agent.shares)
        del self.agents[agent.id]
        self._touched.pop(agent.id, None)

    def touch(self, agent: Agent) -> None:
        """To be called after every change of an agent: has it told and matched."""
        self._touched[agent.id] = agent
        self._market.relist(agent)

    def limit_wrap_up(self, agent: Agent, contact: ContactId, started: float) -> None:
        """Set the time limit of the queue that the contact came from; the default one if that isn't known."""
        queue = agent.wrap_ups[contact]
        line = self.lines.get(queue) if queue is not None else None
        plan = line.plan if line else QueuePlan(queue=QueueId(""))
        if plan.wrap_up_s > 0:
            self.timers.set((TimerKind.WRAP_UP, agent.id, contact), started + plan.wrap_up_s)

    def _expose_all(self, queue: QueueId, now: float) -> None:
        line = self.lines.get(queue)
        for _, _, contact in line.keys if line else ():
            self.expose(self.places[contact], now)

    # ── the end of a turn ────────────────────────────────────────────────────────────────────────────────────────

    def finish(self, now: float) -> list[AcdCommand]:
        """Match; the commands of the turn, changed agents first so that they are stored before anything rings."""
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
