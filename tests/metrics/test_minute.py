"""CloudWatch's data points of a minute, worked by hand; no activity is no data point."""

from __future__ import annotations

from appliance import events as ev
from appliance.ids import AgentId, ContactId, Extension, FlowId, LegId, OfferId, QueueId, SlotId
from appliance.metrics.catalogue import BY_NAME
from appliance.metrics.minute import Minute, Point
from appliance.stamps import Stamp

SALES = QueueId("sales")


def told(minute: Minute, *bodies: ev.AnyBody, contact: str = "c1", at: float = 0.0) -> None:
    for body in bodies:
        stamp = Stamp(boot="b", mono_s=at, wall_s=at, synced=True)
        minute.note(ev.ContactEvent(contact=ContactId(contact), writer=ev.Writer.CONTACT, seq=1, at=stamp, body=body))


def began(service: str = "") -> ev.ContactInitiated:
    customer = ev.Endpoint(address="+12125550123")
    return ev.ContactInitiated(method=ev.InitiationMethod.INBOUND, customer=customer, slot=SlotId(0), service=service)


def missed(cause: str) -> ev.AgentMissed:
    return ev.AgentMissed(offer=OfferId("c1/1"), agent=AgentId("kim"), cause=cause)


def step(result: str, *, error: bool = True) -> ev.FlowActionTaken:
    return ev.FlowActionTaken(flow=FlowId("menu"), action="a", action_type="T", result=result, error=error)


def values(points: list[Point]) -> dict[str, float]:
    return {point.name: point.value for point in points}


def test_points_when_nothing_happened_then_none() -> None:
    minute = Minute()
    told(minute, began("feature:*11"), step("QueueAtCapacity"), missed("no_answer"))
    assert minute.points({}, {"RefusedContacts": 0}) == []


def test_points_when_worked_by_hand_then_agree() -> None:
    minute = Minute()
    told(minute, began(), contact="c0")
    told(minute, began(), step("Success", error=False), ev.QueueRequested(queue=SALES), step("QueueAtCapacity"))
    told(minute, step("CallbackNumberNotDialable"), ev.InputEncrypted(key="key-1"))
    told(minute, ev.FlowEnded(flow=FlowId("menu"), outcome="DROPPED", fatal=True))
    told(minute, missed("no_answer"), missed("withdrawn"), missed("abandoned"))
    told(minute, ev.ContactQueued(queue=SALES), at=100.0)
    told(minute, ev.ContactDequeued(queue=SALES, reason="connected"), at=142.0)
    heard = ev.LegQuality(received=97, lost=3, sent=100)
    for role in (ev.LegRole.AGENT, ev.LegRole.CUSTOMER):
        told(minute, ev.LegEnded(leg=LegId("l"), role=role, sip_status=200, remote=True, quality=heard))
    found = minute.points({SALES: 17.0, QueueId("help"): 3.0}, {"RefusedContacts": 2, "Floods": 5})
    assert values([point for point in found if ("QueueName", "help") not in point.labels]) == {
        "CallsPerInterval": 2 / 60,
        "ContactFlowErrors": 2,
        "ContactFlowFatalErrors": 1,
        "QueueCapacityExceededError": 1,
        "CallBackNotDialableNumber": 1,
        "PublicSigningKeyUsage": 1,
        "MissedCalls": 2,
        "LongestQueueWaitTime": 42.0,
        "ToInstancePacketLossRate": 0.03,
        "CallsBreachingConcurrencyQuota": 2,
        "ThrottledCalls": 5,
    }
    assert minute.points({}, {}) == [], "each point is of one minute"
    assert all(point.name.upper() in BY_NAME for point in found)


def test_wait_when_it_lasts_over_minutes_then_counts_from_its_beginning() -> None:
    minute = Minute()
    told(minute, began(), ev.ContactQueued(queue=SALES), at=10.0)
    assert values(minute.points({SALES: 50.0}, {}))["LongestQueueWaitTime"] == 50.0
    told(minute, ev.AgentOffered(offer=OfferId("c1/1"), agent=AgentId("kim"), extension=Extension("101")), at=70.0)
    told(minute, ev.ContactDequeued(queue=SALES, reason="abandoned"), at=95.0)
    assert values(minute.points({}, {})) == {"LongestQueueWaitTime": 85.0}
