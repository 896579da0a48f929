"""The one table of action types. A new type is a row in a module of `actions`."""

from __future__ import annotations

from appliance.flow.actions import (
    absent,
    asking,
    calls,
    contact,
    control,
    handling,
    input,
    measuring,
    messages,
    queues,
    routing,
)
from appliance.flow.model import Action
from appliance.flow.row import Row
from appliance.flow.run import Result, Run, failed

TABLE: dict[str, Row] = {
    found.type: found
    for family in (messages, input, control, measuring, contact, handling, routing, queues, calls, asking, absent)
    for found in family.ROWS
}


def _refuse(_run: Run, action: Action) -> Result:
    return failed(detail=f"{action.type!r} is no action type")


UNKNOWN = Row(type="", begin=_refuse, offline="U", soft=True)


def row_of(action_type: str) -> Row:
    """The row of a type; unknown types have one that fails."""
    return TABLE.get(action_type, UNKNOWN)
