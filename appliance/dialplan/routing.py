"""Who is meant by a dialled string: the pure look-up in the dial plan."""

from __future__ import annotations

import msgspec

from appliance.dialplan.numbers import DIALABLE, EMERGENCY, e164
from appliance.dialplan.plan import DialPlan
from appliance.ids import AgentId, Extension, FlowId


class ToFlow(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    flow: FlowId


class ToExtension(msgspec.Struct, frozen=True, kw_only=True):
    extension: Extension
    agent: AgentId | None


class ToOutside(msgspec.Struct, frozen=True, kw_only=True):
    number: str  # E.164


class Unroutable(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody is meant. `sip_status` is the answer, `why` the line for the log."""

    sip_status: int
    why: str


Destination = ToFlow | ToExtension | ToOutside | Unroutable


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
    if (extension := Extension(dialled)) in plan.extensions:
        return ToExtension(extension=extension, agent=plan.extensions[extension])
    if number is not None and plan.trunks and dialled not in EMERGENCY:  # 119 must not go out as +82119
        return ToOutside(number=number)
    return Unroutable(sip_status=404, why=f"no extension or number {dialled}; see 'linekeeper extension list'")
