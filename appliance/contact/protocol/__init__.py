"""What a contact process and the switchboard say to each other over the link (a Unix stream socket).

Each message is one line of JSON. The contact process connects (and reconnects), says `Hello`, then sends every event
of its journal that was not acknowledged yet; the switchboard acknowledges what it has stored and sends commands.
A command that no longer fits (the offer is gone, the leg has ended) changes nothing: the events tell what happened, and
`Obeyed` tells whoever has given the command an order number.

The process sleeps in pjsua2's event loop, which can't watch our socket. Whoever sends it a command therefore also sends
the datagram `WAKE` to its SIP port on 127.0.0.1 (an RFC 5626 §3.5.1 keep-alive, which the SIP stack swallows).
Acknowledgements need no waking.
Pure data: this room must not import pjsua2.
"""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.contact.protocol.base import WAKE, Command, Message, MonitorMode
from appliance.contact.protocol.joints import ExpectJoin, JoinContact, JoinRole, OriginateContact, SetMonitorMode
from appliance.contact.protocol.process import Acknowledge, DialPlanChanged, Retire
from appliance.contact.protocol.queueing import (
    AcceptIntoQueue,
    AnswerPreview,
    OfferContact,
    RefuseQueue,
    TellMetrics,
    TellTurn,
    UpdateQueuePosition,
    WithdrawOffer,
)
from appliance.contact.protocol.talk import (
    CompleteTransfer,
    ConferParties,
    ConsultParty,
    DropConsulted,
    HangUpContact,
    HoldCustomer,
    MuteLeg,
    PagePhones,
    ParkContact,
    PauseRecording,
    ResumeCustomer,
    ResumeRecording,
    SendDigits,
    ToggleParties,
    TransferContact,
    UnmuteLeg,
)
from appliance.contact.protocol.told import (
    AskTurn,
    Declined,
    Event,
    Hello,
    JoinFailed,
    MeasureMetrics,
    Obeyed,
    ParkRefused,
    Released,
    WishMonitorMode,
    WishPage,
    WishPark,
)

__all__ = [
    "WAKE",
    "AcceptIntoQueue",
    "Acknowledge",
    "AnswerPreview",
    "AskTurn",
    "Command",
    "CompleteTransfer",
    "ConferParties",
    "ConsultParty",
    "Declined",
    "DialPlanChanged",
    "DropConsulted",
    "Event",
    "ExpectJoin",
    "FromContact",
    "HangUpContact",
    "Hello",
    "HoldCustomer",
    "JoinContact",
    "JoinFailed",
    "JoinRole",
    "MeasureMetrics",
    "Message",
    "MonitorMode",
    "MuteLeg",
    "Obeyed",
    "OfferContact",
    "OriginateContact",
    "PagePhones",
    "ParkContact",
    "ParkRefused",
    "PauseRecording",
    "RefuseQueue",
    "Released",
    "ResumeCustomer",
    "ResumeRecording",
    "Retire",
    "SendDigits",
    "SetMonitorMode",
    "TellMetrics",
    "TellTurn",
    "ToContact",
    "ToggleParties",
    "TransferContact",
    "UnmuteLeg",
    "UpdateQueuePosition",
    "WishMonitorMode",
    "WishPage",
    "WishPark",
    "WithdrawOffer",
    "decode_from_contact",
    "decode_to_contact",
    "encode_message",
]

FromContact = (
    Hello
    | Event
    | Released
    | MeasureMetrics
    | AskTurn
    | WishPark
    | WishPage
    | ParkRefused
    | Declined
    | Obeyed
    | JoinFailed
    | WishMonitorMode
)


ToContact = (
    Acknowledge
    | AcceptIntoQueue
    | RefuseQueue
    | UpdateQueuePosition
    | TellMetrics
    | TellTurn
    | ParkContact
    | PagePhones
    | OfferContact
    | WithdrawOffer
    | HoldCustomer
    | ResumeCustomer
    | MuteLeg
    | UnmuteLeg
    | TransferContact
    | PauseRecording
    | ResumeRecording
    | ConsultParty
    | ToggleParties
    | ConferParties
    | CompleteTransfer
    | DropConsulted
    | SendDigits
    | OriginateContact
    | ExpectJoin
    | JoinContact
    | SetMonitorMode
    | AnswerPreview
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


def decode_from_contact(line: bytes) -> FromContact:
    """Raises msgspec.DecodeError for a line that is none of ours."""
    message: FromContact = _from_contact.decode(line)
    return message


def decode_to_contact(line: bytes) -> Message:
    """Raises msgspec.DecodeError for a line that is none of ours."""
    message: Message = _to_contact.decode(line)
    return message
