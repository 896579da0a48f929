"""The order of a queue: who holds which place, from acceptance to answer. An offered contact keeps its place.

Order: contact priority (1 first), then enqueue time less the time adjustment, then id. Decides no routing.
"""

from __future__ import annotations

from bisect import bisect_left

from appliance.acd.commands import TellPosition
from appliance.acd.criteria import only, step_in_force
from appliance.acd.lanes import PlaceKey, put, take
from appliance.acd.model import AgentOrder, QueuePlan
from appliance.acd.needs import Need
from appliance.events.criteria import Expression, RoutingStep
from appliance.ids import AgentId, ContactId, OfferId, QueueId

NO_SUCH_QUEUE = "NoMatchingError"  # error names of the flow language, TransferContactToQueue
AT_CAPACITY = "QueueAtCapacity"


class Place:
    """A contact's place in a queue. `offer` is the open one; `offered_to` all offers of this stay, for late answers;
    `paused_by` the offer that has just ended and may still ring; `steps` what is asked of agents since `steps_since`,
    `need` what they were asked when the contact was last exposed; `wished`: the agent asked for before all steps, for
    `wish_s`; `due`: scheduled for then, None: waiting.
    """

    __slots__ = (
        "contact",
        "due",
        "enqueued_at",
        "key",
        "need",
        "offer",
        "offered_to",
        "offers_made",
        "paused_by",
        "queue",
        "steps",
        "steps_since",
        "wish_s",
        "wished",
    )

    def __init__(self, contact: ContactId, queue: QueueId, enqueued_at: float, offers_made: int) -> None:
        self.contact = contact
        self.queue = queue
        self.enqueued_at = enqueued_at
        self.offers_made = offers_made
        self.offer: OfferId | None = None
        self.paused_by: OfferId | None = None
        self.offered_to: dict[OfferId, AgentId] = {}
        self.key: PlaceKey = (0, 0.0, contact)
        self.steps: tuple[RoutingStep, ...] = ()
        self.steps_since = enqueued_at
        self.wished: AgentId | None = None
        self.wish_s = 0.0
        self.need: Need | None = None
        self.due: float | None = None

    def rank(self, priority: int, time_adjustment_s: float) -> None:
        """Set the order key: a positive adjustment makes the contact look as if it had waited longer."""
        self.key = (priority, self.enqueued_at - time_adjustment_s, self.contact)

    def asks(self, now: float, *, wished_is_there: bool) -> tuple[Expression | None, float | None]:
        """What is asked of agents now (None: nothing), and until when. The steps follow the wish; while the wished
        agent isn't there, the first of them holds already."""
        wish_until = self.enqueued_at + (self.wish_s if self.wished is not None else 0.0)
        if self.wished is not None and wished_is_there and now < wish_until:
            return only(self.wished), wish_until
        return step_in_force(self.steps, max(self.steps_since, wish_until), now)


class Line:
    """The places of one queue. `open`: takes new contacts; a removed queue stays closed until its line is empty.
    `scheduled` contacts belong to the queue but hold no place yet."""

    __slots__ = ("_turn", "_turns", "keys", "offered", "open", "plan", "scheduled")

    def __init__(self, plan: QueuePlan, *, is_open: bool) -> None:
        self.plan = plan
        self.open = is_open
        self.keys: list[PlaceKey] = []
        self.offered = 0
        self.scheduled: set[ContactId] = set()
        self._turn = 0
        self._turns: dict[AgentId, int] = {}

    @property
    def empty(self) -> bool:
        """Whether nobody waits or is to wait."""
        return not self.keys and not self.scheduled

    @property
    def waiting(self) -> int:
        """Contacts in queue as the metrics count them: without those being offered (CONTACTS_IN_QUEUE)."""
        return len(self.keys) - self.offered

    def refusal(self) -> str | None:
        """Why a new contact can't enter now, as the flow language names it; None if it can."""
        if not self.open or not self.plan.enabled:
            return NO_SUCH_QUEUE
        limit = self.plan.max_contacts
        return AT_CAPACITY if limit is not None and self.waiting + len(self.scheduled) >= limit else None

    def had_turn(self, agent: AgentId) -> None:
        """`agent` was just offered a contact of this queue."""
        self._turn += 1
        self._turns[agent] = self._turn

    def turn_of(self, agent: AgentId) -> int:
        """What the order of agents goes by before idle times: 0 unless the queue goes round."""
        return self._turns.get(agent, 0) if self.plan.agent_order is AgentOrder.ROUND_ROBIN else 0

    def forget(self, agent: AgentId) -> None:
        """`agent` has left."""
        self._turns.pop(agent, None)

    def position(self, key: PlaceKey) -> int:
        return bisect_left(self.keys, key) + 1

    def insert(self, key: PlaceKey) -> list[TellPosition]:
        """Give a place; what those behind must be told."""
        return self._told_from(put(self.keys, key) + 1)

    def remove(self, key: PlaceKey) -> list[TellPosition]:
        """Take the place away; what those behind must be told."""
        index = take(self.keys, key)
        return [] if index is None else self._told_from(index)

    def reorder(self, old: PlaceKey, new: PlaceKey) -> list[TellPosition]:
        """Move a contact within the line; what the others between the two places must be told."""
        was = take(self.keys, old)
        now = put(self.keys, new)
        first, last = (now, now) if was is None else (min(was, now), max(was, now))
        return [tell for tell in self._told_from(first, last + 1) if tell.contact != new[2]]

    def _told_from(self, start: int, stop: int | None = None) -> list[TellPosition]:
        queue = self.plan.queue
        return [
            TellPosition(contact=key[2], queue=queue, position=position)
            for position, key in enumerate(self.keys[start:stop], start + 1)
        ]
