"""Flows beside the main one, each for one pair of ears: whispers before the talk, hold flows during it.

An event hook of the main flow chooses them (UpdateContactEventHooks), else the box's own flow of that name runs. The
whispers that come with the box are empty: nobody waits for one unless somebody has written it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from appliance.contact.flows.flow_run import FlowRun
from appliance.contact.flows.main_flow import MainFlow
from appliance.contact.media.announcer import Announcer
from appliance.contact.media.conversation import MUSIC, Conversation
from appliance.contact.sip.leg import Leg
from appliance.contact.timers import Timers
from appliance.events import AnyBody
from appliance.flow import commands as c
from appliance.flow import events as e
from appliance.flow.commands import Message

ATTENTION = "attention"  # a prompt of `sounds`


class SideHost:
    """Implements FlowHost for a flow that may speak and set attributes, but not move the contact."""

    def __init__(self, flow: MainFlow, timers: Timers, announcer: Announcer, on_finished: Callable[[], None]) -> None:
        self.announcer = announcer
        self.run: FlowRun | None = None
        self._flow = flow
        self._timers = timers
        self._on_finished = on_finished

    def emit(self, body: AnyBody) -> None:
        self._flow.host.emit(body)

    def flow_enters_queue(self, command: c.EnterQueue) -> None:
        self.answer(e.QueueFailed(error="NoMatchingError"))

    def flow_routes(self, command: c.SetRouting) -> None:
        """The contact has an agent already."""

    def flow_disconnects(self) -> None:
        self._flow.host.flow_disconnects()

    def flow_sets_recording(self, command: c.SetRecording) -> None:
        self._flow.host.flow_sets_recording(command)

    def flow_hooks(self, command: c.SetEventHook) -> None:
        """A hook set here would come too late for this talk."""

    def flow_dials(self, command: c.DialThirdParty) -> None:
        self.answer(e.ThirdPartyEnded(outcome="CallFailed"))

    def flow_completes_call(self, command: c.CompleteOutboundCall) -> None:
        self.answer(e.RequestFailed(error="NoMatchingError"))

    def flow_calls_back(self, command: c.CreateCallback) -> None:
        """The customer is being served: whoever wants a callback beside that asks for it in another flow."""
        self.answer(e.RequestFailed(error="NoMatchingError"))

    def flow_measures(self, command: c.MeasureMetrics) -> None:
        self.answer(e.MetricsFailed(reason="a whisper or hold flow has no time to measure"))

    def flow_transfers(self, command: c.TransferToAgent) -> None:
        """The talk is about to begin or under way: there is nobody to hand on."""

    def flow_finished(self, run: FlowRun, outcome: str) -> None:
        self._flow.know(attributes=run.facts.attributes)
        self._on_finished()

    def answer(self, event: e.FlowEvent) -> None:
        """Tell the flow from the loop: for an answer from within a command."""
        self._timers.after(0.0, lambda: self.run.tell(event) if self.run is not None else None)


class SideFlows:
    """The flows that run beside the main one, by hook."""

    def __init__(self, flow: MainFlow, timers: Timers, conversation: Conversation) -> None:
        self._flow = flow
        self._timers = timers
        self._conversation = conversation
        self._runs: dict[str, FlowRun] = {}

    def whisper(self, leg: Leg, on_done: Callable[[], None], *, attention: bool = False) -> None:
        """Agent and customer whisper at the same time; `on_done` when both have ended, at once where there is none.
        `attention`: the agent's phone has answered by itself, so a tone comes first."""
        if attention:
            ears = self._conversation.talker_announcer
            ears.play(
                (Message(prompt=ATTENTION),),
                on_end=lambda: self.whisper(leg, on_done),
                on_failure=lambda _reason: self.whisper(leg, on_done),
            )
            return
        talk = self._conversation
        pending = {"AgentWhisper": talk.talker_announcer, "CustomerWhisper": talk.announcer}
        started = [hook for hook, ears in pending.items() if self._start(hook, ears, leg, lambda: self._check(on_done))]
        if not started:
            on_done()

    def hold(self, leg: Leg | None, *, talker_waits: bool = True) -> None:
        """What the customer on hold hears, and the talker (`leg`) who waits as well and talks with nobody else."""
        talk = self._conversation
        if not self._start("CustomerHold", talk.announcer, leg, _nothing):
            talk.announcer.loop(MUSIC)
        if talker_waits:
            self._start("AgentHold", talk.talker_announcer, leg, _nothing)

    def stop(self) -> None:
        """Silence for both."""
        runs, self._runs = self._runs, {}
        for run in runs.values():
            run.stop()
        self._conversation.announcer.stop()
        self._conversation.talker_announcer.stop()

    def _start(self, hook: str, ears: Announcer, leg: Leg | None, on_finished: Callable[[], None]) -> bool:
        flow = self._flow.at_event(hook)
        if flow is None:
            return False
        agent = str(leg.agent) if leg is not None and leg.agent is not None else ""
        facts = msgspec.structs.replace(self._flow.facts, agent_username=agent)

        def finished() -> None:
            self._runs.pop(hook, None)
            on_finished()

        host = SideHost(self._flow, self._timers, ears, finished)
        host.run = self._runs[hook] = self._flow.make_run(flow, facts, host)
        host.run.start()
        return True

    def _check(self, on_done: Callable[[], None]) -> None:
        if not self._runs:
            self._timers.after(0.0, on_done)


def _nothing() -> None:
    """A hold flow that ends leaves silence."""
