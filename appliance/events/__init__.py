"""What happens to a contact, as data: the append-only truth from which record, metrics and sync are made.

A contact process writes its events to its journal first, then sends them to the switchboard, which stores them.
The switchboard adds its own (after-contact work, repair after a crash). Past tense, frozen, one class each; the
tag `type` on the wire is the class name. Pure data: no I/O.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from appliance.events.base import Body, DisconnectReason, Endpoint, InitiationMethod, LegRole
from appliance.events.errands import AttemptFollows, AttemptPlanned, CallbackRequested, ErrandKind
from appliance.events.flows import FlowActionTaken, FlowEnded, FlowStarted, FunctionInvoked, InputEncrypted
from appliance.events.legs import (
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegQuality,
    LegResumed,
    LegRinging,
    LegStarted,
    LegUnmuted,
)
from appliance.events.outcome import DispositionChosen, NoteAdded
from appliance.events.parking import ContactParked, ContactUnparked, UnparkedOutcome
from appliance.events.queueing import (
    AfterContactWorkEnded,
    AfterContactWorkExtended,
    AfterContactWorkStarted,
    AgentConnected,
    AgentLeft,
    AgentMissed,
    AgentOffered,
    ContactDequeued,
    ContactQueued,
    QueueRequested,
    RoutingUpdated,
)
from appliance.events.recordings import (
    RecordingFinished,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from appliance.events.talk import (
    ConferenceEnded,
    ConferenceStarted,
    ConsultEnded,
    ConsultOutcome,
    ConsultStarted,
    ConsultWentOn,
    ContactJoined,
    CustomerHeld,
    CustomerResumed,
    DigitsSent,
    MonitoringChanged,
    MonitoringEnded,
    MonitoringRefused,
    MonitoringStarted,
    MonitorModeSet,
    PartiesToggled,
)
from appliance.events.visit import (
    AttributesUpdated,
    ContactClosed,
    ContactDisconnected,
    ContactInitiated,
    ContactTransferred,
    MediaFailed,
    SystemConnected,
)
from appliance.ids import ContactId
from appliance.stamps import Stamp

__all__ = [
    "AfterContactWorkEnded",
    "AfterContactWorkExtended",
    "AfterContactWorkStarted",
    "AgentConnected",
    "AgentLeft",
    "AgentMissed",
    "AgentOffered",
    "AnyBody",
    "AttemptFollows",
    "AttemptPlanned",
    "AttributesUpdated",
    "Body",
    "CallbackRequested",
    "ConferenceEnded",
    "ConferenceStarted",
    "ConsultEnded",
    "ConsultOutcome",
    "ConsultStarted",
    "ConsultWentOn",
    "ContactClosed",
    "ContactDequeued",
    "ContactDisconnected",
    "ContactEvent",
    "ContactInitiated",
    "ContactJoined",
    "ContactParked",
    "ContactQueued",
    "ContactTransferred",
    "ContactUnparked",
    "CustomerHeld",
    "CustomerResumed",
    "DigitsSent",
    "DisconnectReason",
    "DispositionChosen",
    "Endpoint",
    "ErrandKind",
    "FlowActionTaken",
    "FlowEnded",
    "FlowStarted",
    "FunctionInvoked",
    "InitiationMethod",
    "InputEncrypted",
    "LegAnswered",
    "LegEnded",
    "LegHeld",
    "LegMuted",
    "LegQuality",
    "LegResumed",
    "LegRinging",
    "LegRole",
    "LegStarted",
    "LegUnmuted",
    "MediaFailed",
    "MonitorModeSet",
    "MonitoringChanged",
    "MonitoringEnded",
    "MonitoringRefused",
    "MonitoringStarted",
    "NoteAdded",
    "PartiesToggled",
    "QueueRequested",
    "RecordingFinished",
    "RecordingPaused",
    "RecordingRefused",
    "RecordingResumed",
    "RecordingStarted",
    "RecordingStopped",
    "RoutingUpdated",
    "SystemConnected",
    "UnparkedOutcome",
    "Writer",
    "body_fields",
    "decode_event",
    "encode_event",
]

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
    | InputEncrypted
    | AttributesUpdated
    | QueueRequested
    | RoutingUpdated
    | ContactQueued
    | ContactDequeued
    | AgentOffered
    | AgentConnected
    | AgentMissed
    | AgentLeft
    | CustomerHeld
    | CustomerResumed
    | ConsultStarted
    | ConsultWentOn
    | ConsultEnded
    | PartiesToggled
    | ConferenceStarted
    | ConferenceEnded
    | DigitsSent
    | MonitoringStarted
    | MonitoringRefused
    | MonitoringEnded
    | MonitoringChanged
    | MonitorModeSet
    | ContactJoined
    | RecordingStarted
    | RecordingStopped
    | RecordingRefused
    | RecordingPaused
    | RecordingResumed
    | RecordingFinished
    | ContactTransferred
    | ContactParked
    | ContactUnparked
    | ContactDisconnected
    | MediaFailed
    | AfterContactWorkStarted
    | AfterContactWorkExtended
    | AfterContactWorkEnded
    | CallbackRequested
    | AttemptPlanned
    | AttemptFollows
    | DispositionChosen
    | NoteAdded
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
