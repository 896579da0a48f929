"""Who is meant by the target of a transfer or consult: an extension, a number, a queue, a flow, a quick connect. Pure.

`queue:NAME`, `group:NAME`, `voicemail:NAME` and `quick:NAME` are what commands write; anything else is dialled, so the
dial plan decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from appliance.dialplan import DialPlan, MailboxPlan, QuickConnectPlan, ToExtension, ToFlow, ToGroup, ToOutside, route
from appliance.ids import AgentId, Extension, FlowId, QueueId

QUEUE_USER = "queue-"  # in the URI of a consult
QUEUE_PREFIX, QUICK_PREFIX, GROUP_PREFIX, VOICEMAIL_PREFIX = "queue:", "quick:", "group:", "voicemail:"
GREETING_PREFIX = "greeting:"  # of a flow's third party only: who calls speaks the mailbox's greeting


@dataclass(frozen=True, slots=True, kw_only=True)
class RingTarget:
    """Somebody to ring."""

    number: str
    outside: bool = False
    agent: AgentId | None = None
    extension: Extension | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideTarget:
    """A queue or a flow that is consulted: a contact of its own in another process. `dialled`: user part of its URI."""

    dialled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTarget:
    """A queue to wait in."""

    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrbitTarget:
    """A place to be parked."""

    orbit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTarget:
    """A flow to go through, which knows `queue` or `agent` as its target."""

    flow: FlowId
    queue: QueueId | None = None
    agent: AgentId | None = None


Target = RingTarget | QueueTarget | OrbitTarget | FlowTarget


def shown(found: RingTarget, wanted: str) -> str:
    """What records say of it: the number (E.164) of who is outside, else what was asked for."""
    return found.number if found.outside else wanted


def find_target(plan: DialPlan, wanted: str, *, queue: QueueId | None = None) -> Target | None:
    """What `wanted` means for a contact of `queue`; None where nobody can be reached so."""
    if wanted.startswith(QUEUE_PREFIX):
        return QueueTarget(queue=QueueId(wanted.removeprefix(QUEUE_PREFIX)))
    if wanted.startswith(QUICK_PREFIX):
        entry = plan.quick_connects.get(wanted.removeprefix(QUICK_PREFIX))
        usable = entry is not None and (not entry.queues or queue in entry.queues)
        return _quick(plan, entry) if usable and entry is not None else None
    if wanted.startswith(VOICEMAIL_PREFIX) and find_mailbox(plan, wanted.removeprefix(VOICEMAIL_PREFIX)) is None:
        return None
    if wanted.startswith((GROUP_PREFIX, VOICEMAIL_PREFIX)):
        return RingTarget(number=wanted)
    if wanted in plan.orbits:
        return OrbitTarget(orbit=wanted)
    return _dialled(plan, wanted)


def find_mailbox(plan: DialPlan, name: str) -> MailboxPlan | None:
    """By its own name, or by the extension whose agent has it."""
    agent = next((user for extension, user in plan.extensions.items() if extension == name), None)
    return plan.mailboxes.get(name) or plan.mailboxes.get(agent or "")


def find_consulted(plan: DialPlan, wanted: str, *, queue: QueueId | None = None) -> RingTarget | AsideTarget | None:
    """As `find_party`, or the queue or the number with a flow that the talker calls in its own name."""
    party = find_party(plan, wanted, queue=queue)
    if party is not None:
        return party
    found = find_target(plan, wanted, queue=queue)
    if isinstance(found, QueueTarget | FlowTarget) and found.queue in plan.queues:
        return AsideTarget(dialled=QUEUE_USER + quote(str(found.queue), safe=""))
    return AsideTarget(dialled=wanted) if isinstance(found, FlowTarget) and wanted.isdigit() else None


def find_party(plan: DialPlan, wanted: str, *, queue: QueueId | None = None) -> RingTarget | None:
    """As `find_target`, where somebody has to be rung: a quick connect to an agent runs no flow then."""
    found = find_target(plan, wanted, queue=queue)
    if isinstance(found, FlowTarget) and found.agent is not None:
        return _agent(plan, found.agent)
    return found if isinstance(found, RingTarget) else None


def _dialled(plan: DialPlan, dialled: str) -> Target | None:
    match route(plan, dialled, from_trunk=False):
        case ToExtension(extension=extension, agent=agent):
            return RingTarget(number=str(extension), extension=extension, agent=agent)
        case ToGroup(group=group):
            return RingTarget(number=GROUP_PREFIX + group)
        case ToOutside(number=number):
            return RingTarget(number=number, outside=True)
        case ToFlow(flow=flow):
            return FlowTarget(flow=flow)
    return None


def _quick(plan: DialPlan, entry: QuickConnectPlan) -> Target | None:
    if entry.flow is not None:
        return FlowTarget(flow=entry.flow, queue=entry.queue, agent=entry.agent)
    if entry.queue is not None:
        return QueueTarget(queue=entry.queue)
    if entry.agent is not None:
        return _agent(plan, entry.agent)
    return _dialled(plan, entry.number)


def _agent(plan: DialPlan, agent: AgentId) -> RingTarget | None:
    extension = plan.extension_of(agent)
    return None if extension is None else RingTarget(number=str(extension), extension=extension, agent=agent)
