"""Whole histories of contacts, however they went and whatever the clocks did: the queues are left clean, the record's
intervals are never negative and add up.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance import events as said
from appliance.acd.events import AgentConfigured, QueueConfigured
from appliance.acd.machine import Acd
from appliance.acd.model import Activity, AgentPlan, QueuePlan, QueueShare
from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.ids import AgentId, ContactId, Extension, FlowId, LegId, OfferId, QueueId, SlotId, agent_queue
from appliance.records.contact_record import build_record
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.noting import note

CONTACT, ANN, BOB = ContactId("c"), AgentId("ann"), AgentId("bob")
SALES = QueueId("sales")
QUEUES = (SALES, QueueId("help"), agent_queue(ANN))
PHONES = {ANN: Extension("101"), BOB: Extension("102")}
WAITS_S = st.sampled_from([0.0, 0.0, 0.01, 0.4, 0.99, 1.0, 7.3, 61.5, 3600.0])
Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass
class History:
    """Writes events as contact process and switchboard would. `now`: true seconds since the first event."""

    draw: Draw
    now: float = 0.0
    booted: float = -100.0
    boots: int = 1
    wall_error_s: float = 0.0
    synced: bool = True
    events: list[said.ContactEvent] = field(default_factory=list)
    true: list[float] = field(default_factory=list)
    seqs: dict[said.Writer, int] = field(default_factory=dict)
    offers: int = 0
    working: list[AgentId] = field(default_factory=list)

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def write(self, body: said.AnyBody, *, writer: said.Writer = said.Writer.CONTACT) -> None:
        self.now += self.draw(WAITS_S)
        match self.one_of("fine", "fine", "fine", "fine", "set", "lost"):
            case "set":
                self.wall_error_s, self.synced = 0.0, True
            case "lost":
                self.wall_error_s, self.synced = self.one_of(-7200.0, -3.2, 86400.0), False
        at = Stamp(
            boot=f"boot-{self.boots}",
            mono_s=self.now - self.booted,
            wall_s=1_795_000_000.25 + self.now + self.wall_error_s,
            synced=self.synced,
        )
        seq = self.seqs[writer] = self.seqs.get(writer, 0) + 1
        self.events.append(said.ContactEvent(contact=CONTACT, writer=writer, seq=seq, at=at, body=body))
        self.true.append(self.now)

    def own(self, body: said.AnyBody) -> None:
        self.write(body, writer=said.Writer.SWITCHBOARD)

    def when(self, kind: type[said.Body], number: int = -1) -> float:
        """True time of an event."""
        return [at for event, at in zip(self.events, self.true, strict=True) if isinstance(event.body, kind)][number]

    def has(self, kind: type[said.Body]) -> bool:
        return any(isinstance(event.body, kind) for event in self.events)

    # ── what happens to a contact ────────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        self.begin()
        agent = self.wait() if self.one_of(True, True, True, False) else None
        while agent is not None:
            agent = self.talk(agent)
        if not self.has(said.ContactDisconnected):
            self.disconnect("IN_QUEUE" if self.has(said.ContactQueued) else "IN_FLOW")
        self.wrap_up_all()
        self.own(said.ContactClosed())

    def begin(self) -> None:
        customer = said.Endpoint(address="+12125550199")
        method = said.InitiationMethod.INBOUND
        self.write(said.ContactInitiated(method=method, customer=customer, slot=SlotId(0), source="trunk:acme"))
        self.leg("customer", said.LegRole.CUSTOMER)
        self.write(said.SystemConnected())
        self.write(said.FlowStarted(flow=FlowId("main"), flow_type="CONTACT_FLOW", bundle_sha256="0" * 64))

    def leg(self, name: str, role: said.LegRole, agent: AgentId | None = None) -> None:
        extension = None if agent is None else PHONES[agent]
        self.write(
            said.LegStarted(
                leg=LegId(name),
                role=role,
                uri="sip:x@127.0.0.1",
                sip_call_id=name,
                outgoing=agent is not None,
                agent=agent,
                extension=extension,
            )
        )

    def wait(self) -> AgentId | None:
        """In one queue after the other; whoever answers, None where the customer gives up or the queue refuses."""
        for queue in self.draw(st.lists(st.sampled_from(QUEUES), min_size=1, max_size=2)):
            step = RoutingStep(expression=Expression(condition=Condition(name="x", value="y")), duration_s=5.0)
            self.write(said.QueueRequested(queue=queue, criteria=self.one_of((), (step,))))
            if self.one_of("in", "in", "in", "refused") == "refused":
                continue
            self.write(said.ContactQueued(queue=queue))
            agent = self.ring(queue)
            if agent is not None:
                return agent
            self.write(said.ContactDequeued(queue=queue, reason=self.one_of("abandoned", "transferred", "failed")))
        return None

    def ring(self, queue: QueueId) -> AgentId | None:
        for outcome in self.draw(st.lists(st.sampled_from(["missed", "routed", "answered"]), max_size=3)):
            if outcome == "routed":
                self.write(said.RoutingUpdated(priority=self.one_of(None, 1), criteria=self.one_of(None, ())))
                continue
            agent, offer = self.offered()
            if outcome == "answered":
                self.write(said.LegAnswered(leg=LegId(f"agent-{self.offers}"), codec="PCMU"))
                self.write(said.AgentConnected(agent=agent, extension=PHONES[agent], offer=offer))
                self.write(said.ContactDequeued(queue=queue, reason="connected"))
                return agent
            self.write(self.leg_ended(f"agent-{self.offers}", said.LegRole.AGENT))
            self.write(said.AgentMissed(offer=offer, agent=agent, cause=self.one_of("no_answer", "busy", "withdrawn")))
        return None

    def offered(self) -> tuple[AgentId, OfferId]:
        self.offers += 1
        agent: AgentId = self.one_of(ANN, BOB)
        offer = OfferId(f"{CONTACT}/{self.offers}")
        self.write(said.AgentOffered(offer=offer, agent=agent, extension=PHONES[agent]))
        self.leg(f"agent-{self.offers}", said.LegRole.AGENT, agent)
        return agent, offer

    def talk(self, agent: AgentId) -> AgentId | None:
        """Hold and resume, then the end: everybody's, or only this agent's and another one takes over."""
        for held in self.draw(st.lists(st.booleans(), max_size=6)):  # as phones do it: twice in a row too
            by = self.one_of(None, agent)
            self.write(said.CustomerHeld(by=by) if held else said.CustomerResumed(by=by))
        ending = self.one_of("customer", "agent", "transfer", "handed over", "lost")
        if ending == "lost":
            self.own(said.MediaFailed(detail="its process died"))
            self.own(said.ContactDisconnected(reason=said.DisconnectReason.OTHER, pre_disconnect_state="CONNECTED"))
            return None
        self.write(said.AgentLeft(agent=agent))
        if ending == "handed over":
            return self.next_agent(agent)
        if ending == "transfer":
            self.write(said.ContactTransferred(next=ContactId("d"), target="103", kind="blind", by=agent))
        self.wrap_up(agent)
        self.disconnect("CONNECTED")
        return None

    def next_agent(self, agent: AgentId) -> AgentId:
        other = BOB if agent == ANN else ANN
        self.offers += 1
        self.leg(f"agent-{self.offers}", said.LegRole.AGENT, other)
        self.write(said.AgentConnected(agent=other, extension=PHONES[other]))
        self.wrap_up(agent)
        return other

    def wrap_up(self, agent: AgentId) -> None:
        if agent not in self.working and self.one_of(True, True, False):
            self.own(said.AfterContactWorkStarted(agent=agent))
            self.working.append(agent)

    def wrap_up_all(self) -> None:
        if self.one_of(False, False, True) and not self.working:
            return
        if self.one_of(False, False, False, True):  # a power cut in the middle of it
            self.now += 100.0
            self.boots, self.booted = self.boots + 1, self.now - 5.0
        for agent in self.working:
            if self.one_of(True, False):
                self.own(said.AfterContactWorkExtended(agent=agent, seconds=60.0))
            self.own(said.AfterContactWorkEnded(agent=agent))

    def disconnect(self, state: str) -> None:
        for number in range(1, self.offers + 1):
            self.write(self.leg_ended(f"agent-{number}", said.LegRole.AGENT))
        self.write(self.leg_ended("customer", said.LegRole.CUSTOMER))
        reason = said.DisconnectReason.CUSTOMER_DISCONNECT
        self.write(said.ContactDisconnected(reason=reason, pre_disconnect_state=state))

    def leg_ended(self, leg: str, role: said.LegRole) -> said.LegEnded:
        return said.LegEnded(leg=LegId(leg), role=role, sip_status=200, remote=True)


@st.composite
def histories(draw: Draw) -> History:
    history = History(draw)
    history.run()
    return history


def second(text: str | None) -> int:
    assert text is not None
    return int(datetime.fromisoformat(text).timestamp())


@settings(max_examples=300)
@given(histories(), st.randoms(use_true_random=False))
def test_record_when_built_from_any_history_then_every_interval_adds_up(
    history: History, chance: random.Random
) -> None:
    shuffled = list(history.events)
    chance.shuffle(shuffled)
    record = build_record(shuffled, box="box")
    assert record == build_record(history.events, box="box")
    begun, over = second(record["InitiationTimestamp"]), second(record["LastUpdateTimestamp"])
    ended = second(record["DisconnectTimestamp"])
    assert begun <= second(record["ConnectedToSystemTimestamp"]) <= ended <= over
    if record["Queue"] is not None:
        check_queue(record["Queue"], begun, ended, history)
    assert (record["Agent"] is not None) == history.has(said.AgentConnected)
    if record["Agent"] is not None:
        check_agent(record["Agent"], begun, over, history)


def check_queue(queue: dict[str, Any], begun: int, ended: int, history: History) -> None:
    enqueued, dequeued = second(queue["EnqueueTimestamp"]), second(queue["DequeueTimestamp"])
    assert begun <= enqueued <= dequeued <= ended
    assert queue["Duration"] == dequeued - enqueued
    true_s = history.when(said.ContactDequeued) - history.when(said.ContactQueued)
    assert abs(queue["Duration"] - true_s) <= 1.0, "whatever the wall clock did"


def check_agent(agent: dict[str, Any], begun: int, over: int, history: History) -> None:
    connected = second(agent["ConnectedToAgentTimestamp"])
    talked, held = agent["AgentInteractionDuration"], agent["CustomerHoldDuration"]
    assert begun <= connected
    assert min(talked, held, agent["AgentInitiatedHoldDuration"], agent["LongestHoldDuration"]) >= 0
    assert agent["LongestHoldDuration"] <= held <= agent["NumberOfHolds"] * agent["LongestHoldDuration"]
    assert agent["AgentInitiatedHoldDuration"] <= held
    assert connected + talked + held <= over
    started, ended = agent["AfterContactWorkStartTimestamp"], agent["AfterContactWorkEndTimestamp"]
    if started is None:
        assert (ended, agent["AfterContactWorkDuration"]) == (None, None)
        return
    assert connected + talked + held == second(started)
    assert agent["AfterContactWorkDuration"] == second(ended) - second(started) >= 0
    assert second(ended) <= over


@settings(max_examples=300)
@given(histories())
def test_queues_when_any_history_is_over_then_nobody_is_left_waiting_or_engaged(history: History) -> None:
    acd = Acd()
    acd.handle(QueueConfigured(queue=QueuePlan(queue=SALES)), 0.0)
    for agent, phone in PHONES.items():
        plan = AgentPlan(agent=agent, extension=phone, queues=(QueueShare(queue=SALES),))
        acd.handle(AgentConfigured(agent=plan), 0.0)
    state = ContactState(contact=CONTACT, agent_of=lambda _: None)
    now = 0.0
    for event in history.events:
        now = max(now, event.at.mono_s)
        for told in note(state, event):
            acd.handle(told, now)
        assert note(state, event) == [], "told twice"
    for told in state.release():
        acd.handle(told, now)
    for queue in QUEUES:
        assert acd.waiting(queue) == ()
    for agent in PHONES:
        snapshot = acd.agent_snapshot(agent)
        assert snapshot is not None
        assert snapshot.activity in (Activity.IDLE, Activity.AFTER_CONTACT_WORK, Activity.MISSED)
    assert state.closed
    assert not state.working
