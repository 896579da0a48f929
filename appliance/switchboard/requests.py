"""The arguments of the local API's operations and their limits: checked before anything is touched.

`read_arguments` turns a request's `args` into one of these, or says what is wrong with them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import msgspec

from appliance.acd.model import AgentOrder, AvailabilityTimer
from appliance.dialplan import EMERGENCY
from appliance.errors import RequestError
from appliance.ids import Extension

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]{0,63}$")]
FLOW_NAME = r"^[^\x00-\x1f\x7f]{1,127}$"  # imported flows keep theirs
FlowName = Annotated[str, msgspec.Meta(pattern=FLOW_NAME)]
MaybeFlow = Annotated[str, msgspec.Meta(pattern=FLOW_NAME.replace("{1,", "{0,"))]  # "": none
Foreign = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]  # an ARN, an id, a placeholder, a name
PhoneNumber = Annotated[str, msgspec.Meta(pattern=r"^(\+[0-9]{3,15})?$")]
Digits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2,15}$")]
Target = Annotated[str, msgspec.Meta(pattern=r"^([0-9*#+]{1,32}|(queue|group|voicemail):[^\x00-\x1f\x7f]{1,64})?$")]
Caller = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
Label = Annotated[str, msgspec.Meta(max_length=127)]
DispositionCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,4}$")]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86400)]
Ring = Annotated[float, msgspec.Meta(ge=1, le=600)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10000)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=10000)]
Password = Annotated[str, msgspec.Meta(min_length=6, max_length=64, pattern=r"^[!-~]+$")]


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every operation's arguments."""


class Nothing(Arguments, frozen=True, kw_only=True):
    """No arguments."""


class ExtensionAdd(Arguments, frozen=True, kw_only=True):
    """Adds an extension or gives it a new password; `password` None: a random one is made."""

    extension: Digits
    name: Label | None = None
    password: Password | None = None


class ExtensionRemove(Arguments, frozen=True, kw_only=True):
    extension: Digits


class ExtensionSet(Arguments, frozen=True, kw_only=True):
    """How an extension wants to be reached; what is None stays as it was. `always`, `busy`, `no_answer`: a forward's
    target (`appliance.dialplan.groups`), "" for none. `ring_s`: how long it rings before `no_answer`."""

    extension: Digits
    do_not_disturb: bool | None = None
    always: Target | None = None
    busy: Target | None = None
    no_answer: Target | None = None
    ring_s: Ring | None = None
    outside: bool | None = None
    pickup_group: Label | None = None


class GroupAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a ring group; what is None stays as it was. `strategy`: all, order, round-robin, longest-idle."""

    group: Name
    number: Digits | None = None
    strategy: str | None = None
    members: tuple[Target, ...] | None = None
    ring_s: Ring | None = None
    fallback: Target | None = None
    label: Label | None = None


class GroupNamed(Arguments, frozen=True, kw_only=True):
    group: Name


class ServedQueue(Arguments, frozen=True, kw_only=True):
    """A queue that a routing profile serves: priority 1 first, `delay_s` that a contact must have waited before."""

    queue: Name
    priority: Annotated[int, msgspec.Meta(ge=1, le=99)] = 1
    delay_s: Annotated[int, msgspec.Meta(ge=0, le=9999)] = 0


class DirectoryAdd(Arguments, frozen=True, kw_only=True):
    """Adds names of outside numbers (any notation of the region), or changes them. `replace`: the others go."""

    names: dict[Annotated[str, msgspec.Meta(min_length=1, max_length=40)], Caller]
    replace: bool = False


class DirectoryNumber(Arguments, frozen=True, kw_only=True):
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class DirectorySearch(Arguments, frozen=True, kw_only=True):
    """`text` in a name or number; all of them by default."""

    text: Label = ""
    limit: Limit = 100


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


class ContactDisposition(Arguments, frozen=True, kw_only=True):
    """`agent`: who says so; None: whoever was on the contact."""

    contact: str
    code: DispositionCode
    agent: Name | None = None


class ContactNote(Arguments, frozen=True, kw_only=True):
    contact: str
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    agent: Name | None = None


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


class MailboxAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a mailbox; what is None stays as it was. One of agent, queue and extension is the owner; none:
    whoever has the mailbox's name. longest_s: of a message."""

    mailbox: Name
    agent: Name | None = None
    queue: Name | None = None
    extension: Digits | None = None
    longest_s: Annotated[float, msgspec.Meta(ge=5, le=3600)] | None = None


class MailboxNamed(Arguments, frozen=True, kw_only=True):
    mailbox: Name


class MailboxGreeting(Arguments, frozen=True, kw_only=True):
    """`prompt`: what callers hear, "": the box's own words."""

    mailbox: Name
    prompt: Label = ""


class VoicemailList(Arguments, frozen=True, kw_only=True):
    """Of one mailbox or of all."""

    mailbox: Name | None = None


class VoicemailMark(Arguments, frozen=True, kw_only=True):
    voicemail: str
    state: Literal["new", "saved", "deleted"]


class FlowInstall(Arguments, frozen=True, kw_only=True):
    """`document`: the flow as JSON, or as the text of its file. `flow_type` None: as the document says."""

    name: FlowName
    document: dict[str, Any] | str
    flow_type: str | None = None


class FlowPartNamed(Arguments, frozen=True, kw_only=True):
    """`part`: flow (modules too), bot or prompt."""

    part: Literal["flow", "bot", "prompt"]
    name: FlowName


class BundleInstall(Arguments, frozen=True, kw_only=True):
    """`bundle`: the document (`appliance.flow.bundle`), or its text. The sounds it names lie in the prompt folder."""

    bundle: dict[str, Any] | str


class FlowMap(Arguments, frozen=True, kw_only=True):
    """What foreign names mean here: those to `set` (foreign → local), those to `forget`."""

    set: dict[Foreign, FlowName] = msgspec.field(default_factory=dict)
    forget: tuple[str, ...] = ()


class HoursInstall(Arguments, frozen=True, kw_only=True):
    """`resource`: HoursOfOperation, `overrides`: HoursOfOperationOverride each, as in Connect's API."""

    name: FlowName
    resource: dict[str, Any]
    overrides: tuple[dict[str, Any], ...] = ()


class HoursNamed(Arguments, frozen=True, kw_only=True):
    name: str


class ContactList(Arguments, frozen=True, kw_only=True):
    """`open` True: only those under way; else all."""

    limit: Limit = 50
    open: bool | None = None


class ContactNamed(Arguments, frozen=True, kw_only=True):
    contact: str


class RecordingPolicySet(Arguments, frozen=True, kw_only=True):
    """Of one queue or one agent. `policy`: flow (as the flow says), always (unless the flow says no), never."""

    policy: Literal["flow", "always", "never"]
    queue: Name | None = None
    agent: Name | None = None


class CallbackAdd(Arguments, frozen=True, kw_only=True):
    """Somebody is to be called back: `number` in any spelling, by an agent of `queue` or by `agent`. Delays in seconds;
    `attempts` counts the first call too."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    queue: Name | None = None
    agent: Name | None = None
    name: Label = ""
    delay_s: Annotated[float, msgspec.Meta(ge=0, le=259_200)] = 0.0
    attempts: Annotated[int, msgspec.Meta(ge=1, le=11)] = 1
    retry_s: Annotated[float, msgspec.Meta(ge=1, le=259_200)] = 600.0


class CallbackNamed(Arguments, frozen=True, kw_only=True):
    callback: str


class CallbackList(Arguments, frozen=True, kw_only=True):
    """`open` True: only those that are not over."""

    limit: Limit = 50
    open: bool | None = None


class ContactPark(Arguments, frozen=True, kw_only=True):
    """Parks the customer of `contact`; `orbit` None: where there is room."""

    contact: str
    orbit: Digits | None = None


class CampaignAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a campaign; what is None stays as it was, or is the default of a new one.

    hours: "mon-fri 09:00-20:00", "sat 10:00-14:00" …, of the customer's time zone; zone: of numbers that tell none.
    pause_s: between two attempts; pauses_s: by outcome (busy, no_answer, unreachable, agent_left, lost, skipped).
    again_s: disposition → pause before another attempt; never: dispositions that mean do-not-call.
    flow: outbound whisper that shows the record; caller_id: else the queue's; "" takes either away.
    """

    campaign: Name
    queue: Name | None = None
    attempts: Annotated[int, msgspec.Meta(ge=1, le=11)] | None = None
    pause_s: Annotated[float, msgspec.Meta(ge=1, le=2_592_000)] | None = None
    pauses_s: dict[str, Annotated[float, msgspec.Meta(ge=1, le=2_592_000)]] | None = None
    again_s: dict[str, Annotated[float, msgspec.Meta(ge=1, le=2_592_000)]] | None = None
    never: tuple[str, ...] | None = None
    hours: tuple[str, ...] | None = None
    zone: str | None = None
    preview: bool | None = None
    flow: MaybeFlow | None = None
    caller_id: PhoneNumber | None = None


class CampaignNamed(Arguments, frozen=True, kw_only=True):
    campaign: Name


class CampaignImport(Arguments, frozen=True, kw_only=True):
    """`text`: the list as CSV, the first line naming its columns; see `errands.lists`."""

    campaign: Name
    text: str


class CampaignShow(Arguments, frozen=True, kw_only=True):
    campaign: Name
    limit: Limit = 50


class PreviewAnswer(Arguments, frozen=True, kw_only=True):
    """What the agent who is shown a record does: `call` it or skip it."""

    contact: str
    call: bool


class DoNotCallChange(Arguments, frozen=True, kw_only=True):
    """`campaign` None: for every campaign."""

    numbers: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=100_000)]
    campaign: Name | None = None
    note: Label = ""


class DoNotCallNumber(Arguments, frozen=True, kw_only=True):
    number: str
    campaign: Name | None = None


class SurveyRange(Arguments, frozen=True, kw_only=True):
    """Answers given from `since` on to before `until` (2026-11-22 or 2026-11-22T09:30:00Z); `by`: results of each queue
    or agent."""

    since: Annotated[str, msgspec.Meta(max_length=30)] = ""
    until: Annotated[str, msgspec.Meta(max_length=30)] = ""
    by: Literal["", "queue", "agent"] = ""
    limit: Limit = 1000


class RecordingList(Arguments, frozen=True, kw_only=True):
    limit: Limit = 1000


class ContactDial(Arguments, frozen=True, kw_only=True):
    """Click-to-dial: the phone of `agent` rings, then `number` (as dialled there) is called; `queue`: on whose behalf,
    with its caller id and after-contact work."""

    agent: Name
    number: Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9]{1,20}$")]
    queue: Name | None = None


class ContactMonitor(Arguments, frozen=True, kw_only=True):
    """`supervisor`: whose phone rings, or who listens already; `mode`: listen, whisper (to the agent), barge (heard by
    all)."""

    contact: str
    supervisor: Name
    mode: Literal["listen", "whisper", "barge"] = "listen"


class ContactTakeOver(Arguments, frozen=True, kw_only=True):
    """`supervisor`, who listens already, talks with the customer; the agent leaves."""

    contact: str
    supervisor: Name


class ContactCommand(Arguments, frozen=True, kw_only=True):
    """`command`: hold, resume, mute, unmute (both of `leg`), transfer, consult (both of `target`), toggle, conference,
    complete, drop, digits (`digits`, keys 0-9*#), pause-recording, resume-recording, hangup."""

    contact: str
    command: str
    leg: str | None = None
    target: str | None = None
    digits: Annotated[str, msgspec.Meta(pattern=r"^[0-9*#]{1,64}$")] | None = None


Read = TypeVar("Read", bound=Arguments)


def read_arguments(kind: type[Read], args: dict[str, Any]) -> Read:
    """`args` as `kind`. Raises RequestError (`invalid`) that names the argument and its limits."""
    try:
        return msgspec.convert(args, type=kind)
    except msgspec.ValidationError as error:
        known = ", ".join(kind.__struct_fields__) or "none"
        raise RequestError(f"arguments can't be used: {error}; this operation takes: {known}") from None


def dialable_extension(digits: str) -> Extension:
    """Raises RequestError (`reserved`) for an emergency number."""
    if digits in EMERGENCY:
        raise RequestError(f"extension {digits} is reserved for emergency calls; choose another", kind="reserved")
    return Extension(digits)
