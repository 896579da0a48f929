"""The published dial plan: what a contact process must know to route a call, as data.

The switchboard publishes it as one JSON file; contact processes read it at the start of a contact, so that a call is
decided even while the switchboard restarts. Must not decide anything: `routing` and `reaching` do.
"""

from __future__ import annotations

import msgspec

from appliance.dialplan.groups import ExtensionPlan, GroupPlan
from appliance.dialplan.recording_policy import RecordingPolicy
from appliance.features import Takes
from appliance.ids import AgentId, Extension, FlowId, ProfileId, QueueId, TrunkId


class QueuePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact process must know of a queue."""

    queue: QueueId
    arn: str = ""
    queue_flow: FlowId | None = None
    hours: str = ""  # the calendar that flows ask about
    caller_id: str = ""  # E.164
    caller_name: str = ""
    outbound_flow: FlowId | None = None  # outbound whisper
    disconnect_flow: FlowId | None = None  # what the customer hears when the agent has hung up
    label: str = ""  # shown to agents before the caller's name
    recording: RecordingPolicy = RecordingPolicy.FLOW


class MailboxPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A mailbox that callers may leave messages in. greeting: the prompt they hear, "": the box's own words;
    shared: everybody inside may know how many are in it."""

    mailbox: str
    greeting: str = ""
    longest_s: float = 180.0
    shared: bool = False


class FlowPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A published flow: the file `<sha256>.json` in the flows folder."""

    flow: FlowId
    flow_type: str
    sha256: str
    arn: str = ""


class FeaturePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature code does: the flow it runs, the box function that this flow invokes, "" for none.

    question: the sentence that asks for what did not follow the code, in the box's language.
    """

    name: str
    flow: FlowId
    takes: Takes = Takes.NOTHING
    function: str = ""
    question: str = ""


class QuickConnectPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer target with a name (Connect's QuickConnect): USER (`agent`), QUEUE (`queue`), PHONE_NUMBER (`number`,
    E.164) or FLOW (`flow`). `flow` of USER and QUEUE runs first, with the customer (AGENT_TRANSFER, QUEUE_TRANSFER).

    queues: whose contacts may use it; none: every contact.
    """

    kind: str
    agent: AgentId | None = None
    queue: QueueId | None = None
    number: str = ""
    flow: FlowId | None = None
    queues: tuple[QueueId, ...] = ()


class DialPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a contact process needs to route a call; `region` is the box's country (ISO 3166, e.g. KR).

    extensions: the phones, and who sits there; desks: numbers of agents (log-in number, own extension) → where that
    agent sits now if not there, None: at no phone.
    parts: hours, bots, prompts and the resource map, the file `<parts>.json` in the flows folder, "" for none;
    bundle_sha256: hash of all flows and parts that are in force.
    """

    region: str = "US"
    extensions: dict[Extension, AgentId | None] = msgspec.field(default_factory=dict)
    desks: dict[Extension, Extension | None] = msgspec.field(default_factory=dict)
    agents: tuple[AgentId, ...] = ()  # every one, at a phone or not
    numbers: dict[str, FlowId] = msgspec.field(default_factory=dict)  # E.164 or short code → flow
    features: dict[str, FeaturePlan] = msgspec.field(default_factory=dict)  # code → what it does, inside only
    flows: dict[FlowId, FlowPlan] = msgspec.field(default_factory=dict)
    queues: dict[QueueId, QueuePlan] = msgspec.field(default_factory=dict)
    mailboxes: dict[str, MailboxPlan] = msgspec.field(default_factory=dict)
    quick_connects: dict[str, QuickConnectPlan] = msgspec.field(default_factory=dict)
    trunks: tuple[TrunkId, ...] = ()
    functions: dict[str, str] = msgspec.field(default_factory=dict)  # name, ARN or alias → function of the registry
    parts: str = ""
    bundle_sha256: str = ""
    phones: dict[Extension, ExtensionPlan] = msgspec.field(default_factory=dict)  # those with settings
    orbits: tuple[str, ...] = ()  # numbers where calls are parked
    groups: dict[str, GroupPlan] = msgspec.field(default_factory=dict)  # by name
    record_internal: bool = False  # extension to extension
    record_outbound: bool = False
    callbacks_inside: bool = False  # whether an extension may be called back
    recording_of_agents: dict[AgentId, RecordingPolicy] = msgspec.field(default_factory=dict)  # but FLOW
    profiles: dict[AgentId, ProfileId] = msgspec.field(default_factory=dict)  # each agent's routing profile
    record_consults: bool = False  # what talker and consulted say while the customer waits, in the customer's recording

    def extension_of(self, agent: AgentId) -> Extension | None:
        """Where `agent` is reached, None for one who has no phone."""
        return next((extension for extension, user in self.extensions.items() if user == agent), None)

    def group_at(self, dialled: str) -> GroupPlan | None:
        """The group that has this number."""
        return next((group for group in self.groups.values() if dialled and group.number == dialled), None)

    def phone(self, extension: Extension) -> ExtensionPlan:
        """The settings of `extension`."""
        return self.phones.get(extension) or ExtensionPlan()
