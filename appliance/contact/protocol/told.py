"""What contact processes say to the switchboard, beside their events."""

from __future__ import annotations

from appliance.contact.protocol.base import Message, MonitorMode
from appliance.dialplan import Strategy
from appliance.events import ContactEvent
from appliance.ids import AgentId, ContactId, Extension, QueueId, SlotId


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


class Obeyed(Message, frozen=True, kw_only=True):
    """What came of the command with this `order` for `contact`: `why` nothing was done, "" where it was. Said after the
    events that it caused. Not kept: who asked doesn't wait for long."""

    contact: ContactId
    order: int
    why: str = ""


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
