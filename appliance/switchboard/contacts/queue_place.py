"""A contact's place in a queue as its events tell of it, and how the ACD is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from appliance import events as said
from appliance.acd import events as acd
from appliance.events.criteria import RoutingStep
from appliance.ids import AgentId, ContactId, QueueId
from appliance.stamps import Stamp
from appliance.switchboard.contacts.timescale import mono_of


@dataclass(slots=True, kw_only=True)
class Place:
    """Held since `since`; `granted` once the contact process said ContactQueued. `criteria` count from
    `criteria_since`; `last_agent`: who talked with the customer the time before."""

    queue: QueueId
    since: Stamp
    priority: int
    time_adjustment_s: int
    criteria: tuple[RoutingStep, ...]
    criteria_since: Stamp
    last_agent: AgentId | None = None
    granted: bool = False

    @classmethod
    def asked_for(cls, body: said.QueueRequested, at: Stamp, last_agent: AgentId | None) -> Place:
        return cls(
            queue=body.queue,
            since=body.waiting_since or at,
            priority=body.priority,
            time_adjustment_s=body.time_adjustment_s,
            criteria=body.criteria,
            criteria_since=at,
            last_agent=last_agent,
        )

    def update(self, body: said.RoutingUpdated, at: Stamp) -> None:
        """Take over what is given."""
        if body.criteria is not None:
            self.criteria, self.criteria_since = body.criteria, at
        if body.priority is not None:
            self.priority = body.priority
        if body.time_adjustment_s is not None:
            self.time_adjustment_s = body.time_adjustment_s

    def arrival(
        self, contact: ContactId, offers_made: int, now: Stamp, *, not_before: float | None
    ) -> acd.ContactArrived:
        """How the contact takes the place, original times included."""
        return acd.ContactArrived(
            contact=contact,
            queue=self.queue,
            enqueued_at=mono_of(self.since, now),
            priority=self.priority,
            time_adjustment_s=self.time_adjustment_s,
            forced=self.granted,
            offers_made=offers_made,
            criteria=self.criteria,
            criteria_since=mono_of(self.criteria_since, now),
            last_agent=self.last_agent,
            not_before=not_before,
        )
