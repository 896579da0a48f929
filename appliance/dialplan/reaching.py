"""How somebody inside is reached: do-not-disturb, forwards and ring groups, step by step. Pure.

`Reaching` says whom to ring; the contact process rings, and tells how it went until somebody answers or there is
nobody left. A forward is followed five times at most and never to a place where the call has been (RFC 5806 §9).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

import msgspec

from appliance.dialplan.groups import Diversion, GroupPlan, Strategy, free_members
from appliance.dialplan.plan import DialPlan
from appliance.dialplan.routing import ToExtension, ToFlow, ToGroup, ToOutside, Unroutable, route
from appliance.ids import AgentId, Extension, FlowId, QueueId

MOST_FORWARDS = 5


class Outcome(enum.StrEnum):
    """Why nobody answered; the value is RFC 5806's reason."""

    BUSY = "user-busy"  # or refused
    NO_ANSWER = "no-answer"
    UNREACHABLE = "unavailable"


class RingPhones(msgspec.Struct, frozen=True, kw_only=True):
    """Ring the phones of all these extensions at once. `ring_s` None: as long as a phone may ring."""

    extensions: tuple[Extension, ...]
    agent: AgentId | None = None  # whose extension it is, where it is one
    ring_s: float | None = None
    diversions: tuple[Diversion, ...] = ()  # latest first
    group: str = ""


class RingOutside(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    ring_s: float | None = None
    diversions: tuple[Diversion, ...] = ()
    group: str = ""


class ChooseOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose turn is it among these? The answer goes to `Reaching.ordered`."""

    group: str
    strategy: Strategy
    members: tuple[str, ...]


class GoToQueue(msgspec.Struct, frozen=True, kw_only=True):
    queue: QueueId


class GoToFlow(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    flow: FlowId


class GoToVoicemail(msgspec.Struct, frozen=True, kw_only=True):
    mailbox: str


class GiveUp(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody is left. `sip_status` is for the caller, `why` for the log."""

    sip_status: int
    why: str


Step = RingPhones | RingOutside | ChooseOrder | GoToQueue | GoToFlow | GoToVoicemail | GiveUp


class Reaching:
    """One call's way to somebody. Ask `begin` once, then `failed` or `ordered` as the last step asks."""

    def __init__(self, plan: DialPlan, *, outside: bool = True, direct: bool = False) -> None:
        """outside: whether the caller may reach outside numbers (who forwards needs a right of its own); direct: that
        phone or none (intercom), no forward is followed."""
        self._plan = plan
        self._direct = direct
        self._outside = outside
        self._been: set[str] = set()
        self._diversions: tuple[Diversion, ...] = ()
        self._extension: Extension | None = None  # who rings now and has a word on what follows
        self._group: GroupPlan | None = None
        self._members: tuple[str, ...] = ()  # of a group that rings in turn: those still to come
        self._status = 480

    def begin(self, target: str) -> Step:
        """The first step towards `target`, as dialled or as a forward's target."""
        return self._to(target)

    def ordered(self, members: Sequence[str]) -> Step:
        """The members of the group in the order in which they shall ring."""
        self._members = tuple(members)
        return self._next_member()

    def failed(self, outcome: Outcome, sip_status: int = 480) -> Step:
        """The step before led to nobody."""
        self._status = sip_status
        if self._group is not None:
            return self._next_member() if self._members else self._leave_group(outcome)
        extension, self._extension = self._extension, None
        if extension is None:
            return GiveUp(sip_status=sip_status, why=f"nobody answered: {outcome}")
        settings = self._plan.phone(extension)
        target = settings.busy if outcome is Outcome.BUSY else settings.no_answer
        return self._forward(extension, target, outcome.value)

    # ── where to ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _to(self, target: str) -> Step:
        kind, colon, name = target.partition(":")
        if colon:
            named = {"queue": self._to_queue, "group": self._to_group, "voicemail": _to_voicemail}
            return named.get(kind, _to_nobody)(name)
        return self._to_dialled(target)

    def _to_dialled(self, target: str) -> Step:
        match route(self._plan, target, from_trunk=False):
            case ToExtension(extension=extension, agent=agent):
                return self._to_extension(extension, agent)
            case ToGroup(group=group):
                return self._to_group(group)
            case ToFlow(number=number, flow=flow):
                return GoToFlow(number=number, flow=flow)
            case ToOutside(number=number) if self._outside:
                return RingOutside(number=number, diversions=self._diversions)
            case Unroutable(sip_status=status, why=why):
                return GiveUp(sip_status=status, why=why)
        return GiveUp(sip_status=403, why=f"{target} is outside; allow it with 'linekeeper extension set … --outside'")

    def _to_queue(self, queue: str) -> Step:
        if QueueId(queue) in self._plan.queues:
            return GoToQueue(queue=QueueId(queue))
        return GiveUp(sip_status=404, why=f"there is no queue {queue}; see 'linekeeper queue list'")

    def _to_extension(self, extension: Extension, agent: AgentId | None) -> Step:
        if extension in self._been:
            return GiveUp(sip_status=self._status, why=f"extension {extension} is forwarded in a circle")
        self._been.add(extension)
        settings = self._plan.phone(extension)
        if settings.always and not self._direct:
            return self._forward(extension, settings.always, "unconditional")
        if settings.do_not_disturb:
            self._status = 486
            return self._forward(extension, settings.busy, "do-not-disturb")
        self._extension = extension
        ring_s = settings.ring_s if settings.no_answer else None
        return RingPhones(extensions=(extension,), agent=agent, ring_s=ring_s, diversions=self._diversions)

    def _forward(self, extension: Extension, target: str, reason: str) -> Step:
        if not target or self._direct:
            return GiveUp(sip_status=self._status, why=f"extension {extension}: {reason}, and no forward")
        self._outside = self._plan.phone(extension).outside
        return self._divert(extension, target, reason)

    def _divert(self, address: str, target: str, reason: str) -> Step:
        if len(self._diversions) >= MOST_FORWARDS:
            return GiveUp(sip_status=self._status, why=f"more than {MOST_FORWARDS} forwards; the last is of {address}")
        self._diversions = (Diversion(address=address, reason=reason), *self._diversions)
        return self._to(target)

    # ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _to_group(self, name: str) -> Step:
        group = self._plan.groups.get(name)
        if group is None or f"group:{name}" in self._been:
            fault = "is forwarded in a circle" if group else "does not exist; see 'linekeeper group list'"
            return GiveUp(sip_status=self._status if group else 404, why=f"group {name} {fault}")
        self._been.add(f"group:{name}")
        self._group = group
        members = free_members(group, self._plan.phones)
        if not members:
            self._status = 486
            return self._leave_group(Outcome.BUSY)
        if group.strategy is Strategy.ALL:
            return self._all_of(group, members)
        if group.strategy is not Strategy.ORDER and len(members) > 1:
            return ChooseOrder(group=name, strategy=group.strategy, members=members)
        return self.ordered(members)

    def _all_of(self, group: GroupPlan, members: Sequence[str]) -> Step:
        inside = tuple(Extension(member) for member in members if member in self._plan.extensions)
        if not inside:
            return self.ordered(members)
        agent = self._plan.extensions[inside[0]] if len(inside) == 1 else None
        return RingPhones(
            extensions=inside, agent=agent, ring_s=group.ring_s, diversions=self._diversions, group=group.group
        )

    def _next_member(self) -> Step:
        group = self._group
        while group is not None and self._members:
            member, self._members = self._members[0], self._members[1:]
            match route(self._plan, member, from_trunk=False):
                case ToExtension(extension=extension, agent=agent):
                    return RingPhones(
                        extensions=(extension,),
                        agent=agent,
                        ring_s=group.ring_s,
                        diversions=self._diversions,
                        group=group.group,
                    )
                case ToOutside(number=number):
                    return RingOutside(
                        number=number, ring_s=group.ring_s, diversions=self._diversions, group=group.group
                    )
        return self._leave_group(Outcome.NO_ANSWER)

    def _leave_group(self, outcome: Outcome) -> Step:
        group, self._group = self._group, None
        if group is None or not group.fallback:
            name = group.group if group is not None else "?"
            return GiveUp(sip_status=self._status, why=f"group {name}: {outcome}, and no fallback")
        self._outside = True  # who may configure groups may call outside
        return self._divert(group.number or group.group, group.fallback, outcome.value)


def _to_voicemail(mailbox: str) -> Step:
    return GoToVoicemail(mailbox=mailbox)


def _to_nobody(name: str) -> Step:
    return GiveUp(sip_status=404, why=f"target {name} is of an unknown kind; use queue:, group: or voicemail:")
