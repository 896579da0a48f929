"""One agent as the ACD follows it: plan, status, activity, and the contacts behind the activity.

Mutable and internal to this room; decides nothing about routing and emits no commands.
"""

from __future__ import annotations

from appliance.acd.agent_states import Signal, activity_after
from appliance.acd.commands import AgentStateChanged
from appliance.acd.lanes import AgentKey
from appliance.acd.model import AVAILABLE, OFFLINE, Activity, AgentPlan, QueueShare
from appliance.ids import AgentId, ContactId, OfferId, QueueId

RESTING = frozenset({Activity.IDLE, Activity.MISSED})
UNTOUCHED = frozenset({Activity.IDLE, Activity.RINGING})  # an offer that came to nothing leaves the idle time


class Agent:
    """`contacts` and `wrap_ups` map a contact to the queue it came from (None: no queue, or not known any more).

    `ringing` is the contact of the open offer; `offer` its id, None while a restored offer waits for its contact.
    `missed` outlives a contact taken in the missed state. `listed` is the key the agent has in the lanes.
    """

    __slots__ = (
        "_served",
        "activity",
        "contacts",
        "idle_since",
        "listed",
        "missed",
        "next_status",
        "offer",
        "plan",
        "ringing",
        "shares",
        "since",
        "status",
        "told",
        "wrap_ups",
    )

    def __init__(self, plan: AgentPlan, now: float) -> None:
        self.configure(plan)
        self.status = OFFLINE
        self.next_status: str | None = None
        self.activity = Activity.IDLE
        self.since = now
        self.idle_since = now
        self.missed = False
        self.ringing: ContactId | None = None
        self.offer: OfferId | None = None
        self.contacts: dict[ContactId, QueueId | None] = {}
        self.wrap_ups: dict[ContactId, QueueId | None] = {}
        self.listed: AgentKey | None = None
        self.told = self.state()

    def configure(self, plan: AgentPlan) -> None:
        """Take a new plan; of several shares of one queue the first counts."""
        self.plan = plan
        shares: dict[QueueId, QueueShare] = {}
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
        return self.activity is Activity.IDLE and self.status == AVAILABLE

    @property
    def order(self) -> AgentKey:
        """Longest idle first, ties by id."""
        return (self.idle_since, self.plan.agent)

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
        self.move(Signal.CONNECTED, now)

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
        return Signal.MISSED if self.missed else Signal.FREED

    def choose(self, status: str, now: float) -> None:
        """Take `status`, or note it as the next one while ringing, on a contact or in wrap-up."""
        if status == AVAILABLE:
            self.missed = False
        if self.activity not in RESTING:
            self.next_status = None if status == self.status else status
            return
        self._take_status(status, now)
        if self.activity is Activity.MISSED and not self.missed:
            self.settle(now)

    def _take_status(self, status: str, now: float) -> None:
        if status == self.status:
            return
        self.status = status
        self.since = now
        self.idle_since = now

    def state(self) -> AgentStateChanged:
        return AgentStateChanged(
            agent=self.plan.agent,
            status=self.status,
            activity=self.activity.value,
            since=self.since,
            idle_since=self.idle_since,
            contact=self.contact,
            queue=self.queue,
            next_status=self.next_status,
        )
