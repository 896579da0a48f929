"""Runs a flow: `start` begins it, `step` takes one event; both give the new state and what the world must do.

Pure and total: no event and no flow makes it raise, and no step goes on for ever (`MOST_ACTIONS`, then the flow is
dropped). Time comes in as `now`, in seconds on any rising scale; `state.deadline` is on the same scale.
"""

from __future__ import annotations

import msgspec

from appliance.flow.commands import Disconnect, FlowCommand, FlowEntered, FlowFinished, Trace
from appliance.flow.digits import KEYS, buffer_key, is_late_terminator
from appliance.flow.events import DigitPressed, FlowEvent, MetricsMeasured, TimerExpired
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.model import CATCH_ALL, Action, Flow, FlowType
from appliance.flow.row import Row
from appliance.flow.run import DONE, Ended, Entered, Left, Result, Returned, Run, Waits, failed
from appliance.flow.state import FlowState, Frame, WaitingFor
from appliance.flow.table import row_of

MOST_ACTIONS = 2000  # in one step: 100 loops of 20 actions that need no event
LOOPS = "the flow goes round without waiting"
DEEPEST = 5  # modules in modules (reference section 3, InvokeFlowModule)
_ENDS_CONTACT = frozenset({FlowType.CONTACT_FLOW, FlowType.AGENT_TRANSFER, FlowType.QUEUE_TRANSFER, FlowType.CAMPAIGN})
_LACKING = {"C": "cloud", "D": "channel", "U": "type"}

Step = tuple[FlowState, tuple[FlowCommand, ...]]


def start(flow: Flow, facts: ContactFacts, *, library: Library, now: float) -> Step:
    """Begins `flow` and goes on to the first action that waits."""
    blank = FlowState(
        library=library, facts=facts, frames=(Frame(flow=flow),), action=None, waiting_for=WaitingFor.PROMPT
    )
    return _go(Run(blank, now), flow.start)


def step(state: FlowState, event: FlowEvent, now: float) -> Step:
    """Takes one event. Events that mean nothing now change nothing."""
    if state.finished or state.action is None or state.pending is None or _is_noise(state, event, now):
        return state, ()
    run = Run(state, now)
    if isinstance(event, MetricsMeasured):
        run.learn(metrics={**run.facts.metrics, **event.values})
    if isinstance(event, DigitPressed) and is_late_terminator(run, event.digit):
        return _kept(state, run)
    action = run.flow.actions[state.action]
    row = row_of(action.type)
    result = row.answer(run, action, state.pending, event)
    if result is None:
        return _unmoved(state, run, event)
    return _settle(run, action, row, result)


def _is_noise(state: FlowState, event: FlowEvent, now: float) -> bool:
    if isinstance(event, TimerExpired):
        return state.deadline is None or now < state.deadline
    return isinstance(event, DigitPressed) and event.digit not in KEYS


def _unmoved(state: FlowState, run: Run, event: FlowEvent) -> Step:
    """The waiting action had no use for the event; a key is kept for the next input, metrics for `$.Metrics`."""
    if isinstance(event, DigitPressed) and state.waiting_for is not WaitingFor.ROUTING:
        buffer_key(run, event.digit)
    return _kept(state, run)


def _kept(state: FlowState, run: Run) -> Step:
    kept = msgspec.structs.replace(
        state, facts=run.facts, keys=run.keys, swallow=run.swallow, swallow_until=run.swallow_until
    )
    return kept, tuple(run.commands)


def _settle(run: Run, action: Action, row: Row, result: Result) -> Step:
    """From the end of one action on to the next that waits."""
    following = _follow(run, action, row, result)
    return following if isinstance(following, tuple) else _go(run, following)


def _go(run: Run, identifier: str) -> Step:
    for _ in range(MOST_ACTIONS):
        action = run.flow.actions.get(identifier)
        if action is None:
            return _finish(run, identifier, Ended("DROPPED", detail=f"there is no action {identifier!r}"))
        row = row_of(action.type)
        following = _follow(run, action, row, row.begin(run, action))
        if isinstance(following, tuple):
            return following
        identifier = following
    return _finish(run, identifier, Ended("DROPPED", detail=f"{LOOPS}: {MOST_ACTIONS} actions without an event"))


def _follow(run: Run, action: Action, row: Row, result: Result) -> str | Step:
    """The next action, or the step that is complete."""
    if isinstance(result, Waits):
        return _freeze(run, action.identifier, result), tuple(run.commands)
    if isinstance(result, Entered):
        return _enter(run, action, row, result)
    if isinstance(result, Returned):
        return _return(run, action, row, result)
    if isinstance(result, Ended):
        _trace(run, action, row, result.label, error=False)
        return _finish(run, action.identifier, result)
    _trace(run, action, row, result.label, error=result.error, lacking=result.lacking)
    target = _target(action, row, result)
    return target if target is not None else _finish(run, action.identifier, _dropped(action, result))


def _target(action: Action, row: Row, left: Left) -> str | None:
    """Where a branch leads. An error without a branch of its own takes the catch-all; where the reference says that
    NextAction is a copy of the branch, or that the type has no error branch, NextAction stands in."""
    if left.choice is not None:
        return left.choice.target
    if not left.error:
        return action.next
    wired = action.errors.get(left.label) or action.errors.get(CATCH_ALL)
    if wired is None and (left.rest or row.soft):
        return action.next
    return wired


def _dropped(action: Action, left: Left) -> Ended:
    why = f" ({left.detail})" if left.detail else ""
    return Ended("DROPPED", detail=f"{action.type} {action.identifier!r} has no branch for {left.label}{why}")


def _enter(run: Run, action: Action, row: Row, entered: Entered) -> str | Step:
    if entered.module:
        return _call(run, action, row, entered)
    _trace(run, action, row, DONE.label, error=False)
    run.say(_entered(entered.flow, outcome="TRANSFERED_TO_FLOW"))
    run.frames = (Frame(flow=entered.flow),)
    return entered.flow.start


def _entered(flow: Flow, *, outcome: str) -> FlowEntered:
    return FlowEntered(flow=flow.name, flow_type=flow.flow_type.value, sha256=flow.sha256, outcome=outcome)


def _call(run: Run, action: Action, row: Row, entered: Entered) -> str | Step:
    if len(run.frames) > DEEPEST:
        return _follow(run, action, row, failed(detail=f"modules are nested more than {DEEPEST} deep"))
    _trace(run, action, row, DONE.label, error=False)
    hidden = run.facts
    run.learn(external=None, stored_input=None, lex={}, metrics={})
    called = Frame(flow=entered.flow, called_by=action.identifier, caller_facts=hidden)
    run.frames = (*run.frames, called)
    run.say(_entered(entered.flow, outcome=""))
    return entered.flow.start


def _return(run: Run, action: Action, row: Row, returned: Returned) -> str | Step:
    _trace(run, action, row, DONE.label, error=False)
    frame = run.frame
    if frame.called_by is None or frame.caller_facts is None:
        return _finish(run, action.identifier, Ended("RETURNED_TO_FLOW"))
    seen = frame.caller_facts
    run.learn(external=seen.external, stored_input=seen.stored_input, lex=seen.lex, metrics=seen.metrics)
    run.frames = run.frames[:-1]
    caller = run.flow.actions[frame.called_by]
    left = _module_result(caller, returned.label)
    target = _target(caller, row_of(caller.type), left)
    return target if target is not None else _finish(run, caller.identifier, _dropped(caller, left))


def _module_result(caller: Action, label: str) -> Left:
    """A module may name one of its own transitions; the caller wires it as a condition."""
    for choice in caller.choices:
        if choice.condition.label == label:
            return Left(label, choice)
    if label == DONE.label or not label:
        return DONE
    return failed(CATCH_ALL if label == "Error" else "NoMatchingCondition", rest=True)


def _trace(run: Run, action: Action, row: Row, label: str, *, error: bool, lacking: str = "") -> None:
    run.say(
        Trace(
            flow=run.flow.name,
            action=action.identifier,
            action_type=action.type,
            result=label,
            error=error,
            parameters=dict(action.parameters),
            logged=run.facts.logging,
            lacking=lacking or (_LACKING.get(row.offline, "") if error else ""),
        )
    )


def _finish(run: Run, identifier: str, ended: Ended) -> Step:
    """Last command; a dropped flow that has nobody to go on for it ends the contact."""
    if ended.outcome == "DROPPED" and run.frames[0].flow.flow_type in _ENDS_CONTACT:
        run.say(Disconnect())
    run.say(FlowFinished(flow=run.flow.name, outcome=ended.outcome, detail=ended.detail))
    over = FlowState(
        library=run.library,
        facts=run.facts,
        frames=run.frames,
        action=identifier,
        waiting_for=WaitingFor.NOTHING,
        keys=run.keys,
    )
    return over, tuple(run.commands)


def _freeze(run: Run, identifier: str, waits: Waits) -> FlowState:
    return FlowState(
        library=run.library,
        facts=run.facts,
        frames=run.frames,
        action=identifier,
        waiting_for=waits.waiting_for,
        pending=waits.pending,
        deadline=waits.deadline,
        keys=run.keys,
        swallow=run.swallow,
        swallow_until=run.swallow_until,
    )
