"""What is asked of people who talk: hold, consult, transfer, park, page, record, hang up."""

from __future__ import annotations

from appliance.contact.protocol.base import Command
from appliance.events import DisconnectReason
from appliance.ids import AgentId, Extension, LegId


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


class HangUpContact(Command, frozen=True, kw_only=True):
    """Ends every leg. `sip_status` is the final answer if the customer's leg isn't answered yet."""

    reason: DisconnectReason = DisconnectReason.OTHER
    sip_status: int = 480
