"""Whole contacts as event streams: records built from them, SQL over the store, and plain counting of the events."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from metrics.making import NOW, START, question, replayed

from appliance import events as ev
from appliance.ids import AgentId, ContactId, Extension, FlowId, OfferId, QueueId, SlotId
from appliance.metrics.catalogue import historical
from appliance.metrics.definitions import Source
from appliance.records.contact_record import build_record
from appliance.stamps import Stamp
from appliance.store import Store

COUNTED = (
    "CONTACTS_CREATED", "CONTACTS_QUEUED", "CONTACTS_HANDLED", "CONTACTS_ABANDONED", "CONTACTS_PUT_ON_HOLD",
    "AGENT_NON_RESPONSE", "FLOWS_STARTED", "FLOWS_OUTCOME", "MissedCalls", "ContactFlowErrors",
)  # fmt: skip


class Life:
    """One contact, drawn step by step; time only goes on."""

    def __init__(self, data: st.DataObject, number: int) -> None:
        self.contact = ContactId(f"c{number}")
        self._draw = data.draw
        self._at = float(self._draw(st.integers(0, 7200)))
        self.events: list[ev.ContactEvent] = []
        self.bodies: list[ev.AnyBody] = []

    def say(self, body: ev.AnyBody, writer: ev.Writer = ev.Writer.CONTACT) -> None:
        self._at += self._draw(st.sampled_from([0.0, 0.4, 1.0, 19.6, 30.0]))
        stamp = Stamp(boot="boot-b", mono_s=self._at, wall_s=START + self._at, synced=True)
        seq = 1 + sum(event.writer is writer for event in self.events)
        self.events.append(ev.ContactEvent(contact=self.contact, writer=writer, seq=seq, at=stamp, body=body))
        self.bodies.append(body)

    def maybe(self) -> bool:
        return bool(self._draw(st.booleans()))

    def live(self) -> None:
        service = self._draw(st.sampled_from(["", "", "", "feature:*11"]))
        method = self._draw(st.sampled_from([ev.InitiationMethod.INBOUND, ev.InitiationMethod.CALLBACK]))
        customer = ev.Endpoint(address="+12125550123")
        self.say(ev.ContactInitiated(method=method, customer=customer, slot=SlotId(0), service=service))
        self.say(ev.SystemConnected())
        self.say(ev.FlowStarted(flow=FlowId("menu"), flow_type="contactFlow", bundle_sha256="x"))
        error = self.maybe()
        self.say(ev.FlowActionTaken(flow=FlowId("menu"), action="a", action_type="T", result="r", error=error))
        if self.maybe():
            self.say(ev.FlowEnded(flow=FlowId("menu"), outcome="TRANSFERED_TO_QUEUE"))
        state = self._wait() if self.maybe() else "IN_FLOW"
        self.say(ev.ContactDisconnected(reason=ev.DisconnectReason.CUSTOMER_DISCONNECT, pre_disconnect_state=state))
        self.say(ev.ContactClosed(), ev.Writer.SWITCHBOARD)

    def _wait(self) -> str:
        self.say(ev.QueueRequested(queue=QueueId("sales")))
        self.say(ev.ContactQueued(queue=QueueId("sales")))
        number = 0
        for number in range(1, 1 + self._draw(st.integers(0, 3))):
            self._offer(number)
            causes = st.sampled_from(["no_answer", "busy", "rejected", "withdrawn"])
            offer = OfferId(f"{self.contact}/{number}")
            self.say(ev.AgentMissed(offer=offer, agent=AgentId("kim"), cause=self._draw(causes)))
        if not self.maybe():
            self.say(ev.ContactDequeued(queue=QueueId("sales"), reason="abandoned"))
            return "IN_QUEUE"
        return self._talk(number + 1)

    def _offer(self, number: int) -> None:
        offer = OfferId(f"{self.contact}/{number}")
        self.say(ev.AgentOffered(offer=offer, agent=AgentId("kim"), extension=Extension("101")))

    def _talk(self, number: int) -> str:
        self._offer(number)
        offer = OfferId(f"{self.contact}/{number}")
        self.say(ev.AgentConnected(agent=AgentId("kim"), extension=Extension("101"), offer=offer))
        self.say(ev.ContactDequeued(queue=QueueId("sales"), reason="connected"))
        for _ in range(self._draw(st.integers(0, 2))):
            self.say(ev.CustomerHeld(by=AgentId("kim")))
            self.say(ev.CustomerResumed(by=AgentId("kim")))
        self.say(ev.AgentLeft(agent=AgentId("kim")))
        if self.maybe():
            self.say(ev.AfterContactWorkStarted(agent=AgentId("kim")), ev.Writer.SWITCHBOARD)
            self.say(ev.AfterContactWorkEnded(agent=AgentId("kim")), ev.Writer.SWITCHBOARD)
        return "CONNECTED"


def counted(lives: list[Life]) -> Iterator[int]:
    """COUNTED, straight from the events."""
    bodies = [life.bodies for life in lives if not getattr(life.bodies[0], "service", "")]
    kinds = [[type(body) for body in each] for each in bodies]
    flat = [body for each in bodies for body in each]
    missed = sum(isinstance(body, ev.AgentMissed) and body.cause != "withdrawn" for body in flat)
    yield len(bodies)
    yield sum(ev.ContactQueued in each for each in kinds)
    yield sum(ev.AgentConnected in each for each in kinds)
    yield sum(ev.ContactQueued in each and ev.AgentConnected not in each for each in kinds)
    yield sum(ev.CustomerHeld in each for each in kinds)
    yield missed
    yield sum(ev.FlowStarted in each for each in kinds)
    yield sum(ev.FlowEnded in each for each in kinds)
    yield missed
    yield sum(isinstance(body, ev.FlowActionTaken) and body.error for body in flat)


@settings(max_examples=60)
@given(st.data(), st.integers(0, 5))
def test_contacts_when_lived_through_then_events_records_and_sql_agree(data: st.DataObject, number: int) -> None:
    lives = [Life(data, each) for each in range(number)]
    names = [metric.name for metric in historical() if metric.source is not Source.STATES]
    asked = question(*names)
    records = []
    with Store.in_memory() as store:
        for life in lives:
            life.live()
            store.events.append(life.events)
            records.append(build_record(life.events, box="branch"))
            store.records.save(records[-1])
        (by_sql,) = store.measures.answer(asked, NOW)
    (by_replay,) = replayed(asked, records)
    for name in by_replay.values:
        mine, their = by_replay.values[name], by_sql.values[name]
        assert mine == their or abs((mine or 0) - (their or 0)) < 1e-6, name
    assert [by_replay.values[name] or 0 for name in COUNTED] == list(counted(lives))
    assert all(value is None or value >= 0 for value in by_replay.values.values())
