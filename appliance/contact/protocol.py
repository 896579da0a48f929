"""What a contact process and the switchboard say to each other over the link (a Unix stream socket).

Each message is one line of JSON. The contact process connects (and reconnects), says `Hello`, then sends every event
of its journal that was not acknowledged yet; the switchboard acknowledges what it has stored and sends commands.
A command that no longer fits (the offer is gone, the leg has ended) is ignored: the events tell what happened.

The process sleeps in pjsua2's event loop, which can't watch our socket. Whoever sends it a command therefore also sends
the datagram `WAKE` to its SIP port on 127.0.0.1 (an RFC 5626 §3.5.1 keep-alive, which the SIP stack swallows).
Acknowledgements need no waking.
Pure data: this module must not import pjsua2.
"""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.events import ContactEvent, DisconnectReason
from appliance.ids import AgentId, ContactId, Extension, LegId, OfferId, QueueId, SlotId

WAKE = b"\r\n\r\n"


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of everything on the link."""


# ── contact process → switchboard ────────────────────────────────────────────────────────────────────────────────


class Hello(Message, frozen=True, kw_only=True):
    """First message of a connection. `contact` is the contact under way, None in a free process.

    Events of `contact` that the switchboard has not acknowledged follow at once as `Event` messages.
    """

    slot: SlotId
    pid: int
    sip_port: int
    contact: ContactId | None = None


class Event(Message, frozen=True, kw_only=True):
    event: ContactEvent


class Released(Message, frozen=True, kw_only=True):
    """The contact is over for the process: every leg is down and the process is free for the next one."""

    contact: ContactId


class MeasureMetrics(Message, frozen=True, kw_only=True):
    """A flow wants the figures of a queue or an agent now; answered by TellMetrics. Not kept: a late answer is none."""

    contact: ContactId
    queue: QueueId | None = None
    agent: AgentId | None = None


# ── switchboard → contact process ────────────────────────────────────────────────────────────────────────────────


class Acknowledge(Message, frozen=True, kw_only=True):
    """Events of `contact` up to and including `seq` are in the store."""

    contact: ContactId
    seq: int


class Command(Message, frozen=True, kw_only=True):
    """Base of what the switchboard asks of the contact under way."""

    contact: ContactId


class AcceptIntoQueue(Command, frozen=True, kw_only=True):
    queue: QueueId
    position: int


class RefuseQueue(Command, frozen=True, kw_only=True):
    """`error`: QueueAtCapacity (queue full) or NoMatchingError (no such queue)."""

    queue: QueueId
    error: str


class UpdateQueuePosition(Command, frozen=True, kw_only=True):
    """1 is next. Also carries metrics for `$.Metrics` (names as in the flow language, values as text)."""

    position: int
    metrics: dict[str, str] = msgspec.field(default_factory=dict)


class TellMetrics(Command, frozen=True, kw_only=True):
    """Values for `$.Metrics` (names without that prefix, as text); empty where the queue or agent is unknown."""

    metrics: dict[str, str] = msgspec.field(default_factory=dict)


class OfferContact(Command, frozen=True, kw_only=True):
    offer: OfferId
    agent: AgentId
    extension: Extension
    ring_timeout_s: float


class WithdrawOffer(Command, frozen=True, kw_only=True):
    offer: OfferId


class HoldCustomer(Command, frozen=True, kw_only=True):
    by: AgentId | None = None


class ResumeCustomer(Command, frozen=True, kw_only=True):
    by: AgentId | None = None


class MuteLeg(Command, frozen=True, kw_only=True):
    leg: LegId


class UnmuteLeg(Command, frozen=True, kw_only=True):
    leg: LegId


class TransferContact(Command, frozen=True, kw_only=True):
    """Blind transfer to `target` as dialled: an extension, a queue ("queue:sales") or an outside number."""

    target: str
    by: AgentId | None = None


class HangUpContact(Command, frozen=True, kw_only=True):
    """Ends every leg. `sip_status` is the final answer if the customer's leg isn't answered yet."""

    reason: DisconnectReason = DisconnectReason.OTHER
    sip_status: int = 480


class DialPlanChanged(Message, frozen=True, kw_only=True):
    """The published dial plan or flows are new; read them at the next contact."""


class Retire(Message, frozen=True, kw_only=True):
    """Leave when the contact under way is over; the zygote puts a fresh process in the slot."""


FromContact = Hello | Event | Released | MeasureMetrics
ToContact = (
    Acknowledge
    | AcceptIntoQueue
    | RefuseQueue
    | UpdateQueuePosition
    | TellMetrics
    | OfferContact
    | WithdrawOffer
    | HoldCustomer
    | ResumeCustomer
    | MuteLeg
    | UnmuteLeg
    | TransferContact
    | HangUpContact
    | DialPlanChanged
    | Retire
)

_encoder = msgspec.json.Encoder()
_from_contact: msgspec.json.Decoder[Any] = msgspec.json.Decoder(FromContact)
_to_contact: msgspec.json.Decoder[Any] = msgspec.json.Decoder(ToContact)


def encode_message(message: Message) -> bytes:
    """The line for `message`, newline included."""
    return _encoder.encode(message) + b"\n"


def decode_from_contact(line: bytes) -> Hello | Event | Released | MeasureMetrics:
    """Raises msgspec.DecodeError for a line that is none of ours."""
    message: Hello | Event | Released | MeasureMetrics = _from_contact.decode(line)
    return message


def decode_to_contact(line: bytes) -> Message:
    """Raises msgspec.DecodeError for a line that is none of ours."""
    message: Message = _to_contact.decode(line)
    return message
