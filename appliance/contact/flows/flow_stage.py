"""What the commands of the contact's main flow do here: queue, transfer, third party, mailbox, callback, recording."""

from __future__ import annotations

from appliance.contact.contact import Contact
from appliance.contact.flows.callback_request import request_callback
from appliance.contact.flows.flow_run import FlowRun
from appliance.contact.flows.queue_stay import QueueStay, enter_queue, leave_queue_for
from appliance.contact.media.announcer import Announcer
from appliance.contact.media.letterbox import Letterbox, end_after, take_message
from appliance.contact.protocol import MeasureMetrics
from appliance.contact.talk.targets import GREETING_PREFIX, VOICEMAIL_PREFIX, find_mailbox
from appliance.contact.talk.third_party import COMPLETED, FAILED, ThirdParty
from appliance.contact.talk.transfer import Transfer, transfer
from appliance.events import AnyBody, DisconnectReason
from appliance.flow import commands as c
from appliance.flow import events as e
from appliance.ids import agent_queue


class FlowStage:
    """Implements FlowHost for the main flow."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact

    @property
    def announcer(self) -> Announcer:
        return self._contact.conversation.announcer

    def emit(self, body: AnyBody) -> None:
        self._contact.emit(body)

    def flow_enters_queue(self, command: c.EnterQueue) -> None:
        queue = agent_queue(command.agent) if command.queue is None and command.agent is not None else command.queue
        if queue is None:
            self._contact.flow.tell_later(e.QueueFailed(error="NoMatchingError"))
            return
        if command.new_contact:
            leave_queue_for(self._contact, queue)
        enter_queue(
            self._contact,
            queue,
            priority=command.priority,
            time_adjustment_s=command.time_adjustment_s,
            criteria=command.criteria,
        )

    def flow_routes(self, command: c.SetRouting) -> None:
        """A contact that waits is served so from now on; for one that doesn't it stands in the flow's facts."""
        if (stay := self._contact.under_way.get(QueueStay)) is not None:
            stay.route(command)

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
        self._contact.under_way.begin(ThirdParty(self._contact, command)).dial()

    def _takes_message(self, command: c.DialThirdParty) -> None:
        """The third party is a mailbox."""
        contact = self._contact

        def back(taken: bool) -> None:
            self._contact.flow.tell(e.ThirdPartyEnded(outcome=COMPLETED if taken else FAILED))

        kind, _, name = command.number.partition(":")
        mailbox = find_mailbox(contact.published.plan, name)
        if mailbox is not None:
            done = back if command.resume else end_after(contact)
            take_message(contact, mailbox, done, greeting=f"{kind}:" == GREETING_PREFIX)
        elif command.resume:
            self._contact.flow.tell_later(e.ThirdPartyEnded(outcome=FAILED))
        else:
            contact.end(DisconnectReason.CONTACT_FLOW_DISCONNECT, detail=f"there is no mailbox {command.number}")

    def flow_completes_call(self, command: c.CompleteOutboundCall) -> None:
        """Only an outbound whisper has a call to complete."""
        self._contact.flow.tell_later(e.RequestFailed(error="NoMatchingError"))

    def flow_calls_back(self, command: c.CreateCallback) -> None:
        asked = request_callback(self._contact, command, self._contact.flow.latest)
        self._contact.flow.tell_later(e.RequestDone() if asked else e.RequestFailed(error="NoMatchingError"))

    def flow_measures(self, command: c.MeasureMetrics) -> None:
        contact = self._contact
        question = MeasureMetrics(contact=contact.segment.contact, queue=command.queue, agent=command.agent)
        if not contact.services.link.ask(question):
            self._contact.flow.tell_later(e.MetricsFailed(reason="the switchboard is away"))

    def flow_transfers(self, command: c.TransferToAgent) -> None:
        contact = self._contact
        extension = contact.published.plan.extension_of(command.agent) if command.agent is not None else None
        if extension is not None:
            transfer(contact, extension, None)

    def flow_finished(self, run: FlowRun, outcome: str) -> None:
        """A flow that ended without handing the contact on ends the contact; a queue flow only falls silent."""
        contact = self._contact
        is_current = contact.flow.finished(run)
        elsewhere = any(kind in contact.under_way for kind in (QueueStay, ThirdParty, Transfer, Letterbox))
        if is_current and not contact.conversation.talking and not elsewhere:
            detail = f"flow {run.flow.name} ended: {outcome}"
            contact.end(DisconnectReason.CONTACT_FLOW_DISCONNECT, detail=detail)
