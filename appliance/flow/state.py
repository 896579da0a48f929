"""The state of a running flow: immutable, the only thing kept between steps."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from appliance.flow.facts import ContactFacts, Library
from appliance.flow.model import Flow


class WaitingFor(enum.StrEnum):
    """What must happen before a flow goes on."""

    PROMPT = "prompt"  # PromptEnded, PromptFailed or a key
    DIGITS = "digits"  # keys, or the deadline
    ROUTING = "routing"  # somebody to take the contact: the flow loops its messages
    QUEUE = "queue"
    FUNCTION = "function"
    METRICS = "metrics"
    NUMBER = "number"
    THIRD_PARTY = "third_party"
    REQUEST = "request"
    ENCRYPTION = "encryption"
    NOTHING = "nothing"  # the flow is over


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What the waiting action must remember until its answer comes; each action has its own kind."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One flow on the stack; modules lie above their caller. `caller_facts` are what the module must not see."""

    flow: Flow
    flow_attributes: Mapping[str, str] = msgspec.field(default_factory=dict)
    called_by: str | None = None
    caller_facts: ContactFacts | None = None


class FlowState(msgspec.Struct, frozen=True, kw_only=True):
    """deadline: when to send TimerExpired, on the scale of `now`, None for never; facts: as they are now;
    keys: typed ahead and not used yet; swallow: the terminator that may still follow a finished input, until
    `swallow_until`."""

    library: Library
    facts: ContactFacts
    frames: tuple[Frame, ...]
    action: str | None
    waiting_for: WaitingFor
    pending: Pending | None = None
    deadline: float | None = None
    keys: str = ""
    swallow: str = ""
    swallow_until: float = 0.0

    @property
    def finished(self) -> bool:
        """No event will change this state any more."""
        return self.waiting_for is WaitingFor.NOTHING

    @property
    def flow(self) -> Flow:
        """The flow or module that runs now."""
        return self.frames[-1].flow

    def __repr__(self) -> str:
        return f"FlowState(flow={self.flow.name!r}, action={self.action!r}, waiting_for={self.waiting_for.value!r})"
