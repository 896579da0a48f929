"""Ring groups and the settings of extensions, as they are published. Pure data."""

from __future__ import annotations

import enum

import msgspec

from appliance.ids import Extension


class ExtensionPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an extension wants to be reached. `always`, `busy`, `no_answer`: where its calls go then, "" nowhere.

    Such a target is what may be dialled inside (extension, number of a group, number with a flow), an outside number
    where `outside` allows it, or `queue:NAME`, `group:NAME`, `voicemail:NAME`. ring_s: how long it rings before
    `no_answer` takes over. pickup_group: who shares it may pick up each other's calls.
    """

    name: str = ""
    do_not_disturb: bool = False
    always: str = ""
    busy: str = ""
    no_answer: str = ""
    ring_s: float = 20.0
    outside: bool = False
    pickup_group: str = ""


class Strategy(enum.StrEnum):
    """In which order a group's members ring."""

    ALL = "all"  # all at once
    ORDER = "order"  # one after the other, as listed
    ROUND_ROBIN = "round-robin"  # one after the other, beginning after the one who rang first last time
    LONGEST_IDLE = "longest-idle"  # one after the other, beginning with who has not talked for longest


class GroupPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ring group. `members`: extensions, or outside numbers (these ring in turn only). `ring_s`: each step.

    number: how it is dialled, "" only by name; fallback: where its calls go when nobody answers, as a forward's target;
    label: shown before the caller's name.
    """

    group: str
    number: str = ""
    strategy: Strategy = Strategy.ALL
    members: tuple[str, ...] = ()
    ring_s: float = 20.0
    fallback: str = ""
    label: str = ""


class Diversion(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was not for who rings now (RFC 5806): `reason` unconditional, user-busy, no-answer, unavailable or
    do-not-disturb."""

    address: str
    reason: str


def free_members(group: GroupPlan, phones: dict[Extension, ExtensionPlan]) -> tuple[str, ...]:
    """Those who may be rung: no do-not-disturb, no forward of all calls (they are away; a group follows no forward)."""
    none = ExtensionPlan()
    settings = ((member, phones.get(Extension(member), none)) for member in dict.fromkeys(group.members))
    return tuple(member for member, its in settings if not its.do_not_disturb and not its.always)
