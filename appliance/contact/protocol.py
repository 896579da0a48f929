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

import enum
from typing import Any

import msgspec

from appliance.dialplan import Strategy
from appliance.events import ContactEvent, DisconnectReason, InitiationMethod
from appliance.ids import AgentId, ContactId, Extension, FlowId, LegId, OfferId, QueueId, SlotId

WAKE = b"\r\n\r\n"


class MonitorMode(enum.StrEnum):
    LISTEN = "listen"  # hears both, heard by nobody
    WHISPER = "whisper"  # heard by the agent only
    BARGE = "barge"  # heard by everybody
    TAKE_OVER = "take_over"  # talks with the customer; the agent leaves


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


class AskTurn(Message, frozen=True, kw_only=True):
    """A ring group of `contact` rings its free `members` one after the other: whose turn is it? Answered by TellTurn.
    Not kept: without an answer they ring as listed."""

    contact: ContactId
    group: str
    strategy: Strategy
    members: tuple[str, ...]


class WishPark(Message, frozen=True, kw_only=True):
    """The talker of `contact` wants the customer parked, on `orbit` or, where it is empty, on any; by keys or by REFER
    to an orbit. Answered by ParkContact, or not at all where there is none."""

    contact: ContactId
    orbit: str = ""
    by: AgentId | None = None
    extension: Extension | None = None


class WishPage(Message, frozen=True, kw_only=True):
    """The phone of `extension` in `contact` wants to be heard by a group's phones. Answered by PagePhones."""

    contact: ContactId
    group: str
    extension: Extension | None = None


class ParkRefused(Message, frozen=True, kw_only=True):
    """Nobody talks in `contact` any more: `orbit` is free again."""

    contact: ContactId
    orbit: str


class Declined(Message, frozen=True, kw_only=True):
    """The process can't take the contact of an OriginateContact (it has one, or is leaving): try another process."""

    contact: ContactId


class JoinFailed(Message, frozen=True, kw_only=True):
    """The process of the contact `other` would not have the call of a JoinContact."""

    contact: ContactId
    other: ContactId
    sip_status: int


class WishMonitorMode(Message, frozen=True, kw_only=True):
    """The supervisor in the contact `contact` has pressed a key for another mode."""

    contact: ContactId
    mode: MonitorMode


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


class TellTurn(Command, frozen=True, kw_only=True):
    """The answer to AskTurn: the same members in the order in which they shall ring."""

    group: str
    members: tuple[str, ...]


class OfferContact(Command, frozen=True, kw_only=True):
    """`auto_accept`: the phone is asked to answer by itself, and the agent hears a tone then."""

    offer: OfferId
    agent: AgentId
    extension: Extension
    ring_timeout_s: float
    auto_accept: bool = False


class WithdrawOffer(Command, frozen=True, kw_only=True):
    offer: OfferId


class ParkContact(Command, frozen=True, kw_only=True):
    """Let the customer wait on `orbit`, which nobody else has. After `time_s` who parked is rung, then `fallback` (a
    target of a forward, "" for none)."""

    orbit: str
    time_s: float
    fallback: str = ""
    by: AgentId | None = None


class PagePhones(Command, frozen=True, kw_only=True):
    """Let these phones hear the page; `others`: further processes join for more."""

    extensions: tuple[Extension, ...] = ()
    others: bool = False


class HoldCustomer(Command, frozen=True, kw_only=True):
    by: AgentId | None = None


class ResumeCustomer(Command, frozen=True, kw_only=True):
    by: AgentId | None = None


class MuteLeg(Command, frozen=True, kw_only=True):
    leg: LegId


class UnmuteLeg(Command, frozen=True, kw_only=True):
    leg: LegId


class TransferContact(Command, frozen=True, kw_only=True):
    """Blind transfer to `target` as dialled: an extension, a number with a flow or outside, a queue ("queue:sales") or
    a quick connect ("quick:NAME")."""

    target: str
    by: AgentId | None = None


class PauseRecording(Command, frozen=True, kw_only=True):
    """Silence in the file until ResumeRecording, of the very length; ignored where nothing is recorded."""

    by: AgentId | None = None


class ResumeRecording(Command, frozen=True, kw_only=True):
    by: AgentId | None = None


class ConsultParty(Command, frozen=True, kw_only=True):
    """The customer waits on hold while the talker speaks with `target`, as TransferContact has it."""

    target: str
    by: AgentId | None = None


class ToggleParties(Command, frozen=True, kw_only=True):
    """The talker turns from the consulted to the customer or back; out of a conference to the consulted."""

    by: AgentId | None = None


class ConferParties(Command, frozen=True, kw_only=True):
    """Customer, talker and consulted hear each other."""

    by: AgentId | None = None


class CompleteTransfer(Command, frozen=True, kw_only=True):
    """The talker leaves; customer and consulted go on as the next contact. While it still rings: blind transfer."""

    by: AgentId | None = None


class DropConsulted(Command, frozen=True, kw_only=True):
    """The consulted is sent away; talker and customer are together."""

    by: AgentId | None = None


class SendDigits(Command, frozen=True, kw_only=True):
    """Press keys (0-9*#) towards whom the talker talks with. Never logged or stored."""

    digits: str


class OriginateContact(Command, frozen=True, kw_only=True):
    """To a free process: begin the contact with this id (click-to-dial, callback, campaign, monitoring, test call).

    The agent's phone (`extension`) rings first where one is given, with `offer` as its lease; then `number` is dialled,
    with `caller_id` (E.164, "": the trunk's own) and `caller_name`. Where no agent is given, `flow` runs for whom
    `number` answers. `outbound_flow`: outbound whisper. `queue`: whose contact it is. Times in seconds. Where `number`
    is empty, only the extension is rung: then `flow` runs for it, or a JoinContact follows. `page`: nobody
    is rung before PagePhones says who hears `extension`, whose contact is joined.

    `begin_by`: CLOCK_BOOTTIME seconds; a process that reads this later declines, so that nobody begins it twice.
    `initiated`: the contact exists already (it waited without a process): ContactInitiated is not written again,
    numbers go on after `seq`, and an agent who doesn't take it ends nothing: the process lets go, the contact waits on.
    """

    method: InitiationMethod
    agent: AgentId | None = None
    extension: Extension | None = None
    offer: OfferId | None = None
    ring_timeout_s: float = 20.0
    number: str = ""
    answer_timeout_s: float = 60.0
    caller_id: str = ""
    caller_name: str = ""
    queue: QueueId | None = None
    flow: FlowId | None = None
    outbound_flow: FlowId | None = None
    initial: ContactId | None = None
    previous: ContactId | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    page: bool = False
    begin_by: float | None = None
    initiated: bool = False
    seq: int = 0


class JoinRole(enum.StrEnum):
    """What the other process's leg becomes in the contact that expects it."""

    SUPERVISOR = "supervisor"  # hears, whispers, barges in (MonitorMode)
    AGENT = "agent"  # takes a waiting, ringing or parked contact (pick-up, un-park)


class ExpectJoin(Command, frozen=True, kw_only=True):
    """An INVITE for `join-<join>` from another contact process of this box is welcome, once, within `valid_s`.

    `join` is a secret of at least 128 bits that the switchboard made for these two processes.
    """

    join: str
    role: JoinRole
    mode: MonitorMode = MonitorMode.LISTEN
    agent: AgentId | None = None
    extension: Extension | None = None
    other: ContactId | None = None  # whose process dials
    valid_s: float = 10.0


class JoinContact(Command, frozen=True, kw_only=True):
    """Dial `join-<join>` at the contact process on `port`, and connect it with the party here, its customer; what a
    flow does with the party ends. `mode`: the party supervises the other contact."""

    join: str
    port: int
    other: ContactId
    mode: MonitorMode | None = None


class SetMonitorMode(Command, frozen=True, kw_only=True):
    """For the supervisors behind the leg to the contact `other`; for the supervisor here where that is `contact`.
    `agent`, `extension`: who takes over."""

    other: ContactId
    mode: MonitorMode
    agent: AgentId | None = None
    extension: Extension | None = None


class AnswerPreview(Command, frozen=True, kw_only=True):
    """The agent who is shown whom to call (campaign) has them called, or doesn't: as if 1 or 2 had been pressed."""

    call: bool


class HangUpContact(Command, frozen=True, kw_only=True):
    """Ends every leg. `sip_status` is the final answer if the customer's leg isn't answered yet."""

    reason: DisconnectReason = DisconnectReason.OTHER
    sip_status: int = 480


class DialPlanChanged(Message, frozen=True, kw_only=True):
    """The published dial plan or flows are new; read them at the next contact."""


class Retire(Message, frozen=True, kw_only=True):
    """Leave when the contact under way is over; the zygote puts a fresh process in the slot."""


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
