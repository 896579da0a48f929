"""Actions that decide how a contact is served in its queue: priority, age, and what is asked of agents.

Before the queue they are kept for the way in; in a queue flow the contact that waits is told at once.
"""

from __future__ import annotations

from appliance.errors import FlowError
from appliance.flow.commands import SetRouting
from appliance.flow.conditions import number
from appliance.flow.criteria import CriteriaReader
from appliance.flow.model import Action
from appliance.flow.row import Kind, row, takes
from appliance.flow.run import DONE, Result, Run, failed

LOWEST_PRIORITY = 9999  # 1 is the highest
MOST_ADJUSTMENT_S = 604800  # a week


def _set_routing(run: Run, action: Action) -> Result:
    priority = number(run.text(action.parameter("QueuePriority")))
    adjustment_s = number(run.text(action.parameter("QueueTimeAdjustmentSeconds")))
    if priority is not None and priority >= 1:
        run.learn(priority=min(int(priority), LOWEST_PRIORITY))
        run.say(SetRouting(priority=run.facts.priority))
    if adjustment_s is not None:
        run.learn(time_adjustment_s=int(max(-MOST_ADJUSTMENT_S, min(MOST_ADJUSTMENT_S, adjustment_s))))
        run.say(SetRouting(time_adjustment_s=run.facts.time_adjustment_s))
    return DONE


def _set_criteria(run: Run, action: Action) -> Result:
    reader = CriteriaReader(run.text, run.library.agent)
    try:
        steps = reader.steps(action.parameter("RoutingCriteria"))
    except FlowError as error:
        return failed(detail=str(error))
    run.learn(criteria=steps)
    run.say(SetRouting(criteria=steps))
    return DONE


_ERROR = "NoMatchingError"
_CRITERIA = (takes("RoutingCriteria", Kind.MAPPING, required=True),)

ROWS = (
    row(
        "UpdateContactRoutingBehavior",
        _set_routing,
        where="I Q TA TQ",
        soft=True,
        parameters=(
            takes("QueuePriority", Kind.NUMBER, low=1),
            takes("QueueTimeAdjustmentSeconds", Kind.NUMBER),
        ),
        exactly_one=(("QueuePriority", "QueueTimeAdjustmentSeconds"),),
    ),
    row("UpdateContactRoutingCriteria", _set_criteria, where="I Q TA TQ", errors=_ERROR, parameters=_CRITERIA),
    row("UpdateRoutingCriteria", _set_criteria, where="I Q TA TQ", errors=_ERROR, parameters=_CRITERIA),
)
