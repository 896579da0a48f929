"""Queues and quick connects."""

from __future__ import annotations

from typing import Literal

from appliance.acd.model import AgentOrder
from appliance.switchboard.requests.base import (
    Arguments,
    Count,
    FlowName,
    Label,
    MaybeFlow,
    Name,
    PhoneNumber,
    Ring,
    Seconds,
)


class QueueAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a queue; what is None stays as it was, or is the default of a new one.

    `flow`: the queue flow, by default the box's own; `max_contacts`: by default no limit; `hours`: the calendar that
    flows ask about for it; `caller_id`: number shown to the outside (E.164). "" takes either away. `enabled` False:
    takes no new contacts; `last_agent_s`: how long a caller waits for the agent of the time before, 0: not.
    """

    queue: Name
    name: Label | None = None
    max_contacts: Count | None = None
    ring_timeout_s: Ring | None = None
    wrap_up_s: Seconds | None = None
    flow: FlowName | None = None
    hours: Label | None = None
    caller_id: PhoneNumber | None = None
    caller_name: Label | None = None
    outbound_flow: MaybeFlow | None = None
    disconnect_flow: MaybeFlow | None = None
    enabled: bool | None = None
    agent_order: AgentOrder | None = None
    last_agent_s: Seconds | None = None


class QueueNamed(Arguments, frozen=True, kw_only=True):
    queue: Name


class QuickConnectAdd(Arguments, frozen=True, kw_only=True):
    """Adds or replaces a quick connect. `target`: the agent, queue, number or flow, by `type`; `flow`: what runs first
    on the way to an agent or queue; `queues`: whose contacts may use it, none: all."""

    name: Name
    type: Literal["USER", "QUEUE", "PHONE_NUMBER", "FLOW"]
    target: FlowName
    flow: FlowName | None = None
    queues: tuple[Name, ...] = ()


class QuickConnectNamed(Arguments, frozen=True, kw_only=True):
    name: Name


class QuickConnectList(Arguments, frozen=True, kw_only=True):
    """`queue`: only those that its contacts may use."""

    queue: Name | None = None
