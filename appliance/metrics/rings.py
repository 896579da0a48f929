"""Agents being rung: every offer of a contact, and the time an agent dialled an outbound contact; with their terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from appliance.metrics.contact_facts import ContactFacts, Record, contact_facts
from appliance.metrics.instants import second_of

DIALLED = "dialled"
CONNECTED = "connected"
NO_OFFERS = frozenset({DIALLED, "withdrawn", ""})


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """`outcome`: connected, no_answer, busy, rejected, unreachable, abandoned, withdrawn; dialled for an outbound
    contact; "" if never told. `ended`: second since the epoch; `rang`: whole seconds, None if not known."""

    contact: str
    agent: str
    ended: int
    outcome: str
    rang: int | None = None
    queue: str | None = None
    profile: str | None = None
    method: str = ""
    channel: str = "VOICE"


def rings(record: Record) -> Iterator[Ring]:
    """Those of one record; of a contact that is no customer's there are none."""
    facts = contact_facts(record)
    if facts.service or facts.method == "MONITOR":
        return
    box = record.get("Linekeeper") or {}
    for offer in box.get("Offers") or ():
        began, rang = second_of(offer["Timestamp"]), offer.get("RingDuration")
        ended = began + (rang or 0)
        ring = _ring(facts, offer["Agent"], offer.get("Outcome") or "", ended, rang)
        yield msgspec.structs.replace(ring, profile=offer.get("RoutingProfile") or ring.profile)
    dialler = facts.agent or box.get("DialledBy")
    if facts.method == "OUTBOUND" and dialler is not None:
        ended = facts.connected if facts.connected is not None else facts.counted
        yield _ring(facts, dialler, DIALLED, ended, max(0, ended - facts.initiated))


def _ring(facts: ContactFacts, agent: str, outcome: str, ended: int, rang: int | None) -> Ring:
    return Ring(
        contact=facts.contact,
        agent=agent,
        ended=ended,
        outcome=outcome,
        rang=rang,
        queue=facts.queue,
        profile=facts.profile if agent == facts.agent else None,
        method=facts.method,
        channel=facts.channel,
    )


def _connecting(*methods: str) -> Callable[[Ring], float | None]:
    return lambda one: one.rang if one.outcome != "withdrawn" and (not methods or one.method in methods) else None


def _when(holds: Callable[[Ring], bool]) -> Callable[[Ring], float | None]:
    return lambda one: 1 if holds(one) else None


TERMS: Mapping[str, Callable[[Ring], float | None]] = {
    "offered": _when(lambda one: one.outcome not in NO_OFFERS),
    "accepted": _when(lambda one: one.outcome == CONNECTED),
    "missed": _when(lambda one: one.outcome not in {*NO_OFFERS, CONNECTED}),
    "missed_by_agent": _when(lambda one: one.outcome not in {*NO_OFFERS, CONNECTED, "abandoned"}),
    "connecting": _connecting(),
    "connecting_inbound": _connecting("INBOUND", "TRANSFER", "QUEUE_TRANSFER"),
    "connecting_outbound": _connecting("OUTBOUND"),
    "connecting_callback": _connecting("CALLBACK"),
    "connecting_api": _connecting("API"),
}
