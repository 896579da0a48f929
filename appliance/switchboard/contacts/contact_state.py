"""What the switchboard knows of one contact. Pure.

Events change it by way of `noting.note` only. Must not decide anything: routing is the ACD's, media the contact
process's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance import events as said
from appliance.acd import events as acd
from appliance.ids import AgentId, ContactId, Extension, LegId, OfferId, QueueId, SlotId
from appliance.stamps import Stamp
from appliance.switchboard.contacts.queue_place import Place
from appliance.switchboard.routing.last_agents import LastAgents
from appliance.switchboard.supervision.listeners import Listener

AgentOf = Callable[[Extension], AgentId | None]


@dataclass(slots=True, kw_only=True)
class ContactState:
    """One contact from its first event to its record.

    seq, own_seq: last number noted of the contact process's and of the switchboard's events. boot: the boot it began
    in. alone: it began, and may wait, without a contact process. source: who began it, "extension:101" or "trunk:acme";
    service: what it is where it is no customer's contact; customer: address of the other party; called_in: it began
    with the customer's call. place: in a queue now; queue: the latest one; outbound_queue: for whom somebody inside
    calls out. offers: agents being rung; offers_made: highest number of an offer so far. engaged: agents on the contact
    and whether after-contact work is due when they leave. working: agents in after-contact work. orbit: where it is
    parked. ringing, answered: of the legs. listeners: supervisors, each by the contact of the own phone.
    """

    contact: ContactId
    agent_of: AgentOf
    last_agents: LastAgents = field(default_factory=LastAgents)
    seq: int = 0
    own_seq: int = 0
    slot: SlotId | None = None
    alone: bool = False
    source: str = ""
    service: str = ""
    customer: str = ""
    called_in: bool = False
    place: Place | None = None
    queue: QueueId | None = None
    outbound_queue: QueueId | None = None
    offers: dict[OfferId, AgentId] = field(default_factory=dict)
    offers_made: int = 0
    engaged: dict[AgentId, bool] = field(default_factory=dict)
    working: set[AgentId] = field(default_factory=set)
    legs: dict[LegId, said.LegStarted] = field(default_factory=dict)
    ringing: set[LegId] = field(default_factory=set)
    answered: set[LegId] = field(default_factory=set)
    orbit: str = ""
    listeners: dict[ContactId, Listener] = field(default_factory=dict)
    boot: str = ""
    disconnected: bool = False
    released: bool = False
    closed: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it: its record can be built."""
        return self.disconnected and self.released and not self.working and not self.closed

    def agent_of_leg(self, leg: said.LegStarted) -> AgentId | None:
        """Whose leg it is: as it was said, else who has that phone."""
        if leg.agent is not None:
            return leg.agent
        return None if leg.extension is None else self.agent_of(leg.extension)

    def count(self, event: said.ContactEvent) -> bool:
        """Number `event` as noted; whether it was not before."""
        if self.knows(event):
            return False
        if event.writer is said.Writer.SWITCHBOARD:
            self.own_seq = event.seq
        else:
            self.seq = event.seq
        self.boot = self.boot or event.at.boot
        return True

    def knows(self, event: said.ContactEvent) -> bool:
        """Whether `event` was noted already."""
        return event.seq <= (self.own_seq if event.writer is said.Writer.SWITCHBOARD else self.seq)

    def release(self) -> list[acd.AcdEvent]:
        """The contact process has no part in it any more: whatever was still held is let go."""
        self.released = True
        told = [self.leave(agent) for agent in tuple(self.engaged)]
        if self.place is not None or self.offers:
            told.append(acd.ContactLeft(contact=self.contact))
        self.place = None
        self.offers.clear()
        self.legs.clear()
        return told

    def arrival(self, now: Stamp) -> acd.ContactArrived | None:
        """How the contact takes its place, original time included; None where it waits for nothing."""
        if self.place is None:
            return None
        not_before = now.mono_s if self.alone else None  # it may have been scheduled
        return self.place.arrival(self.contact, self.offers_made, now, not_before=not_before)

    def offered(self, offer: OfferId, agent: AgentId) -> None:
        """`agent` is being rung."""
        self.offers[offer] = agent
        self.count_offer(offer)

    def count_offer(self, offer: OfferId) -> None:
        """Its number is taken."""
        number = offer.rpartition("/")[2]
        self.offers_made = max(self.offers_made, int(number) if number.isdigit() else 0)

    def leave(self, agent: AgentId) -> acd.AcdEvent:
        """`agent`'s part in the contact is over."""
        wrap_up = self.engaged.pop(agent)
        return acd.AgentReleased(agent=agent, contact=self.contact, wrap_up=wrap_up)
