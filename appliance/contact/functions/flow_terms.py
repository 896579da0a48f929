"""What an answer of the functions service means to a flow, and what is written down of it. Pure."""

from __future__ import annotations

from appliance.contact.functions.messages import Answered
from appliance.events import FunctionInvoked
from appliance.flow.events import FunctionFailed, FunctionReturned


def flow_event(answered: Answered) -> FunctionReturned | FunctionFailed:
    """What the flow is told; a last good answer counts as an answer."""
    if answered.result is None:
        return FunctionFailed(reason=answered.reason or "no answer", told=answered.told)
    return FunctionReturned(result=answered.result)


def contact_event(function: str, answered: Answered) -> FunctionInvoked:
    """What the contact's journal holds: neither the question's parameters nor the answer."""
    outcome = "failed" if answered.result is None else "returned" if answered.age_s is None else "cached"
    return FunctionInvoked(
        function=function,
        outcome=outcome,
        took_s=round(answered.took_s, 3),
        tries=answered.tries,
        age_s=None if answered.age_s is None else round(answered.age_s, 1),
        reason=answered.reason,
    )
