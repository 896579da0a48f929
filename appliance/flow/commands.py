"""What a flow asks of the world. Imperative, frozen, pure data; the contact process carries them out.

"answered by" names the events that `step` waits for afterwards; the others are done at once and not answered.
"""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.events.criteria import RoutingStep
from appliance.ids import AgentId, QueueId

BUILTIN_PROMPT = "builtin/"  # PromptId of the box's own sentences: builtin/queue_position?position=3


class FlowCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that `step` returns."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be heard, references already resolved. Exactly one of the first four is set.

    text: plain text; ssml: an SSML document; prompt: id, ARN or name of a prompt, or
    BUILTIN_PROMPT and the name of a sentence; uri: a media file.
    """

    text: str | None = None
    ssml: str | None = None
    prompt: str | None = None
    uri: str | None = None
    voice: str = "Joanna"
    language: str = "en-US"


class Play(FlowCommand, frozen=True, kw_only=True):
    """Play in order, instead of whatever plays. Answered by PromptEnded or PromptFailed, unless stopped before."""

    messages: tuple[Message, ...]


class StopPlaying(FlowCommand, frozen=True, kw_only=True):
    """Silence at once (barge-in). No event follows."""


class EnterQueue(FlowCommand, frozen=True, kw_only=True):
    """Ask for a place. Exactly one of queue and agent. Answered by QueueEntered or QueueFailed."""

    queue: QueueId | None = None
    agent: AgentId | None = None
    priority: int = 5
    time_adjustment_s: int = 0
    criteria: tuple[RoutingStep, ...] = ()
    new_contact: bool = False  # leave the present queue and go on as a new segment (QUEUE_TRANSFER)


class Disconnect(FlowCommand, frozen=True, kw_only=True):
    """End the contact (CONTACT_FLOW_DISCONNECT)."""


class SetRecording(FlowCommand, frozen=True, kw_only=True):
    """What is recorded from now on; `participants` of "Agent", "Customer"; `ivr`: the flow's part as well."""

    participants: frozenset[str]
    ivr: bool = False


class SetAttributes(FlowCommand, frozen=True, kw_only=True):
    """User-defined contact attributes that changed."""

    attributes: dict[str, str]
    target: str = "Current"


class SetContactData(FlowCommand, frozen=True, kw_only=True):
    """Name, Description, LanguageCode, CustomerId, References, Tags: whichever the flow set."""

    fields: dict[str, Any]


class SetEventHook(FlowCommand, frozen=True, kw_only=True):
    """`hook` as in UpdateContactEventHooks ("CustomerQueue" …); `flow` None switches it off."""

    hook: str
    flow: str | None


class InvokeFunction(FlowCommand, frozen=True, kw_only=True):
    """Answered by FunctionReturned or FunctionFailed. `event` is the documented Lambda event, whole."""

    function: str
    time_limit_s: float
    event: dict[str, Any]
    response_type: str = "STRING_MAP"
    asynchronous: bool = False


class MeasureMetrics(FlowCommand, frozen=True, kw_only=True):
    """Answered by MetricsMeasured or MetricsFailed."""

    queue: QueueId | None = None
    agent: AgentId | None = None


class DialThirdParty(FlowCommand, frozen=True, kw_only=True):
    """Answered by ThirdPartyEnded where `resume`; else the flow is over (TRANSFERED_TO_PHONE_NUMBER)."""

    number: str
    time_limit_s: float
    resume: bool
    digits: str = ""
    caller_id_number: str = ""
    caller_id_name: str = ""


class TransferToAgent(FlowCommand, frozen=True, kw_only=True):
    """Offer the contact to `agent` (None: the agent of the transfer) directly; busy means disconnect."""

    agent: AgentId | None = None


class CreateCallback(FlowCommand, frozen=True, kw_only=True):
    """Answered by RequestDone or RequestFailed."""

    number: str
    queue: QueueId | None = None
    agent: AgentId | None = None
    initial_delay_s: int = 0
    max_attempts: int = 1
    retry_delay_s: int = 600
    flow: str | None = None
    caller_id: str = ""


class SetPreviousParticipant(FlowCommand, frozen=True, kw_only=True):
    """UpdatePreviousContactParticipantState: AgentOnHold, CustomerOnHold, OffHold."""

    state: str


class CompleteOutboundCall(FlowCommand, frozen=True, kw_only=True):
    """Dial the customer of an outbound contact. Answered by RequestDone or RequestFailed."""

    caller_id_number: str = ""
    time_limit_s: float = 60.0


class EncryptInput(FlowCommand, frozen=True, kw_only=True):
    """Encrypt what the caller typed for the holder of `key` (PEM). Answered by InputEncrypted or RequestFailed."""

    digits: str
    key_id: str
    key: str

    def __repr__(self) -> str:
        return f"EncryptInput(key_id={self.key_id!r}, digits=…)"


class SetRouting(FlowCommand, frozen=True, kw_only=True):
    """How the contact is to be served from now on, if it waits; None: as before."""

    priority: int | None = None
    time_adjustment_s: int | None = None
    criteria: tuple[RoutingStep, ...] | None = None


class DrawNumber(FlowCommand, frozen=True, kw_only=True):
    """A random number 1 … 100. Answered by NumberDrawn."""


class Trace(FlowCommand, frozen=True, kw_only=True):
    """One action was left: the flow path and the flow log. `result` is the branch taken:
    "Success", an error type, or the operand of the condition. `error` says that an error branch was taken.
    `parameters` are the action's own, references not resolved, so that no key a caller pressed is in them."""

    flow: str
    action: str
    action_type: str
    result: str
    error: bool = False
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    logged: bool = False  # UpdateFlowLoggingBehavior has switched the flow log on
    lacking: str = ""  # why the box can't do it: "cloud", "channel", "substitute" (none set up), "type" (unknown)


class FlowEntered(FlowCommand, frozen=True, kw_only=True):
    """The same run goes on in another flow: `outcome` is what the one before ended with (TRANSFERED_TO_FLOW),
    "" where `flow` is a module, which comes back."""

    flow: str
    flow_type: str
    sha256: str
    outcome: str


class FlowFinished(FlowCommand, frozen=True, kw_only=True):
    """Last command of a flow. `outcome` as in the reference: DISCONNECTED_PARTICIPANT, TRANSFERED_TO_QUEUE,
    ENDED_FLOW_EXECUTION, DROPPED (an error with no branch for it) …"""

    flow: str
    outcome: str
    detail: str = ""
