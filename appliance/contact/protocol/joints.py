"""Contacts that begin or meet by command."""

from __future__ import annotations

import enum

import msgspec

from appliance.contact.protocol.base import Command, MonitorMode
from appliance.events import InitiationMethod
from appliance.ids import AgentId, ContactId, Extension, FlowId, OfferId, QueueId


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
