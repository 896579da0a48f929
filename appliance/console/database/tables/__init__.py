"""What the console keeps, a module a subject. Every module is imported here, so that the metadata is whole."""

from __future__ import annotations

from appliance.console.database.tables.agents import AgentStateChange, LastAgentState
from appliance.console.database.tables.audit import AuditEntry, AuditHead
from appliance.console.database.tables.authority import Certificate, EnrolmentCode, EnrolmentFailure, Sighting
from appliance.console.database.tables.branches import Box, Branch
from appliance.console.database.tables.chains import Chain, SignedHead
from appliance.console.database.tables.contacts import Contact
from appliance.console.database.tables.erasures import Erasure, ErasureContact, ErasureReceipt, HeldContact, Hold
from appliance.console.database.tables.events import Event
from appliance.console.database.tables.happenings import Happening, MetricSnapshot
from appliance.console.database.tables.inventory import InventoryEntry
from appliance.console.database.tables.live import LiveBranch
from appliance.console.database.tables.orders import Blob, BoxOrder, DesiredItem, Drift
from appliance.console.database.tables.outages import OutageNote
from appliance.console.database.tables.people import Person, PersonGrant, PersonSession, RecoveryCode, WrongTries
from appliance.console.database.tables.prompts import PromptVersion
from appliance.console.database.tables.recordings import Recording, Wave
from appliance.console.database.tables.retention import Retention
from appliance.console.database.tables.tokens import ApiToken
from appliance.console.database.tables.uploads import Upload, UploadPart
from appliance.console.database.tables.webhooks import Webhook, WebhookDelivery

__all__ = [
    "AgentStateChange",
    "ApiToken",
    "AuditEntry",
    "AuditHead",
    "Blob",
    "Box",
    "BoxOrder",
    "Branch",
    "Certificate",
    "Chain",
    "Contact",
    "DesiredItem",
    "Drift",
    "EnrolmentCode",
    "EnrolmentFailure",
    "Erasure",
    "ErasureContact",
    "ErasureReceipt",
    "Event",
    "Happening",
    "HeldContact",
    "Hold",
    "InventoryEntry",
    "LastAgentState",
    "LiveBranch",
    "MetricSnapshot",
    "OutageNote",
    "Person",
    "PersonGrant",
    "PersonSession",
    "PromptVersion",
    "Recording",
    "RecoveryCode",
    "Retention",
    "Sighting",
    "SignedHead",
    "Upload",
    "UploadPart",
    "Wave",
    "Webhook",
    "WebhookDelivery",
    "WrongTries",
]
