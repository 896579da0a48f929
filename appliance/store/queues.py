"""The queues repository: queues as configured with `linekeeper queue`."""

from __future__ import annotations

import msgspec

from appliance.acd.model import AgentOrder, QueuePlan
from appliance.ids import FlowId, QueueId
from appliance.store.connection import Connection, Row
from appliance.store.outbox import Outbox

QUEUE = "queue"
QUEUE_REMOVED = "queue_removed"


class StoredQueue(msgspec.Struct, frozen=True, kw_only=True):
    """`queue_flow` is the flow that entertains waiting contacts; None: the box's own music and announcements.

    hours: the calendar that flows ask about for this queue, "": none. caller_id, caller_name: number (E.164) and name
    shown to the outside; outbound_flow: outbound whisper of its calls out (OutboundCallerConfig). disconnect_flow: what
    customers hear when the agent has hung up (survey), where their flow wants nothing else.
    """

    plan: QueuePlan
    display_name: str = ""
    queue_flow: FlowId | None = None
    hours: str = ""
    caller_id: str = ""
    caller_name: str = ""
    outbound_flow: FlowId | None = None
    disconnect_flow: FlowId | None = None


class Queues:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, queue: StoredQueue) -> None:
        """Add the queue or change it."""
        plan = queue.plan
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO queues (queue, display_name, queue_flow, max_contacts, ring_timeout_s, wrap_up_s, enabled,"
                " hours, caller_id, agent_order, last_agent_s, caller_name, outbound_flow, disconnect_flow)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (queue) DO UPDATE SET display_name = excluded.display_name,"
                " queue_flow = excluded.queue_flow, max_contacts = excluded.max_contacts,"
                " ring_timeout_s = excluded.ring_timeout_s, wrap_up_s = excluded.wrap_up_s, enabled = excluded.enabled,"
                " hours = excluded.hours, caller_id = excluded.caller_id,"
                " agent_order = excluded.agent_order, last_agent_s = excluded.last_agent_s,"
                " caller_name = excluded.caller_name, outbound_flow = excluded.outbound_flow,"
                " disconnect_flow = excluded.disconnect_flow",
                (
                    plan.queue,
                    queue.display_name,
                    queue.queue_flow,
                    plan.max_contacts,
                    float(plan.ring_timeout_s),
                    float(plan.wrap_up_s),
                    int(plan.enabled),
                    queue.hours,
                    queue.caller_id,
                    plan.agent_order.value,
                    float(plan.last_agent_s),
                    queue.caller_name,
                    queue.outbound_flow,
                    queue.disconnect_flow,
                ),
            )
            self._outbox.add(QUEUE, queue)

    def get(self, queue: QueueId) -> StoredQueue | None:
        row = self._connection.row("SELECT * FROM queues WHERE queue = ?", (queue,))
        return None if row is None else _queue(row)

    def all(self) -> list[StoredQueue]:
        """Every queue by name."""
        return [_queue(row) for row in self._connection.rows("SELECT * FROM queues ORDER BY queue")]

    def remove(self, queue: QueueId) -> bool:
        """Remove the queue, from routing profiles too; False if there was none. Past records keep its name."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM queues WHERE queue = ?", (queue,)) > 0
            if removed:
                self._outbox.add(QUEUE_REMOVED, {"queue": queue})
        return removed


def _queue(row: Row) -> StoredQueue:
    plan = QueuePlan(
        queue=QueueId(row["queue"]),
        max_contacts=row["max_contacts"],
        ring_timeout_s=row["ring_timeout_s"],
        wrap_up_s=row["wrap_up_s"],
        enabled=bool(row["enabled"]),
        agent_order=AgentOrder(row["agent_order"]),
        last_agent_s=row["last_agent_s"],
    )
    return StoredQueue(
        plan=plan,
        display_name=row["display_name"],
        queue_flow=row["queue_flow"],
        hours=row["hours"],
        caller_id=row["caller_id"],
        caller_name=row["caller_name"],
        outbound_flow=row["outbound_flow"],
        disconnect_flow=row["disconnect_flow"],
    )
