"""What a flow can know of its contact, and where it finds other flows, queues, hours: pure data, passed in.

`now` of the machine may be on any scale; `epoch_s` of the facts turns it into wall time (for hours of operation).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from appliance.events.criteria import RoutingStep
from appliance.flow.hours_model import Hours
from appliance.flow.model import Flow
from appliance.ids import AgentId, QueueId

if TYPE_CHECKING:  # the look-up of numbers needs big tables, which a flow without numbers doesn't
    from appliance.dialplan import DialPlan

T = TypeVar("T")


class ContactFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `$.` reaches, and what flows have set on the contact so far.

    Hand the facts of an ended flow to the next one's `start`. epoch_s: wall clock (Unix seconds) at `now` == 0;
    voice "": the usual voice of `language`; metrics: keys without `$.Metrics.`; loops: counters of Loop actions;
    hooks: event hook → flow reference as the flow set it; overrides: values that win over all else, by path
    without `$.` (simulator); chain_length: contacts in the chain of transfers, this one included.
    """

    contact_id: str = ""
    initial_contact_id: str = ""
    previous_contact_id: str = ""
    channel: str = "VOICE"
    initiation_method: str = "INBOUND"
    customer_endpoint: str = ""
    customer_endpoint_type: str = "TELEPHONE_NUMBER"
    system_endpoint: str = ""
    system_endpoint_type: str = "TELEPHONE_NUMBER"
    attributes: Mapping[str, str] = msgspec.field(default_factory=dict)
    name: str = ""
    description: str = ""
    customer_id: str = ""
    references: Mapping[str, Any] = msgspec.field(default_factory=dict)
    tags: Mapping[str, str] = msgspec.field(default_factory=dict)
    segment_attributes: Mapping[str, Any] = msgspec.field(default_factory=dict)
    instance_arn: str = ""
    aws_region: str = ""
    region: str = "US"  # country for numbers without a country code (ISO 3166)
    language: str = "en-US"
    voice: str = ""
    queue: QueueId | None = None
    queue_name: str = ""
    queue_arn: str = ""
    queue_caller_id: str = ""
    target_agent: AgentId | None = None
    agent_username: str = ""
    agent_first_name: str = ""
    agent_last_name: str = ""
    agent_arn: str = ""
    metrics: Mapping[str, str] = msgspec.field(default_factory=dict)
    sip_headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    external: Any = None
    stored_input: str | None = None
    lex: Mapping[str, Any] = msgspec.field(default_factory=dict)
    modules: Mapping[str, Any] = msgspec.field(default_factory=dict)
    callback_number: str = ""
    priority: int = 5
    time_adjustment_s: int = 0
    criteria: tuple[RoutingStep, ...] = ()  # what is asked of agents
    hooks: Mapping[str, str | None] = msgspec.field(default_factory=dict)
    loops: Mapping[str, int] = msgspec.field(default_factory=dict)
    logging: bool = False
    chain_length: int = 1
    epoch_s: float = 0.0
    overrides: Mapping[str, str] = msgspec.field(default_factory=dict)


class QueueFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A local queue as flows see it. `hours` is a reference into the library."""

    queue: QueueId
    arn: str = ""
    hours: str = ""
    caller_id: str = ""


class BotMenu(msgspec.Struct, frozen=True, kw_only=True):
    """The local stand-in for a Lex bot: a key chooses an intent. `prompt` is spoken after the action's own text;
    `slots` fill `$.Lex.Slots` of the chosen intent; `first_s` is the time for the key."""

    intents: Mapping[str, str]
    prompt: str = ""
    slots: Mapping[str, Mapping[str, str]] = msgspec.field(default_factory=dict)
    first_s: float = 8.0


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """What the box has, by local name, and `names`: foreign id, ARN or name → local name (the resource map).

    A reference is looked up through `names` and as it stands, then by the last part of its ARN the same two ways; a
    function also by the name in its ARN. prompts: local name → what the player knows it by, where that differs.
    media_streaming: somebody takes a copy of the audio; else switching streaming on takes the error branch.
    plan: who may be called back; None: any valid number.
    """

    flows: Mapping[str, Flow] = msgspec.field(default_factory=dict)
    modules: Mapping[str, Flow] = msgspec.field(default_factory=dict)
    queues: Mapping[str, QueueFacts] = msgspec.field(default_factory=dict)
    hours: Mapping[str, Hours] = msgspec.field(default_factory=dict)
    agents: Mapping[str, AgentId] = msgspec.field(default_factory=dict)
    functions: Mapping[str, str] = msgspec.field(default_factory=dict)
    bots: Mapping[str, BotMenu] = msgspec.field(default_factory=dict)
    prompts: Mapping[str, str] = msgspec.field(default_factory=dict)
    names: Mapping[str, str] = msgspec.field(default_factory=dict)
    media_streaming: bool = False
    plan: DialPlan | None = None

    def flow(self, reference: str) -> Flow | None:
        return _find(self.flows, self.names, reference)

    def module(self, reference: str) -> Flow | None:
        return _find(self.modules, self.names, reference)

    def queue(self, reference: str) -> QueueFacts | None:
        return _find(self.queues, self.names, reference)

    def calendar(self, reference: str) -> Hours | None:
        return _find(self.hours, self.names, reference)

    def agent(self, reference: str) -> AgentId | None:
        return _find(self.agents, self.names, reference)

    def function(self, reference: str) -> str | None:
        named = reference.rpartition(":function:")[2].partition(":")[0]  # what follows is a version or an alias
        return _find(self.functions, self.names, reference) or _find(self.functions, self.names, named)

    def bot(self, reference: str) -> BotMenu | None:
        return _find(self.bots, self.names, reference)

    def prompt(self, reference: str) -> str:
        """What the player knows a prompt by; the reference itself where the map has none (it knows its files)."""
        for key in (reference, reference.rpartition("/")[2]):
            if key in self.names:
                return self.prompts.get(self.names[key], self.names[key])
        return self.prompts.get(reference, reference)


def _find(things: Mapping[str, T], names: Mapping[str, str], reference: str) -> T | None:
    for key in (reference, reference.rpartition("/")[2]):
        for name in (names.get(key, ""), key):
            if name in things:
                return things[name]
    return None
