"""Collects the events of one made-up contact, numbered and stamped as a box does."""

from __future__ import annotations

from collections.abc import Callable

from appliance import events as ev
from appliance.console.demo_data.organisation import Practice
from appliance.console.demo_data.visits import Visit
from appliance.ids import AgentId, ContactId, Extension, LegId
from appliance.stamps import Stamp

CUSTOMER = LegId("customer")
Clock = Callable[[float], Stamp]


class Telling:
    """Collects the events of one contact. clock: the box's stamps for wall times."""

    def __init__(self, visit: Visit, practice: Practice, clock: Clock) -> None:
        self.visit = visit
        self.practice = practice
        self.events: list[ev.ContactEvent] = []
        self._clock = clock
        self._seqs = dict.fromkeys(ev.Writer, 0)

    def say(self, at: float, *bodies: ev.AnyBody, writer: ev.Writer = ev.Writer.CONTACT) -> None:
        for body in bodies:
            self._seqs[writer] += 1
            self.events.append(
                ev.ContactEvent(
                    contact=ContactId(self.visit.contact),
                    writer=writer,
                    seq=self._seqs[writer],
                    at=self._clock(at),
                    body=body,
                )
            )

    def switchboard(self, at: float, *bodies: ev.AnyBody) -> None:
        self.say(at, *bodies, writer=ev.Writer.SWITCHBOARD)

    def leg(
        self, name: LegId, role: ev.LegRole, *, outgoing: bool, extension: str = "", agent: str = ""
    ) -> ev.LegStarted:
        to = extension or self.visit.customer or "anonymous"
        return ev.LegStarted(
            leg=name,
            role=role,
            uri=f"sip:{to}@127.0.0.1",
            sip_call_id=f"{self.visit.contact[:13]}-{name}",
            outgoing=outgoing,
            agent=AgentId(agent) if agent else None,
            extension=Extension(extension) if extension else None,
        )

    def quality(self, *, agent: bool = False) -> ev.LegQuality:
        """Of a leg: the agents' phones are in the house."""
        visit = self.visit
        packets = max(1, int((visit.left - visit.began) * 50))
        lost = 0 if agent else int(packets * visit.loss)
        jitter = min(2.5, visit.jitter_ms) if agent else visit.jitter_ms
        rtt = 2.0 if agent else visit.rtt_ms
        return ev.LegQuality(
            received=packets - lost, lost=lost, sent=packets, jitter_ms=round(jitter, 1), rtt_ms=round(rtt, 1)
        )
