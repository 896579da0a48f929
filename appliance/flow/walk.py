"""Explores every branch of a flow by driving the engine: for each action that can be reached, and each way out of
it, a contact is made up that takes that way. Tells what was reached, and why the rest can't be.

For checks, simulators and the bench; never imported by the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from appliance.flow.commands import FlowCommand, FlowFinished, Trace
from appliance.flow.events import TimerExpired
from appliance.flow.machine import LOOPS, start, step
from appliance.flow.model import CATCH_ALL, Action, Flow
from appliance.flow.placeholders import placeholders
from appliance.flow.row import Row
from appliance.flow.state import FlowState
from appliance.flow.table import row_of
from appliance.flow.walk_attempts import Attempt, attempts

ENDS_ON_SUCCESS = frozenset({"TransferContactToQueue", "TransferToFlow", "DequeueContactAndTransferToQueue"})


_ALWAYS_FAIL = {
    "C": "needs a cloud service and always takes its error branch on this box",
    "D": "is for another channel and always takes its error branch on this box",
    "U": "is no action type and always takes its error branch",
}


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way out of an action. reached: the engine took it; reason: why not."""

    action: str
    branch: str
    target: str
    reached: bool
    reason: str = ""


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk saw. faults: what must never happen (exceptions); unreached: identifiers with the reason; circles:
    actions from which the flow can go round without waiting for anything, until the engine drops it; steps: calls of
    the engine."""

    ways: tuple[Way, ...]
    unreached: dict[str, str]
    faults: tuple[str, ...]
    circles: tuple[str, ...]
    steps: int

    @property
    def whole(self) -> bool:
        """Every branch was taken or has a reason, and nothing went wrong."""
        return not self.faults and all(way.reached or way.reason for way in self.ways)


def walk(flow: Flow) -> Walk:
    """Walks `flow` from its start. Unreachable branches are listed with the reason, never skipped."""
    walker = _Walker(flow)
    waiting, seen = [flow.start], {flow.start}
    ways: list[Way] = []
    while waiting:
        action = flow.actions[waiting.pop()]
        found = walker.ways(action)
        ways += found
        for way in found:
            if way.reached and way.target in flow.actions and way.target not in seen:
                seen.add(way.target)
                waiting.append(way.target)
    unreached = {identifier: _why_unreached(identifier, ways) for identifier in flow.actions if identifier not in seen}
    return Walk(
        ways=tuple(ways),
        unreached=unreached,
        faults=tuple(walker.faults),
        circles=tuple(sorted(walker.circles)),
        steps=walker.steps,
    )


def _why_unreached(identifier: str, ways: list[Way]) -> str:
    for way in ways:
        if way.target == identifier:
            return f"only {way.branch} of {way.action!r} leads here: {way.reason}"
    return "no branch of a reachable action leads here"


class _Walker:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.faults: list[str] = []
        self.circles: set[str] = set()
        self.steps = 0

    def ways(self, action: Action) -> list[Way]:
        """Every branch of `action`, tried until each is taken or nothing is left to try."""
        open_ways = dict(action.targets())
        taken: dict[str, str] = {}
        for attempt in attempts(self.flow, action):
            branch = self._try(action, attempt)
            if branch is not None:
                taken.setdefault(branch, open_ways.get(branch, ""))
            if len(taken) > len(open_ways):
                break
        reached = [Way(action=action.identifier, branch=way, target=to, reached=True) for way, to in taken.items()]
        row = row_of(action.type)
        return reached + [
            Way(
                action=action.identifier,
                branch=way,
                target=to,
                reached=False,
                reason=_reason(row, action, way),
            )
            for way, to in open_ways.items()
            if way not in taken
        ]

    def _try(self, action: Action, attempt: Attempt) -> str | None:
        """The branch that `attempt` leaves `action` by, None if it does not leave."""
        begun = msgspec.structs.replace(self.flow, start=action.identifier)
        try:
            return self._drive(begun, action, attempt)
        except Exception as error:  # the walk exists to show that this can't happen
            self.faults.append(f"action {action.identifier!r}: {type(error).__name__}: {error}")
            return None

    def _drive(self, begun: Flow, action: Action, attempt: Attempt) -> str | None:
        now = attempt.now
        state, commands = start(begun, attempt.facts, library=attempt.library, now=now)
        for event in (*attempt.events, None):
            self.steps += 1
            self._note_circle(action, commands)
            branch = _left_by(self.flow, action, state, commands)
            if branch is not None or event is None:
                return branch
            if isinstance(event, TimerExpired) and state.deadline is not None:
                now = state.deadline
            state, commands = step(state, event, now)
        return None

    def _note_circle(self, action: Action, commands: tuple[FlowCommand, ...]) -> None:
        last = commands[-1] if commands else None
        if isinstance(last, FlowFinished) and last.outcome == "DROPPED" and LOOPS in last.detail:
            self.circles.add(action.identifier)


def _left_by(flow: Flow, action: Action, state: FlowState, commands: tuple[FlowCommand, ...]) -> str | None:
    """Which entry of `action.targets()` the trace names; the label itself where the flow ends there."""
    traces = [command for command in commands if isinstance(command, Trace) and command.flow == flow.name]
    if not traces or traces[0].action != action.identifier:
        return None
    trace = traces[0]
    waiting = state.action if state.flow.name == flow.name else None
    following = traces[1].action if len(traces) > 1 else waiting
    for branch in _named(action, trace):
        if action.targets()[branch] == following:
            return branch
    return trace.result


def _named(action: Action, trace: Trace) -> Iterator[str]:
    """The branches a result can have taken, the exact ones first."""
    ways = action.targets()
    if not trace.error:
        label = trace.result
        yield from (way for way in ways if way[0].isdecimal() and way.partition(" ")[2].partition(" ")[2] == label)
        yield from (way for way in ways if way[0].isdecimal() and way.partition(" ")[2].partition(" ")[2] != label)
    if trace.result in ways:
        yield trace.result
    elif trace.error and CATCH_ALL in ways:
        yield CATCH_ALL
    if "NextAction" in ways:
        yield "NextAction"


def _reason(row: Row, action: Action, way: str) -> str:
    """Why no contact can take a way that is wired."""
    if row.terminal:
        return f"{action.type} ends the flow"
    if row.offline in _ALWAYS_FAIL:
        return f"{action.type} {_ALWAYS_FAIL[row.offline]}"
    if unfilled := placeholders([action.parameters]):
        return f"the placeholder {unfilled[0]} stands for a value that is not known"
    if way == "NextAction":
        return _reason_of_next(row, action)
    if way in action.errors:
        return f"{action.type} never leaves by {way} with these parameters"
    return "an earlier condition is true whenever this one is, or it never is"


def _reason_of_next(row: Row, action: Action) -> str:
    others = [target for branch, target in action.targets().items() if branch != "NextAction"]
    if row.branching and action.next in others:
        return "NextAction is a copy of another branch, which is wired itself"
    if row.branching:
        return f"{action.type} leaves by its conditions and errors only"
    if action.type in ENDS_ON_SUCCESS or action.parameter("ContinueFlowExecution") is not None:
        return f"{action.type} ends the flow on success"
    return f"{action.type} can't succeed with these parameters"
