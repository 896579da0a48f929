"""The store: SQLite by sqlite-utils. Migrations, repositories, outbox; the only room that speaks SQL.

with Store.open(paths.store) as store:
    store.events.append(batch)
    with store.transaction():
        store.agent_states.put(state)
        store.records.save(record)
"""

from appliance.store.agent_states import AgentState
from appliance.store.agents import StoredAgent
from appliance.store.contact_row import ContactRow, Stage
from appliance.store.extensions import StoredExtension
from appliance.store.failures import (
    EventConflictError,
    EventGapError,
    StoreFullError,
    StoreLockedError,
    StoreVersionError,
    UnknownReferenceError,
)
from appliance.store.flows import StoredFlow
from appliance.store.order import chronological
from appliance.store.outbox import OutboxRow
from appliance.store.queues import StoredQueue
from appliance.store.recordings import RecordingRow, RecordingStatus
from appliance.store.routing_profiles import StoredProfile
from appliance.store.store import Store

__all__ = [
    "AgentState",
    "ContactRow",
    "EventConflictError",
    "EventGapError",
    "OutboxRow",
    "RecordingRow",
    "RecordingStatus",
    "Stage",
    "Store",
    "StoreFullError",
    "StoreLockedError",
    "StoreVersionError",
    "StoredAgent",
    "StoredExtension",
    "StoredFlow",
    "StoredProfile",
    "StoredQueue",
    "UnknownReferenceError",
    "chronological",
]
