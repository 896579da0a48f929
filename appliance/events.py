"""What happens to a contact, as data: the append-only truth from which record, metrics and sync are made.

A contact process writes its events to its journal first, then sends them to the switchboard, which stores them.
The switchboard adds its own (after-contact work, repair after a crash). Past tense, frozen, one class each; the
tag `type` on the wire is the class name. Pure data: no I/O.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from appliance.ids import (
    AgentId,
    ContactId,
    Extension,
    FlowId,
    LegId,
    OfferId,
    QueueId,
    RecordingId,
    SlotId,
    TrunkId,
)
from appliance.stamps import Stamp


class InitiationMethod(enum.StrEnum):
    """How a contact began (contact record data model)."""

    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"
    TRANSFER = "TRANSFER"
    QUEUE_TRANSFER = "QUEUE_TRANSFER"
    CALLBACK = "CALLBACK"
    API = "API"
    DISCONNECT = "DISCONNECT"
    MONITOR = "MONITOR"
    EXTERNAL_OUTBOUND = "EXTERNAL_OUTBOUND"


class DisconnectReason(enum.StrEnum):
    """Why a contact ended (contact record data model, voice)."""

    CUSTOMER_DISCONNECT = "CUSTOMER_DISCONNECT"
    AGENT_DISCONNECT = "AGENT_DISCONNECT"
    THIRD_PARTY_DISCONNECT = "THIRD_PARTY_DISCONNECT"
    CONTACT_FLOW_DISCONNECT = "CONTACT_FLOW_DISCONNECT"
    BARGED = "BARGED"
    OTHER = "OTHER"
    TELECOM_PROBLEM = "TELECOM_PROBLEM"
    TELECOM_BUSY = "TELECOM_BUSY"
    TELECOM_NUMBER_INVALID = "TELECOM_NUMBER_INVALID"
    TELECOM_UNANSWERED = "TELECOM_UNANSWERED"
    TELECOM_TIMEOUT = "TELECOM_TIMEOUT"
    TELECOM_ORIGINATOR_CANCEL = "TELECOM_ORIGINATOR_CANCEL"


class LegRole(enum.StrEnum):
    """Whose connection a leg is."""

    CUSTOMER = "customer"
    AGENT = "agent"
    THIRD_PARTY = "third_party"
    SUPERVISOR = "supervisor"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A party's address: E.164 for TELEPHONE_NUMBER, an extension or SIP user for VOIP."""

    address: str
    type: str = "TELEPHONE_NUMBER"
    display_name: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """What an event says; every event type is a subclass."""


class ContactInitiated(Body, frozen=True, kw_only=True):
    """First event of every contact. `initial` and `previous` link a chain of transfers."""

    method: InitiationMethod
    customer: Endpoint
    system: Endpoint | None = None
    initial: ContactId | None = None
    previous: ContactId | None = None
    slot: SlotId
    source: str = ""  # "extension:101", "trunk:acme"
    agent: AgentId | None = None  # who dialled, for OUTBOUND


class SystemConnected(Body, frozen=True, kw_only=True):
    """The customer's leg was answered by the box (ConnectedToSystemTimestamp)."""


class LegStarted(Body, frozen=True, kw_only=True):
    """A leg exists in SIP. `sip_call_id` lets the edge end the dialog when the contact process can't."""

    leg: LegId
    role: LegRole
    uri: str
    sip_call_id: str
    outgoing: bool
    agent: AgentId | None = None
    extension: Extension | None = None


class LegRinging(Body, frozen=True, kw_only=True):
    leg: LegId
    early_media: bool = False


class LegAnswered(Body, frozen=True, kw_only=True):
    leg: LegId
    codec: str = ""
    trunk: TrunkId | None = None


class LegHeld(Body, frozen=True, kw_only=True):
    """The party put us on hold from its own phone (re-INVITE sendonly / inactive)."""

    leg: LegId


class LegResumed(Body, frozen=True, kw_only=True):
    leg: LegId


class LegMuted(Body, frozen=True, kw_only=True):
    leg: LegId


class LegUnmuted(Body, frozen=True, kw_only=True):
    leg: LegId


class LegQuality(msgspec.Struct, frozen=True, kw_only=True):
    """Media figures of a leg as the box saw them: packets, milliseconds."""

    received: int = 0
    lost: int = 0
    sent: int = 0
    jitter_ms: float = 0.0
    rtt_ms: float = 0.0


class LegEnded(Body, frozen=True, kw_only=True):
    """`sip_status` is the final SIP status (200 for a normal BYE); `remote` says which side hung up."""

    leg: LegId
    role: LegRole
    sip_status: int
    reason: str = ""
    remote: bool
    quality: LegQuality | None = None


class FlowStarted(Body, frozen=True, kw_only=True):
    """`bundle_sha256`: hash of all flows and parts in force when the contact began; `flow_sha256`: of this flow."""

    flow: FlowId
    flow_type: str
    bundle_sha256: str
    flow_sha256: str = ""


class FlowActionTaken(Body, frozen=True, kw_only=True):
    """One step of the flow path: `result` is the branch taken (a condition operand, an error type or "Success").

    `error`: an error branch was taken; `lacking`: why the box can't do the action (`appliance.flow.commands.Trace`).
    """

    flow: FlowId
    action: str
    action_type: str
    result: str
    error: bool = False
    lacking: str = ""


class FlowEnded(Body, frozen=True, kw_only=True):
    """`outcome` is Connect's flow outcome, e.g. TRANSFERED_TO_QUEUE (spelling as documented). `detail` is for people;
    `fatal`: not the flow's wiring but the box itself ended it."""

    flow: FlowId
    outcome: str
    detail: str = ""
    fatal: bool = False


class FunctionInvoked(Body, frozen=True, kw_only=True):
    """A flow waited `took_s` for a local function. `outcome`: returned, cached (the last good answer stood in,
    `age_s` old), failed. `reason` says why it isn't "returned"; `tries` were made."""

    function: str
    outcome: str
    took_s: float
    tries: int = 0
    age_s: float | None = None
    reason: str = ""


class AttributesUpdated(Body, frozen=True, kw_only=True):
    attributes: dict[str, str]


class QueueRequested(Body, frozen=True, kw_only=True):
    """The flow asks for a place in a queue; the switchboard answers with AcceptIntoQueue or RefuseQueue."""

    queue: QueueId
    priority: int = 5
    time_adjustment_s: int = 0


class ContactQueued(Body, frozen=True, kw_only=True):
    queue: QueueId


class ContactDequeued(Body, frozen=True, kw_only=True):
    """`reason`: connected, abandoned, transferred, disconnected, failed."""

    queue: QueueId
    reason: str


class AgentOffered(Body, frozen=True, kw_only=True):
    offer: OfferId
    agent: AgentId
    extension: Extension


class AgentConnected(Body, frozen=True, kw_only=True):
    """Customer and agent hear each other (ConnectedToAgentTimestamp)."""

    agent: AgentId
    extension: Extension
    offer: OfferId | None = None


class AgentMissed(Body, frozen=True, kw_only=True):
    """`cause`: no_answer, busy, rejected, unreachable, abandoned (customer left while ringing), withdrawn."""

    offer: OfferId
    agent: AgentId
    cause: str
    sip_status: int = 0


class AgentLeft(Body, frozen=True, kw_only=True):
    """The agent's part in the contact is over; after-contact work may follow."""

    agent: AgentId


class CustomerHeld(Body, frozen=True, kw_only=True):
    by: AgentId | None = None


class CustomerResumed(Body, frozen=True, kw_only=True):
    by: AgentId | None = None


class RecordingStarted(Body, frozen=True, kw_only=True):
    """`customer_path` and `agent_path` are the two growing WAV files (mono PCM16, `rate_hz`)."""

    recording: RecordingId
    customer_path: str
    agent_path: str
    rate_hz: int


class RecordingStopped(Body, frozen=True, kw_only=True):
    """`reason`: contact ended, flow, transferred, disk full."""

    recording: RecordingId
    reason: str


class RecordingRefused(Body, frozen=True, kw_only=True):
    """Wanted by the flow but not made; the call goes on. `reason`: disk full."""

    reason: str


class RecordingFinished(Body, frozen=True, kw_only=True):
    """The stereo file is complete: customer left, agent right. Written by the switchboard."""

    recording: RecordingId
    path: str
    sha256: str
    duration_s: float
    bytes: int


class ContactTransferred(Body, frozen=True, kw_only=True):
    """This segment ends because the customer goes on as `next`. `kind`: blind, queue."""

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


class AfterContactWorkStarted(Body, frozen=True, kw_only=True):
    agent: AgentId


class AfterContactWorkEnded(Body, frozen=True, kw_only=True):
    agent: AgentId


class ContactClosed(Body, frozen=True, kw_only=True):
    """Last event of a contact: no further event will come and the record has been built."""


AnyBody = (
    ContactInitiated
    | SystemConnected
    | LegStarted
    | LegRinging
    | LegAnswered
    | LegHeld
    | LegResumed
    | LegMuted
    | LegUnmuted
    | LegEnded
    | FlowStarted
    | FlowActionTaken
    | FlowEnded
    | FunctionInvoked
    | AttributesUpdated
    | QueueRequested
    | ContactQueued
    | ContactDequeued
    | AgentOffered
    | AgentConnected
    | AgentMissed
    | AgentLeft
    | CustomerHeld
    | CustomerResumed
    | RecordingStarted
    | RecordingStopped
    | RecordingRefused
    | RecordingFinished
    | ContactTransferred
    | ContactDisconnected
    | MediaFailed
    | AfterContactWorkStarted
    | AfterContactWorkEnded
    | ContactClosed
)


class Writer(enum.StrEnum):
    """Who numbered an event; (contact, writer, seq) is unique."""

    CONTACT = "contact"
    SWITCHBOARD = "switchboard"


class ContactEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place: `seq` counts from 1 without gaps per contact and writer."""

    contact: ContactId
    writer: Writer
    seq: int
    at: Stamp
    body: AnyBody


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ContactEvent)


def encode_event(event: ContactEvent) -> bytes:
    """One line of JSON without the newline: the form of the journal, the link and the store."""
    return _encoder.encode(event)


def decode_event(line: bytes | str) -> ContactEvent:
    """The event of one line. Raises msgspec.DecodeError (torn or foreign line)."""
    return _decoder.decode(line)


def body_fields(body: AnyBody) -> dict[str, Any]:
    """The event's fields as plain JSON types, with its `type`."""
    fields: dict[str, Any] = msgspec.to_builtins(body)
    return fields
