"""Writes down which flows a contact goes through and which branch it takes at every step: the record's flow path."""

from __future__ import annotations

from collections.abc import Callable

from appliance.events import AnyBody, FlowActionTaken, FlowEnded, FlowStarted
from appliance.flow import commands as c
from appliance.flow.machine import LOOPS
from appliance.flow.model import Flow
from appliance.ids import FlowId

RETURNED = "RETURNED_TO_FLOW"
_END_OF_MODULE = "EndFlowModuleExecution"


class FlowPath:
    """The path of one run: a flow, those it goes on in, and the modules above it. `emit` writes an event."""

    def __init__(self, flow: Flow, bundle_sha256: str, emit: Callable[[AnyBody], None]) -> None:
        self._flow = flow
        self._bundle_sha256 = bundle_sha256
        self._emit = emit
        self._open: list[FlowId] = []  # the flow, then the modules it is in

    def begin(self) -> None:
        """The run takes its first step."""
        self._started(self._flow.name, str(self._flow.flow_type), self._flow.sha256)

    def enter(self, command: c.FlowEntered) -> None:
        """It goes on in another flow, or in a module that comes back."""
        if command.outcome:
            self._end_all(command.outcome, "")
        self._started(FlowId(command.flow), command.flow_type, command.sha256)

    def take(self, command: c.Trace) -> None:
        """An action was left by a branch."""
        self._emit(
            FlowActionTaken(
                flow=FlowId(command.flow),
                action=command.action,
                action_type=command.action_type,
                result=command.result,
                error=command.error,
                lacking=command.lacking,
            )
        )
        if command.action_type == _END_OF_MODULE and len(self._open) > 1:
            self._emit(FlowEnded(flow=self._open.pop(), outcome=RETURNED))

    def end(self, command: c.FlowFinished) -> None:
        """The run is over, in whatever module it was."""
        self._end_all(command.outcome, command.detail)

    def _started(self, flow: FlowId, flow_type: str, sha256: str) -> None:
        self._open.append(flow)
        self._emit(FlowStarted(flow=flow, flow_type=flow_type, bundle_sha256=self._bundle_sha256, flow_sha256=sha256))

    def _end_all(self, outcome: str, detail: str) -> None:
        fatal = detail.startswith(LOOPS)
        while self._open:
            self._emit(FlowEnded(flow=self._open.pop(), outcome=outcome, detail=detail, fatal=fatal))
