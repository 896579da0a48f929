"""Routing criteria: what an agent must be able to do to get a contact, and for how long that is insisted on.

The shape is Connect's (reference/connect/resources.md, RoutingCriteria: Steps of Expression and Expiry), read and
checked once by the flow that sets it; everybody after it handles these types. Pure data: decides nothing.
"""

from __future__ import annotations

import msgspec

from appliance.ids import AgentId

LOWEST_LEVEL, HIGHEST_LEVEL = 1.0, 5.0


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """The agent has the proficiency `name` = `value` at a level from `low` to `high`, or is one of `agents` where those
    are given. `negated`: the agent has not, or is none of them."""

    name: str = ""
    value: str = ""
    low: float = LOWEST_LEVEL
    high: float = HIGHEST_LEVEL
    agents: tuple[AgentId, ...] = ()
    negated: bool = False


class Expression(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly one is set: a condition, all of several expressions, or any of several."""

    condition: Condition | None = None
    all_of: tuple[Expression, ...] = ()
    any_of: tuple[Expression, ...] = ()


class RoutingStep(msgspec.Struct, frozen=True, kw_only=True):
    """`duration_s` None: for as long as the contact waits; else the next step follows, after the last one anybody."""

    expression: Expression
    duration_s: float | None = None
