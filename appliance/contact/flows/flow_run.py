"""Runs one flow for a contact: steps the pure machine and carries its commands out with real sound and real queues.

The machine decides, this module only acts. What the box can't do (yet) is answered with the failure event that sends
the flow to its error branch; it never stops a call.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Protocol

from appliance.contact.flows.encryption import encrypt
from appliance.contact.flows.flow_path import FlowPath
from appliance.contact.functions.client import Call, FunctionsClient
from appliance.contact.functions.flow_terms import contact_event, flow_event
from appliance.contact.functions.messages import Answered
from appliance.contact.media.announcer import Announcer
from appliance.contact.timers import Timer, Timers
from appliance.events import AnyBody, AttributesUpdated, InputEncrypted
from appliance.flow import commands as c
from appliance.flow import events as e
from appliance.flow import machine
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.model import Flow
from appliance.ids import ContactId


class FlowHost(Protocol):
    """What a flow can ask of its contact."""

    @property
    def announcer(self) -> Announcer: ...

    def emit(self, body: AnyBody) -> None: ...

    def flow_enters_queue(self, command: c.EnterQueue) -> None: ...

    def flow_routes(self, command: c.SetRouting) -> None: ...

    def flow_disconnects(self) -> None: ...

    def flow_sets_recording(self, command: c.SetRecording) -> None: ...

    def flow_hooks(self, command: c.SetEventHook) -> None: ...

    def flow_dials(self, command: c.DialThirdParty) -> None: ...

    def flow_completes_call(self, command: c.CompleteOutboundCall) -> None: ...

    def flow_calls_back(self, command: c.CreateCallback) -> None: ...

    def flow_measures(self, command: c.MeasureMetrics) -> None: ...

    def flow_transfers(self, command: c.TransferToAgent) -> None: ...

    def flow_finished(self, run: FlowRun, outcome: str) -> None: ...


class FlowRun:
    """A flow under way. `tell` gives it what happened; after `stop` nothing more comes of it."""

    def __init__(
        self,
        flow: Flow,
        facts: ContactFacts,
        library: Library,
        *,
        host: FlowHost,
        timers: Timers,
        functions: FunctionsClient,
        contact: ContactId,
        bundle_sha256: str,
        now: Callable[[], float],
    ) -> None:
        self.flow = flow
        self._host = host
        self._timers = timers
        self._functions = functions
        self._contact = contact
        self._path = FlowPath(flow, bundle_sha256, host.emit)
        self._call: Call | None = None
        self._now = now
        self._timer: Timer | None = None
        self._stopped = False
        self._state, self._pending = machine.start(flow, facts, library=library, now=now())

    @property
    def facts(self) -> ContactFacts:
        """The contact's facts as the flow has left them."""
        return self._state.facts

    def start(self) -> None:
        """Take the first steps."""
        self._path.begin()
        self._carry_out(self._pending)

    def tell(self, event: e.FlowEvent) -> None:
        """Something happened; late events of a stopped flow are dropped."""
        if self._stopped:
            return
        self._state, commands = machine.step(self._state, event, self._now())
        self._carry_out(commands)

    def stop(self) -> None:
        """The flow is no longer wanted: its timer ends, its sound is left to whoever stopped it."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._call is not None:
            self._call.cancel()

    def _carry_out(self, commands: tuple[c.FlowCommand, ...]) -> None:
        """In order, but hanging up comes last: that ends everything, and the flow's own end is still to be written."""
        self._set_timer()
        hangs_up = any(isinstance(command, c.Disconnect) for command in commands)
        for command in commands:
            if hangs_up and isinstance(command, c.FlowFinished):
                self._path.end(command)
            else:
                self._act(command)
            if self._stopped:
                return
        if hangs_up:
            self._host.flow_disconnects()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._state.deadline is not None:
            delay_s = max(0.0, self._state.deadline - self._now())
            self._timer = self._timers.after(delay_s, lambda: self.tell(e.TimerExpired()))

    def _act(self, command: c.FlowCommand) -> None:
        action = _ACTIONS.get(type(command))
        if action is not None:
            action(self, command)

    def _later(self, event: e.FlowEvent) -> None:
        """Answer from the loop, so that a chain of immediate answers doesn't nest."""
        self._timers.after(0.0, lambda: self.tell(event))

    def _play(self, command: c.Play) -> None:
        self._host.announcer.play(
            command.messages,
            on_end=lambda: self.tell(e.PromptEnded()),
            on_failure=lambda reason: self.tell(e.PromptFailed(reason=reason)),
        )

    def _stop_playing(self, _command: c.StopPlaying) -> None:
        self._host.announcer.stop()

    def _enter_queue(self, command: c.EnterQueue) -> None:
        self._host.flow_enters_queue(command)

    def _set_routing(self, command: c.SetRouting) -> None:
        self._host.flow_routes(command)

    def _set_recording(self, command: c.SetRecording) -> None:
        self._host.flow_sets_recording(command)

    def _set_attributes(self, command: c.SetAttributes) -> None:
        self._host.emit(AttributesUpdated(attributes=command.attributes))

    def _set_hook(self, command: c.SetEventHook) -> None:
        self._host.flow_hooks(command)

    def _dial(self, command: c.DialThirdParty) -> None:
        self._host.flow_dials(command)

    def _complete_call(self, command: c.CompleteOutboundCall) -> None:
        self._host.flow_completes_call(command)

    def _call_back(self, command: c.CreateCallback) -> None:
        self._host.flow_calls_back(command)

    def _invoke(self, command: c.InvokeFunction) -> None:
        def told(answered: Answered) -> None:
            self._host.emit(contact_event(command.function, answered))
            self.tell(flow_event(answered))

        self._call = self._functions.invoke(command, self._contact, told)

    def _measure(self, command: c.MeasureMetrics) -> None:
        self._host.flow_measures(command)

    def _transfer(self, command: c.TransferToAgent) -> None:
        self._host.flow_transfers(command)

    def _encrypt(self, command: c.EncryptInput) -> None:
        def told(answer: e.FlowEvent) -> None:
            if isinstance(answer, e.InputEncrypted):
                self._host.emit(InputEncrypted(key=command.key_id))
            self.tell(answer)

        encrypt(command, self._timers, told)

    def _enter(self, command: c.FlowEntered) -> None:
        self._path.enter(command)

    def _draw(self, _command: c.DrawNumber) -> None:
        self._later(e.NumberDrawn(number=random.randint(1, 100)))

    def _trace(self, command: c.Trace) -> None:
        self._path.take(command)

    def _finish(self, command: c.FlowFinished) -> None:
        self.stop()
        self._path.end(command)
        self._host.flow_finished(self, command.outcome)


_ACTIONS: dict[type[c.FlowCommand], Callable[[FlowRun, Any], None]] = {
    c.Play: FlowRun._play,
    c.StopPlaying: FlowRun._stop_playing,
    c.EnterQueue: FlowRun._enter_queue,
    c.SetRouting: FlowRun._set_routing,
    c.SetRecording: FlowRun._set_recording,
    c.SetAttributes: FlowRun._set_attributes,
    c.SetEventHook: FlowRun._set_hook,
    c.DialThirdParty: FlowRun._dial,
    c.CompleteOutboundCall: FlowRun._complete_call,
    c.CreateCallback: FlowRun._call_back,
    c.InvokeFunction: FlowRun._invoke,
    c.MeasureMetrics: FlowRun._measure,
    c.TransferToAgent: FlowRun._transfer,
    c.DrawNumber: FlowRun._draw,
    c.EncryptInput: FlowRun._encrypt,
    c.FlowEntered: FlowRun._enter,
    c.Trace: FlowRun._trace,
    c.FlowFinished: FlowRun._finish,
}
