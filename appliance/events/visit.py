"""How a contact begins, is handed on and ends."""

from __future__ import annotations

from appliance.events.base import Body, DisconnectReason, Endpoint, InitiationMethod
from appliance.ids import AgentId, ContactId, QueueId, SlotId


class ContactInitiated(Body, frozen=True, kw_only=True):
    """First event of every contact. `initial` and `previous` link a chain of transfers. `slot`: None where it begins
    without a contact process (a callback that waits).

    slot: None where it begins without a contact process (a callback that waits); queue: on whose behalf somebody inside
    calls out; service: "feature:<name>" where a phone inside dialled a feature code: no customer's contact, counted by
    no metric.
    """

    method: InitiationMethod
    customer: Endpoint
    system: Endpoint | None = None
    initial: ContactId | None = None
    previous: ContactId | None = None
    slot: SlotId | None = None
    source: str = ""  # "extension:101", "trunk:acme"
    agent: AgentId | None = None  # who dialled, for OUTBOUND
    service: str = ""
    queue: QueueId | None = None


class SystemConnected(Body, frozen=True, kw_only=True):
    """The customer's leg was answered by the box (ConnectedToSystemTimestamp)."""


class AttributesUpdated(Body, frozen=True, kw_only=True):
    attributes: dict[str, str]


class ContactTransferred(Body, frozen=True, kw_only=True):
    """This segment ends because the customer goes on as `next`. `kind`: blind, queue, device_lost (the
    talker's device went in the talk), …"""

    next: ContactId
    target: str
    kind: str
    by: AgentId | None = None


class ContactDisconnected(Body, frozen=True, kw_only=True):
    """The customer's part is over, or this segment is. `sip_status` is what the customer's leg ended with.

    Status and cause of a failure are in `detail` (for people). `pre_disconnect_state` is what the metrics need:
    IN_FLOW, IN_QUEUE, RINGING, CONNECTED, CONNECTED_ONHOLD.
    """

    reason: DisconnectReason | None
    pre_disconnect_state: str
    detail: str = ""


class MediaFailed(Body, frozen=True, kw_only=True):
    """The contact process died; what the journal holds is all there is."""

    detail: str


class ContactClosed(Body, frozen=True, kw_only=True):
    """Last event of a contact: no further event will come and the record has been built."""
