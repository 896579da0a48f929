"""One row of the table of action types: what a type takes, where it may stand, how it runs."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from appliance.flow.events import FlowEvent
from appliance.flow.model import Action, FlowType
from appliance.flow.run import Result, Run
from appliance.flow.state import Pending

Begin = Callable[[Run, Action], Result]
Answer = Callable[[Run, Action, Pending, FlowEvent], Result | None]

_SHORT = {
    "I": FlowType.CONTACT_FLOW,
    "Q": FlowType.CUSTOMER_QUEUE,
    "TA": FlowType.AGENT_TRANSFER,
    "TQ": FlowType.QUEUE_TRANSFER,
    "CW": FlowType.CUSTOMER_WHISPER,
    "AW": FlowType.AGENT_WHISPER,
    "OW": FlowType.OUTBOUND_WHISPER,
    "CH": FlowType.CUSTOMER_HOLD,
    "AH": FlowType.AGENT_HOLD,
    "M": FlowType.MODULE,
    "C": FlowType.CAMPAIGN,
}
ANYWHERE = " ".join(_SHORT)


def flow_types(short: str) -> frozenset[FlowType]:
    """`I Q TA TQ CW AW OW CH AH M` as in the reference, C for campaign."""
    return frozenset(_SHORT[name] for name in short.split())


class Kind(enum.StrEnum):
    """What a parameter's text must be."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ENUM = "enum"
    MAPPING = "mapping"
    LIST = "list"


class Dynamic(enum.StrEnum):
    """The reference's three restriction classes."""

    STATIC = "static"
    WHOLE = "whole"  # static or exactly one reference
    MIXED = "mixed"  # text and references


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """`path` below Parameters, dots between keys; low and high bound numbers; `values` are those of an ENUM;
    default: what stands in for a required one that is missing, "" for nothing; unheeded: what comes of it instead where
    this box does not heed it, "" where it does."""

    path: str
    kind: Kind = Kind.TEXT
    dynamic: Dynamic = Dynamic.WHOLE
    required: bool = False
    default: str = ""
    low: float | None = None
    high: float | None = None
    values: frozenset[str] = frozenset()
    unheeded: str = ""


def never(_run: Run, _action: Action, _pending: Pending, _event: FlowEvent) -> Result | None:
    """The answer handler of types that never wait."""
    return None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """offline: A local, B local substitute, C cloud, D other channel, U unknown type (reference section 3).

    soft: an error without a branch goes on by NextAction, because the type has no error branch or old blocks lack
    it; errors: those that may be wired, `needs` those that must be; exactly_one: groups of alternative parameters;
    operands: the only results conditions may name, empty for any; branching: has conditions; silent: works without
    any of a group of alternatives.
    """

    type: str
    begin: Begin
    answer: Answer = never
    offline: str = "A"
    types: frozenset[FlowType] = flow_types(ANYWHERE)
    parameters: tuple[Parameter, ...] = ()
    exactly_one: tuple[tuple[str, ...], ...] = ()
    errors: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    operands: frozenset[str] = frozenset()
    branching: bool = False
    terminal: bool = False
    soft: bool = False
    silent: bool = False


def row(
    name: str, begin: Begin, answer: Answer = never, *, where: str = ANYWHERE, errors: str = "", **rest: Any
) -> Row:
    """A row in the reference's short notation: `where` "I Q M", `errors` separated by spaces, `!` marks a must."""
    listed = errors.split()
    return Row(
        type=name,
        begin=begin,
        answer=answer,
        types=flow_types(where),
        errors=frozenset(error.rstrip("!") for error in listed),
        needs=frozenset(error.rstrip("!") for error in listed if error.endswith("!")),
        **rest,
    )


def takes(path: str, kind: Kind = Kind.TEXT, dynamic: Dynamic = Dynamic.WHOLE, **rest: Any) -> Parameter:
    """A parameter in one line; `values` may be given as a text of words."""
    words: Mapping[str, Any] = {**rest, "values": frozenset(str(rest["values"]).split())} if "values" in rest else rest
    return Parameter(path=path, kind=kind, dynamic=dynamic, **words)
