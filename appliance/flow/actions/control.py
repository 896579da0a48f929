"""Actions that steer the flow: comparisons, loops, flow attributes, other flows and modules, the end."""

from __future__ import annotations

from appliance.flow.actions.contact import MOST_BYTES, size
from appliance.flow.commands import DrawNumber
from appliance.flow.conditions import first_true, number
from appliance.flow.events import FlowEvent, NumberDrawn, TimerExpired
from appliance.flow.model import CATCH_ALL, Action
from appliance.flow.references import as_text
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Ended, Entered, Left, Result, Returned, Run, Waits, chosen, failed
from appliance.flow.state import Pending, WaitingFor

NO_MATCH = "NoMatchingCondition"
MOST_LOOPS = 100
DRAW_S = 5.0


def by_label(run: Run, action: Action, label: str, *, rest: bool) -> Left:
    """Leave by the condition Equals `label`. rest: NextAction is a copy of this branch where it is not wired."""
    choice = first_true(action.choices, label, run.text)
    if choice is not None:
        return chosen(choice)
    if rest and action.next is not None:
        return Left(label)
    return failed(CATCH_ALL, f"no branch {label}")


def _compare(run: Run, action: Action) -> Result:
    given = action.parameter("ComparisonValue")
    value = as_text(run.value(given)) if isinstance(given, str) and given.startswith("$") else run.text(given)
    choice = first_true(action.choices, value, run.text)
    return chosen(choice) if choice is not None else failed(NO_MATCH, rest=True)


def _loop(run: Run, action: Action) -> Result:
    """The counter lives for the contact and is forgotten when the loop is done."""
    wanted = number(run.text(action.parameter("LoopCount")))
    if wanted is None or wanted < 0:
        return failed(rest=True, detail="LoopCount is no number")
    key = f"{run.flow.name}/{action.identifier}"
    done = run.facts.loops.get(key, 0)
    if done < min(int(wanted), MOST_LOOPS):
        run.learn(loops={**run.facts.loops, key: done + 1})
        return by_label(run, action, "ContinueLooping", rest=False)
    run.learn(loops={name: count for name, count in run.facts.loops.items() if name != key})
    return by_label(run, action, "DoneLooping", rest=True)


class Drawing(Pending, frozen=True, kw_only=True):
    """A random number is awaited."""


def _distribute(run: Run, _action: Action) -> Result:
    run.say(DrawNumber())
    return Waits(WaitingFor.NUMBER, Drawing(), run.now + DRAW_S)


def _drawn(run: Run, action: Action, _pending: Pending, event: FlowEvent) -> Result | None:
    if isinstance(event, TimerExpired):
        return failed(NO_MATCH, rest=True)
    if not isinstance(event, NumberDrawn):
        return None
    choice = first_true(action.choices, str(event.number), run.text)
    return chosen(choice) if choice is not None else failed(NO_MATCH, rest=True)


def _set_flow_attributes(run: Run, action: Action) -> Result:
    """Values stand one level down: {k: {"Value": v}}."""
    given = action.parameter("FlowAttributes")
    if not isinstance(given, dict):
        return failed(detail="FlowAttributes is missing")
    changed = {str(key): run.text(part.get("Value")) for key, part in given.items() if isinstance(part, dict)}
    merged = {**run.frame.flow_attributes, **changed}
    if len(changed) < len(given) or size(merged) > MOST_BYTES or any("$" in key or "." in key for key in changed):
        return failed(detail="flow attributes are {key: {Value: text}}, keys without $ and dot, 32 KB in all")
    run.set_flow_attributes(merged)
    return DONE


def _set_logging(run: Run, action: Action) -> Result:
    run.learn(logging=run.text(action.parameter("FlowLoggingBehavior")).lower() == "enabled")
    return DONE


def _to_flow(run: Run, action: Action) -> Result:
    reference = run.text(action.parameter("ContactFlowId"))
    target = run.library.flow(reference) if reference else None
    return Entered(target) if target is not None else failed(detail=f"flow {reference!r} is not on this box")


def _call_module(run: Run, action: Action) -> Result:
    reference = run.text(action.parameter("FlowModuleId"))
    module = run.library.module(reference) if reference else None
    return Entered(module, True) if module is not None else failed(detail=f"module {reference!r} is not on this box")


def _end_module(run: Run, action: Action) -> Result:
    """The document has no agreed key for the result (the wire's Parameters are empty): a parameter whose value is the
    ReferenceName of one of the module's own transitions names it."""
    own = run.flow.settings.get("Transitions")
    names = [entry.get("ReferenceName") for entry in own if isinstance(entry, dict)] if isinstance(own, list) else []
    for value in action.parameters.values():
        if isinstance(value, str) and value in names:
            return Returned(value)
    return Returned()


def _end(_run: Run, _action: Action) -> Result:
    return Ended("ENDED_FLOW_EXECUTION")


_ERROR = "NoMatchingError"

ROWS = (
    row(
        "Compare",
        _compare,
        errors="NoMatchingCondition!",
        parameters=(takes("ComparisonValue", required=True),),
        branching=True,
    ),
    row(
        "Loop",
        _loop,
        errors=_ERROR,
        parameters=(takes("LoopCount", Kind.NUMBER, required=True, low=0, high=MOST_LOOPS),),
        operands=frozenset({"ContinueLooping", "DoneLooping"}),
        branching=True,
    ),
    row(
        "DistributeByPercentage", _distribute, _drawn, where="I Q TA TQ M", errors="NoMatchingCondition", branching=True
    ),
    row(
        "UpdateFlowAttributes",
        _set_flow_attributes,
        errors=_ERROR,
        soft=True,
        parameters=(takes("FlowAttributes", Kind.MAPPING, required=True),),
    ),
    row(
        "UpdateFlowLoggingBehavior",
        _set_logging,
        soft=True,
        parameters=(takes("FlowLoggingBehavior", Kind.ENUM, Dynamic.STATIC, required=True, values="Enabled Disabled"),),
    ),
    row(
        "TransferToFlow",
        _to_flow,
        where="I TA TQ M",
        errors=_ERROR,
        parameters=(takes("ContactFlowId", required=True),),
    ),
    row(
        "InvokeFlowModule",
        _call_module,
        where="I M",
        errors="NoMatchingError NoMatchingCondition",
        parameters=(takes("FlowModuleId", required=True),),
        branching=True,
    ),
    row("EndFlowModuleExecution", _end_module, where="M", terminal=True),
    row("EndFlowExecution", _end, where="I Q CW AW OW CH AH TA TQ", terminal=True),
)
