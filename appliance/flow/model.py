"""What a flow is once it has been read: frozen data that the machine walks over.

Reading and judging documents is the job of `document` and `check`; nothing here looks at JSON.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.ids import FlowId

CATCH_ALL = "NoMatchingError"


class FlowType(enum.StrEnum):
    """Where a flow runs (Connect API, ContactFlow.Type), and MODULE."""

    CONTACT_FLOW = "CONTACT_FLOW"
    CUSTOMER_QUEUE = "CUSTOMER_QUEUE"
    CUSTOMER_HOLD = "CUSTOMER_HOLD"
    CUSTOMER_WHISPER = "CUSTOMER_WHISPER"
    AGENT_HOLD = "AGENT_HOLD"
    AGENT_WHISPER = "AGENT_WHISPER"
    OUTBOUND_WHISPER = "OUTBOUND_WHISPER"
    AGENT_TRANSFER = "AGENT_TRANSFER"
    QUEUE_TRANSFER = "QUEUE_TRANSFER"
    CAMPAIGN = "CAMPAIGN"
    MODULE = "MODULE"


# How a console export spells the type (Metadata.type, or `type` of the older export).
EXPORT_TYPES = {
    "contactFlow": FlowType.CONTACT_FLOW,
    "customerQueue": FlowType.CUSTOMER_QUEUE,
    "customerHold": FlowType.CUSTOMER_HOLD,
    "customerWhisper": FlowType.CUSTOMER_WHISPER,
    "agentHold": FlowType.AGENT_HOLD,
    "agentWhisper": FlowType.AGENT_WHISPER,
    "outboundWhisper": FlowType.OUTBOUND_WHISPER,
    "agentTransfer": FlowType.AGENT_TRANSFER,
    "queueTransfer": FlowType.QUEUE_TRANSFER,
    "campaign": FlowType.CAMPAIGN,
    "module": FlowType.MODULE,
}


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """`operator` as in the reference; operands are texts (references allowed) or nested conditions."""

    operator: str
    operands: tuple[str | Condition, ...]

    @property
    def label(self) -> str:
        """The first operand as text: what the flow log calls the branch."""
        first = self.operands[0] if self.operands else ""
        return first if isinstance(first, str) else first.operator


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One conditional branch."""

    condition: Condition
    target: str


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a flow. `errors` maps error type to identifier; `choices` are in order, the first true one wins."""

    identifier: str
    type: str
    parameters: Mapping[str, Any] = msgspec.field(default_factory=dict)
    next: str | None = None
    errors: Mapping[str, str] = msgspec.field(default_factory=dict)
    choices: tuple[Choice, ...] = ()

    def parameter(self, *path: str) -> Any:
        """The raw value at `path` below Parameters, None where anything on the way is missing."""
        value: Any = self.parameters
        for key in path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    def targets(self) -> dict[str, str]:
        """Every way out: label of the branch → identifier."""
        ways = {} if self.next is None else {"NextAction": self.next}
        ways.update(self.errors)
        for number, choice in enumerate(self.choices):
            ways[f"{number}: {choice.condition.operator} {choice.condition.label}"] = choice.target
        return ways


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A flow as the machine runs it. `sha256` is that of the canonical document (`document.canonical`)."""

    name: FlowId
    flow_type: FlowType
    sha256: str
    start: str
    actions: Mapping[str, Action]
    settings: Mapping[str, Any] = msgspec.field(default_factory=dict)
