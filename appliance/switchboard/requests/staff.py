"""Agents, what they serve, and how contacts come out."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from appliance.acd.model import AvailabilityTimer
from appliance.switchboard.requests.base import Arguments, Digits, DispositionCode, Label, Name, Seconds


class ServedQueue(Arguments, frozen=True, kw_only=True):
    """A queue that a routing profile serves: priority 1 first, `delay_s` that a contact must have waited before."""

    queue: Name
    priority: Annotated[int, msgspec.Meta(ge=1, le=99)] = 1
    delay_s: Annotated[int, msgspec.Meta(ge=0, le=9999)] = 0


class AgentAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes an agent; what is None stays as it was.

    `extension`: the agent's own phone, "": none; `profile`: a routing profile, or `queues`: those served by a profile
    of the agent's own; `wrap_up_s`: limit of after-contact work, "queue": the queue's; `auto_accept`: the agent's phone
    answers by itself; `supervisor`: may listen to others, and `monitorable`: others to this agent.
    """

    agent: Name
    extension: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{2,15})?$")] | None = None
    name: Label | None = None
    queues: tuple[Name | ServedQueue, ...] | None = None
    profile: Name | None = None
    wrap_up_s: Seconds | Literal["queue"] | None = None
    auto_accept: bool | None = None
    supervisor: bool | None = None
    monitorable: bool | None = None


class AgentProficiency(Arguments, frozen=True, kw_only=True):
    """`name` = `value` ("language" = "ko") at `level`; None takes it away."""

    agent: Name
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    level: Annotated[float, msgspec.Meta(ge=1, le=5)] | None = None


class ProfileAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a routing profile; what is None stays as it was. `outbound_queue` "": none; `timer`: what ends an
    agent's idle time."""

    profile: Name
    name: Label | None = None
    queues: tuple[Name | ServedQueue, ...] | None = None
    outbound_queue: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    timer: AvailabilityTimer | None = None


class ProfileNamed(Arguments, frozen=True, kw_only=True):
    profile: Name


class AgentNamed(Arguments, frozen=True, kw_only=True):
    agent: Name


class AgentStatus(Arguments, frozen=True, kw_only=True):
    """`status`: Available, Offline or a custom one; its number will do. None: nothing is changed."""

    agent: Name
    status: Name | None = None


class AgentLogIn(Arguments, frozen=True, kw_only=True):
    """`extension` None: the agent's own phone."""

    agent: Name
    extension: Digits | None = None


class AgentExtend(Arguments, frozen=True, kw_only=True):
    """More time for after-contact work."""

    agent: Name
    seconds: Annotated[float, msgspec.Meta(gt=0, le=86400)] = 60.0


class AgentPin(Arguments, frozen=True, kw_only=True):
    """`pin` None: one is made."""

    agent: Name
    pin: str | None = None

    def __repr__(self) -> str:
        return f"AgentPin(agent={self.agent!r})"


class AgentStatusAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a status; `order`: its place and its number on the telephone, by default the next free one."""

    status: Name
    description: Label | None = None
    order: Annotated[int, msgspec.Meta(ge=1, le=50)] | None = None
    enabled: bool | None = None


class AgentStatusNamed(Arguments, frozen=True, kw_only=True):
    status: Name


class DispositionAdd(Arguments, frozen=True, kw_only=True):
    """`queue` None: for the contacts of every queue."""

    code: DispositionCode
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=127)]
    queue: Name | None = None


class DispositionNamed(Arguments, frozen=True, kw_only=True):
    code: DispositionCode
    queue: Name | None = None
