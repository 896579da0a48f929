"""Who is meant by a dialled string: the pure look-up in the dial plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from appliance.dialplan.numbers import DIALABLE, EMERGENCY, e164
from appliance.dialplan.plan import DialPlan, FeaturePlan
from appliance.features import Takes
from appliance.ids import AgentId, Extension, FlowId

CODE_SHOWN = 3
UNPARK = "*41"  # what dialling an orbit means
_ARGUMENT = {
    Takes.NOTHING: re.compile(""),
    Takes.EXTENSION: re.compile(r"[0-9]{0,15}"),
    Takes.NUMBER: re.compile(r"[0-9*#+]{0,31}"),
}


class ToFlow(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    flow: FlowId


class ToFeature(msgspec.Struct, frozen=True, kw_only=True):
    """A phone inside dialled a feature code. `argument`: what followed it, perhaps secret: for the flow only."""

    code: str
    feature: FeaturePlan
    argument: str = ""


class ToExtension(msgspec.Struct, frozen=True, kw_only=True):
    extension: Extension
    agent: AgentId | None


class ToGroup(msgspec.Struct, frozen=True, kw_only=True):
    group: str


class ToIntercom(msgspec.Struct, frozen=True, kw_only=True):
    """The phone of `extension` answers by itself, and both talk."""

    extension: Extension
    agent: AgentId | None


class ToPage(msgspec.Struct, frozen=True, kw_only=True):
    """The phones of `group` answer by themselves and listen."""

    group: str


class ToOutside(msgspec.Struct, frozen=True, kw_only=True):
    number: str  # E.164


class Unroutable(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody is meant. `sip_status` is the answer, `why` the line for the log."""

    sip_status: int
    why: str


Destination = ToFlow | ToFeature | ToExtension | ToIntercom | ToGroup | ToPage | ToOutside | Unroutable


def route(plan: DialPlan, dialled: str, *, from_trunk: bool) -> Destination:
    """Where a call to `dialled` goes. A trunk reaches numbers with a flow only, never the outside (no open relay)."""
    if not DIALABLE.fullmatch(dialled):
        return Unroutable(sip_status=404, why=f"{dialled[:40]!r} is not a number; dial digits, * and # only")
    number = e164(dialled, plan.region)
    for known in (dialled, number):
        if known is not None and known in plan.numbers:
            return ToFlow(number=known, flow=plan.numbers[known])
    if from_trunk:
        return Unroutable(sip_status=404, why=f"number {dialled} has no flow; add it under [[numbers]]")
    return _inside(plan, dialled, number)


def _inside(plan: DialPlan, dialled: str, number: str | None) -> Destination:
    """Where a phone of the box gets to beside numbers with a flow; `number` is what it dialled as E.164."""
    if (found := _somebody(plan, dialled)) is not None:
        return found
    code = UNPARK + dialled if dialled in plan.orbits else dialled
    if (feature := _feature(plan, code)) is not None:
        return CALLS.get(feature.feature.name, _by_flow)(plan, feature)
    if number is not None and plan.trunks and dialled not in EMERGENCY:  # 119 must not go out as +82119
        return ToOutside(number=number)
    shown = dialled if dialled.isdigit() else f"{dialled[:CODE_SHOWN]}…"  # what follows a code may be a secret
    why = f"no extension, number or feature code {shown}; see 'linekeeper extension list'"
    return Unroutable(sip_status=404, why=why)


def _somebody(plan: DialPlan, dialled: str) -> Destination | None:
    """The phone, group or agent of that number; None where it is nobody's."""
    seat = plan.desks.get(Extension(dialled))  # an agent's number rings where that agent is
    if (phone := Extension(dialled)) in plan.extensions:
        phone = seat or phone
        return ToExtension(extension=phone, agent=plan.extensions.get(phone))
    if (group := plan.group_at(dialled)) is not None:
        return ToGroup(group=group.group)
    if seat is not None:
        return ToExtension(extension=seat, agent=plan.extensions.get(seat))
    if phone in plan.desks:
        return Unroutable(sip_status=480, why=f"agent number {dialled} is logged in nowhere")
    return None


def _feature(plan: DialPlan, dialled: str) -> ToFeature | None:
    """The longest code that `dialled` begins with, where what follows may follow it."""
    for length in range(len(dialled), 0, -1):
        code, argument = dialled[:length], dialled[length:]
        feature = plan.features.get(code)
        if feature is not None:
            fits = _ARGUMENT[feature.takes].fullmatch(argument)
            return ToFeature(code=code, feature=feature, argument=argument) if fits else None
    return None


def _by_flow(_plan: DialPlan, feature: ToFeature) -> Destination:
    return feature


def _intercom(plan: DialPlan, feature: ToFeature) -> Destination:
    extension = Extension(feature.argument)
    if extension not in plan.extensions:
        return Unroutable(sip_status=404, why=f"no extension {extension} to speak to; see 'linekeeper extension list'")
    return ToIntercom(extension=extension, agent=plan.extensions[extension])


def _page(plan: DialPlan, feature: ToFeature) -> Destination:
    group = plan.group_at(feature.argument)
    if group is None:
        return Unroutable(sip_status=404, why=f"no group {feature.argument} to page; see 'linekeeper group list'")
    return ToPage(group=group.group)


CALLS: Mapping[str, Callable[[DialPlan, ToFeature], Destination]] = {"intercom": _intercom, "page": _page}
