"""What the console keeps, a module a subject. Every module is imported here, so that the metadata is whole."""

from __future__ import annotations

from appliance.console.database.tables.agents import AgentStateChange, LastAgentState
from appliance.console.database.tables.branches import Box, Branch
from appliance.console.database.tables.chains import Chain, SignedHead
from appliance.console.database.tables.contacts import Contact
from appliance.console.database.tables.events import Event
from appliance.console.database.tables.happenings import Happening, MetricSnapshot
from appliance.console.database.tables.inventory import InventoryEntry
from appliance.console.database.tables.live import LiveBranch
from appliance.console.database.tables.outages import OutageNote
from appliance.console.database.tables.recordings import Recording

__all__ = [
    "AgentStateChange",
    "Box",
    "Branch",
    "Chain",
    "Contact",
    "Event",
    "Happening",
    "InventoryEntry",
    "LastAgentState",
    "LiveBranch",
    "MetricSnapshot",
    "OutageNote",
    "Recording",
    "SignedHead",
]
