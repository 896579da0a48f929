"""Who is meant by a dialled string: the published dial plan and its pure look-up.

The switchboard publishes the plan as one JSON file; contact processes read it at the start of a contact, so that a
call is decided even while the switchboard restarts. Pure apart from `phonenumbers`' tables.
"""

from __future__ import annotations

import functools
import re

import msgspec
import phonenumbers

from appliance.ids import AgentId, Extension, FlowId, QueueId, TrunkId

EMERGENCY = frozenset({"112", "911", "119", "999", "000", "110", "933"})
_DIALABLE = re.compile(r"[0-9*#+]{1,32}")


class QueuePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact process must know of a queue."""

    queue: QueueId
    arn: str = ""
    queue_flow: FlowId | None = None
    hours: str = ""  # the calendar that flows ask about
    caller_id: str = ""  # E.164


class FlowPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A published flow: the file `<sha256>.json` in the flows folder."""

    flow: FlowId
    flow_type: str
    sha256: str
    arn: str = ""


class DialPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a contact process needs to route a call; `region` is the box's country (ISO 3166, e.g. KR).

    parts: hours, bots, prompts and the resource map, the file `<parts>.json` in the flows folder, "" for none;
    bundle_sha256: hash of all flows and parts that are in force.
    """

    region: str = "US"
    extensions: dict[Extension, AgentId | None] = msgspec.field(default_factory=dict)
    numbers: dict[str, FlowId] = msgspec.field(default_factory=dict)  # E.164 or short code → flow
    flows: dict[FlowId, FlowPlan] = msgspec.field(default_factory=dict)
    queues: dict[QueueId, QueuePlan] = msgspec.field(default_factory=dict)
    trunks: tuple[TrunkId, ...] = ()
    functions: dict[str, str] = msgspec.field(default_factory=dict)  # name, ARN or alias → function of the registry
    parts: str = ""
    bundle_sha256: str = ""
    record_internal: bool = False  # extension to extension
    record_outbound: bool = False

    def extension_of(self, agent: AgentId) -> Extension | None:
        """Where `agent` is reached, None for one who has no phone."""
        return next((extension for extension, user in self.extensions.items() if user == agent), None)


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


@functools.lru_cache(maxsize=1024)
def e164(dialled: str, region: str) -> str | None:
    """`dialled` as E.164 (`+8225550100`), or None where it is no possible number of `region` (a country code)."""
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def route(plan: DialPlan, dialled: str, *, from_trunk: bool) -> Destination:
    """Where a call to `dialled` goes. A trunk reaches numbers with a flow only, never the outside (no open relay)."""
    if not _DIALABLE.fullmatch(dialled):
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
