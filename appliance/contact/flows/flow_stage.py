"""The contact's main flow (inbound, then customer queue …): what it has set, and what its commands mean here.

One flow at a time. Whispers and hold flows run beside it in `side_flows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from appliance.clock import monotonic_s
from appliance.contact.flows.callback_request import request_callback
from appliance.contact.flows.flow_run import FlowHost, FlowRun
from appliance.contact.media.announcer import Announcer
from appliance.contact.media.letterbox import end_after, take_message
from appliance.contact.protocol import MeasureMetrics
from appliance.contact.talk.targets import GREETING_PREFIX, VOICEMAIL_PREFIX, find_mailbox
from appliance.contact.talk.third_party import COMPLETED, FAILED, ThirdParty
from appliance.contact.talk.transfer import transfer
from appliance.events import AnyBody, DisconnectReason
from appliance.flow import commands as c
from appliance.flow import events as e
from appliance.flow.facts import ContactFacts
from appliance.flow.hooks import flow_for, is_empty
from appliance.flow.model import Flow
from appliance.ids import AgentId, QueueId, agent_queue

if TYPE_CHECKING:
    from appliance.contact.contact import Contact


class FlowStage:
    """Implements FlowHost for the main flow. `facts` outlive each flow."""

    def __init__(self, contact: Contact) -> None:
        self.facts = ContactFacts()
        self._contact = contact
        self._run: FlowRun | None = None

    # ── what the contact asks ────────────────────────────────────────────────────────────────────────────────────

    @property
    def running(self) -> bool:
        """Whether a flow is under way: then a key press should be heard at once."""
        return self._run is not None

    def prepare(self, flow: Flow) -> None:
        """Make ready what `begin` starts: nothing is left to read when the customer's leg is up."""
        self._run = make_run(self._contact, flow, self.facts, self)

    def begin(self) -> None:
        """Start the prepared flow."""
        if self._run is not None:
            self._run.start()

    def run(self, flow: Flow) -> None:
        """Run `flow` instead of the one under way."""
        self.stop()
        self.prepare(flow)
        self.begin()

    def stop(self) -> None:
        """No flow any more, and silence."""
        run, self._run = self._run, None
        if run is not None:
            self.facts = run.facts
            run.stop()
        self.announcer.stop()

    def tell(self, event: e.FlowEvent) -> None:
        """Something happened that a flow may wait for."""
        if self._run is not None:
            self._run.tell(event)

    def tell_later(self, event: e.FlowEvent) -> None:
        """As `tell`, from the loop: for an answer from within a command."""
        self._contact.services.timers.after(0.0, lambda: self.tell(event))

    def know_metrics(self, values: dict[str, str]) -> None:
        """Values for `$.Metrics` of the flow under way and those to come."""
        self.know(metrics={**self.facts.metrics, **values})
        self.tell(e.MetricsMeasured(values=values))

    def know(self, **facts: object) -> None:
        """Set facts for the flows to come."""
        self.facts = msgspec.structs.replace(self.facts, **facts)

    def aim(self, *, queue: QueueId | None, agent: AgentId | None) -> None:
        """The flows to come are for that queue or agent, as UpdateContactTargetQueue would have set it."""
        found = self._contact.published.library.queue(str(queue)) if queue is not None else None
        if found is not None:
            self.know(queue=found.queue, queue_name=found.queue, queue_arn=found.arn, queue_caller_id=found.caller_id)
        if found is not None or agent is not None:
            self.know(target_agent=agent)

    def hooked(self, hook: str) -> Flow | None:
        """The flow that an event hook names, None where it names none or one that isn't here."""
        wanted = self._now.hooks.get(hook)
        return self._contact.published.library.flow(wanted) if wanted else None

    def at_event(self, hook: str) -> Flow | None:
        """The flow to run at an event: the one that is hooked, else the box's own where it does anything."""
        flow = flow_for(hook, self._now, self._contact.published.library)
        return None if flow is None or is_empty(flow) else flow

    @property
    def _now(self) -> ContactFacts:
        return self._run.facts if self._run is not None else self.facts

    # ── what the flow asks (FlowHost) ────────────────────────────────────────────────────────────────────────────

    @property
    def announcer(self) -> Announcer:
        return self._contact.conversation.announcer

    def emit(self, body: AnyBody) -> None:
        self._contact.emit(body)

    def flow_enters_queue(self, command: c.EnterQueue) -> None:
        queue = agent_queue(command.agent) if command.queue is None and command.agent is not None else command.queue
        if queue is None:
            self.tell_later(e.QueueFailed(error="NoMatchingError"))
            return
        if command.new_contact:
            self._contact.leave_queue_for(queue)
        self._contact.enter_queue(
            queue,
            priority=command.priority,
            time_adjustment_s=command.time_adjustment_s,
            criteria=command.criteria,
        )

    def flow_routes(self, command: c.SetRouting) -> None:
        """A contact that waits is served so from now on; for one that doesn't it stands in the flow's facts."""
        if self._contact.stay is not None:
            self._contact.stay.route(command)

    def flow_disconnects(self) -> None:
        self._contact.end(DisconnectReason.CONTACT_FLOW_DISCONNECT)

    def flow_sets_recording(self, command: c.SetRecording) -> None:
        recorder = self._contact.conversation.recorder
        recorder.said, recorder.ivr = command.participants, command.ivr
        self._contact.follow_recording()

    def flow_hooks(self, command: c.SetEventHook) -> None:
        """Nothing to do until a hook is due: it stands in the flow's facts."""

    def flow_dials(self, command: c.DialThirdParty) -> None:
        if command.number.startswith((VOICEMAIL_PREFIX, GREETING_PREFIX)):
            self._takes_message(command)
            return
        self._contact.third_party = ThirdParty(self._contact, command)
        self._contact.third_party.dial()

    def _takes_message(self, command: c.DialThirdParty) -> None:
        """The third party is a mailbox."""
        contact = self._contact

        def back(taken: bool) -> None:
            self.tell(e.ThirdPartyEnded(outcome=COMPLETED if taken else FAILED))

        kind, _, name = command.number.partition(":")
        mailbox = find_mailbox(contact.published.plan, name)
        if mailbox is not None:
            done = back if command.resume else end_after(contact)
            take_message(contact, mailbox, done, greeting=f"{kind}:" == GREETING_PREFIX)
        elif command.resume:
            self.tell_later(e.ThirdPartyEnded(outcome=FAILED))
        else:
            contact.end(DisconnectReason.CONTACT_FLOW_DISCONNECT, detail=f"there is no mailbox {command.number}")

    def flow_completes_call(self, command: c.CompleteOutboundCall) -> None:
        """Only an outbound whisper has a call to complete."""
        self.tell_later(e.RequestFailed(error="NoMatchingError"))

    def flow_calls_back(self, command: c.CreateCallback) -> None:
        asked = request_callback(self._contact, command, self._now)
        self.tell_later(e.RequestDone() if asked else e.RequestFailed(error="NoMatchingError"))

    def flow_measures(self, command: c.MeasureMetrics) -> None:
        contact = self._contact
        question = MeasureMetrics(contact=contact.segment.contact, queue=command.queue, agent=command.agent)
        if not contact.services.link.ask(question):
            self.tell_later(e.MetricsFailed(reason="the switchboard is away"))

    def flow_transfers(self, command: c.TransferToAgent) -> None:
        contact = self._contact
        extension = contact.published.plan.extension_of(command.agent) if command.agent is not None else None
        if extension is not None:
            transfer(contact, extension, None)

    def flow_finished(self, run: FlowRun, outcome: str) -> None:
        """A flow that ended without handing the contact on ends the contact; a queue flow only falls silent."""
        self.facts = run.facts
        contact = self._contact
        others = (contact.stay, contact.third_party, contact.transfer, contact.letterbox)
        handed_on = contact.conversation.talking or any(other is not None for other in others)
        if run is self._run and not handed_on:
            detail = f"flow {run.flow.name} ended: {outcome}"
            contact.end(DisconnectReason.CONTACT_FLOW_DISCONNECT, detail=detail)


def make_run(contact: Contact, flow: Flow, facts: ContactFacts, host: FlowHost) -> FlowRun:
    """A run of `flow` for this contact, not started yet."""
    services = contact.services
    return FlowRun(
        flow,
        facts,
        contact.published.library,
        host=host,
        timers=services.timers,
        functions=services.functions,
        contact=contact.segment.contact,
        bundle_sha256=contact.published.plan.bundle_sha256,
        now=monotonic_s,
    )
