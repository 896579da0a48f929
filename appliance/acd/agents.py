"""One agent as the ACD follows it: plan, status, activity, and the contacts behind the activity.

Mutable and internal to this room; decides nothing about routing and emits no commands.
"""

from __future__ import annotations

from appliance.acd.agent_states import Signal, activity_after
from appliance.acd.commands import AgentStateChanged
from appliance.acd.lanes import AgentKey
from appliance.acd.model import (
    AVAILABLE,
    OFFLINE,
    OWN_PRIORITY,
    Activity,
    AgentPlan,
    AvailabilityTimer,
    QueueShare,
)
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId, agent_queue

RESTING = frozenset({Activity.IDLE, Activity.MISSED, Activity.ERROR})
UNTOUCHED = frozenset({Activity.IDLE, Activity.RINGING})  # an offer that came to nothing leaves the idle time


class Agent:
    """`contacts` and `wrap_ups` map a contact to the queue it came from (None: no queue, or not known any more).

    `ringing` is the contact of the open offer; `offer` its id, None while a restored offer waits for its contact.
    `trouble` (MISSED or FAILED) outlives a contact taken in that state. `seat` is the phone the agent sits at.
    `limits`: when the wrap-ups that have a limit are over. `listed`: the keys the agent has in the lanes, one a share.
    `was_present`: when the agent was last looked at.
    """

    __slots__ = (
        "_served",
        "activity",
        "contacts",
        "idle_since",
        "inbound_since",
        "limits",
        "listed",
        "next_status",
        "offer",
        "plan",
        "ringing",
        "seat",
        "shares",
        "since",
        "status",
        "told",
        "trouble",
        "was_present",
        "wrap_ups",
    )

    def __init__(self, plan: AgentPlan, now: float) -> None:
        self.seat: Extension | None = plan.extension
        self.configure(plan)
        self.status = OFFLINE
        self.next_status: str | None = None
        self.activity = Activity.IDLE
        self.since = now
        self.idle_since = now
        self.inbound_since = now
        self.trouble: Signal | None = None
        self.ringing: ContactId | None = None
        self.offer: OfferId | None = None
        self.contacts: dict[ContactId, QueueId | None] = {}
        self.wrap_ups: dict[ContactId, QueueId | None] = {}
        self.was_present = False
        self.limits: dict[ContactId, float] = {}
        self.listed: tuple[AgentKey, ...] | None = None
        self.told = self.state()

    def configure(self, plan: AgentPlan) -> None:
        """Take a new plan; of several shares of one queue the first counts. The agent's own queue is always served."""
        own = agent_queue(plan.agent)
        shares = {own: QueueShare(queue=own, priority=OWN_PRIORITY)}
        self.plan = plan
        for share in plan.queues:
            shares.setdefault(share.queue, share)
        self.shares = tuple(shares.values())
        self._served = frozenset(shares)

    def serves(self, queue: QueueId) -> bool:
        return queue in self._served

    @property
    def id(self) -> AgentId:
        return self.plan.agent

    @property
    def available(self) -> bool:
        """Can take an offer now (AGENTS_AVAILABLE, metrics.md section 3)."""
        return self.activity is Activity.IDLE and self.status == AVAILABLE and self.seat is not None

    @property
    def present(self) -> bool:
        """At a phone and not Offline: may become available before long."""
        return self.seat is not None and self.status != OFFLINE

    @property
    def free_since(self) -> float:
        """Since when the agent counts as idle, by the timer of the routing profile."""
        return self.inbound_since if self.plan.timer is AvailabilityTimer.LAST_INBOUND else self.idle_since

    @property
    def contact(self) -> ContactId | None:
        """The contact behind the activity: the latest one under way, else in wrap-up, else ringing."""
        for contacts in (self.contacts, self.wrap_ups):
            if contacts:
                return next(reversed(contacts))
        return self.ringing

    @property
    def queue(self) -> QueueId | None:
        """The queue that `contact` came from, None while ringing."""
        contact = self.contact
        return None if contact is None else self.contacts.get(contact) or self.wrap_ups.get(contact)

    def move(self, signal: Signal, now: float) -> None:
        activity = activity_after(self.activity, signal)
        if activity is not self.activity:
            self.activity = activity
            self.since = now

    def ring(self, contact: ContactId, offer: OfferId | None, now: float) -> None:
        self.ringing = contact
        self.offer = offer
        self.move(Signal.OFFERED, now)

    def connect(self, contact: ContactId, queue: QueueId | None, now: float) -> None:
        self.ringing = None
        self.offer = None
        self.contacts[contact] = queue
        self._note_inbound(queue, now)
        self.move(Signal.CONNECTED, now)

    def leave(self, contact: ContactId, now: float, *, wrap_up: bool) -> None:
        """The agent's part in `contact`, which was under way, is over; `settle` follows."""
        queue = self.contacts.pop(contact)
        self._note_inbound(queue, now)
        if wrap_up:
            self.wrap_ups[contact] = queue

    def wrapped_up(self, contact: ContactId, now: float) -> None:
        """After-contact work is over; `settle` follows."""
        self._note_inbound(self.wrap_ups.pop(contact), now)
        self.limits.pop(contact, None)

    def _note_inbound(self, queue: QueueId | None, now: float) -> None:
        if queue is not None:
            self.inbound_since = now

    def settle(self, now: float) -> None:
        """Go to what is left after an offer, a contact or a wrap-up ended; a next status takes effect at rest."""
        before = self.activity
        self.move(self._left_over(), now)
        if self.activity not in RESTING:
            return
        if self.activity is Activity.IDLE and before not in UNTOUCHED:
            self.idle_since = now
        if self.next_status is not None:
            self._take_status(self.next_status, now)
            self.next_status = None

    def _left_over(self) -> Signal:
        if self.contacts:
            return Signal.CONNECTED
        if self.wrap_ups:
            return Signal.WRAPPING_UP
        return self.trouble or Signal.FREED

    def choose(self, status: str, now: float) -> None:
        """Take `status`, or note it as the next one while ringing, on a contact or in wrap-up."""
        if status == AVAILABLE:
            self.trouble = None
        if self.activity not in RESTING:
            self.next_status = None if status == self.status else status
            return
        self._take_status(status, now)
        if self.activity is not Activity.IDLE and self.trouble is None:
            self.settle(now)

    def _take_status(self, status: str, now: float) -> None:
        if status == self.status:
            return
        self.status = status
        self.since = now
        self.idle_since = now

    def state(self) -> AgentStateChanged:
        contact = self.contact
        return AgentStateChanged(
            agent=self.plan.agent,
            status=self.status,
            activity=self.activity.value,
            since=self.since,
            idle_since=self.idle_since,
            contact=contact,
            queue=self.queue,
            next_status=self.next_status,
            inbound_since=self.inbound_since,
            extension=self.seat,
            wrap_up_until=self.limits.get(contact) if contact is not None else None,
        )
