"""A contact that the box begins itself, until its parties talk: the agent's phone rings first, then the customer's.

Also without an agent (a flow runs for whom the number answers) and without a number (a flow runs for the extension, or
another process joins). Why somebody is called is the switchboard's business.
"""

from __future__ import annotations

from collections.abc import Callable

from appliance.contact import protocol as p
from appliance.contact.begin.agent_ring import AgentRing
from appliance.contact.contact import Contact
from appliance.contact.flows.outbound_whisper import OutboundWhisper, outbound_whisper
from appliance.contact.media.conversation import RINGBACK
from appliance.contact.sip import causes
from appliance.contact.sip.leg import Leg
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.dialplan import ToExtension, ToOutside, route
from appliance.errors import ContactError
from appliance.events import (
    DisconnectReason,
    Endpoint,
    InitiationMethod,
    LegRole,
    SystemConnected,
)
from appliance.flow.commands import BUILTIN_PROMPT, Message
from appliance.flow.events import DigitPressed

JOIN_S = 15.0  # for the other process, once the extension has answered
_SENTENCES = {
    DisconnectReason.TELECOM_BUSY: "call_busy",
    DisconnectReason.TELECOM_UNANSWERED: "call_unanswered",
    DisconnectReason.TELECOM_TIMEOUT: "call_unanswered",
    DisconnectReason.TELECOM_NUMBER_INVALID: "call_invalid",
}
_NOT_REACHED = {
    "no_answer": DisconnectReason.TELECOM_UNANSWERED,
    "busy": DisconnectReason.TELECOM_BUSY,
    "withdrawn": DisconnectReason.OTHER,
}


class Origination(Undertaking):
    """One contact's way to its talk. The contact tells it of its legs, and forgets it when they talk."""

    def __init__(self, contact: Contact, command: p.OriginateContact) -> None:
        self._contact = contact
        self._command = command
        self._ring = AgentRing(contact, command, lost=self._agent_lost)
        self._customer: Leg | None = None
        self._timer: Timer | None = None
        self._unanswered = False  # we gave up the customer's
        self._failure: DisconnectReason | None = None
        self._whisper: OutboundWhisper | None = None

    def begin(self) -> None:
        """Ring whoever comes first."""
        command = self._command
        if command.extension is None:
            self.dial_customer()
        elif command.number:
            self._ring.begin()
        else:
            self._ring_extension()

    @property
    def has_agent(self) -> bool:
        return True

    def owns(self, leg: Leg) -> bool:
        return leg is self._ring.leg or leg is self._customer

    # ── the agent ────────────────────────────────────────────────────────────────────────────────────────────────

    def withdraw(self, command: p.WithdrawOffer) -> None:
        """The switchboard takes its offer back."""
        self._ring.withdraw(command.offer)

    def _picked_up(self, agent: Leg) -> None:
        self._ring.taken()
        self._contact.agent_connected(agent, self._command.offer)
        if self._command.initiated:
            self._contact.segment.make_durable()  # who is owed a call is called once, whatever happens now
        self._whisper = outbound_whisper(self._contact, self, self._command.outbound_flow)
        if self._whisper is not None and self._whisper.dials:
            self._whisper.begin()
        else:
            self.dial_customer()

    def _agent_lost(self, cause: str) -> None:
        """The agent's phone didn't answer: a contact that waits for somebody waits on, any other is over."""
        if self._command.initiated:
            self._contact.let_go()
        else:
            reason = _NOT_REACHED.get(cause, DisconnectReason.TELECOM_PROBLEM)
            self._contact.end(reason, detail=f"the agent's phone: {cause}")

    # ── the customer ─────────────────────────────────────────────────────────────────────────────────────────────

    def dial_customer(self, caller_id: str = "", limit_s: float | None = None) -> None:
        """Dial the number, once; `caller_id` and `limit_s` of an outbound whisper win over the switchboard's."""
        contact, command = self._contact, self._command
        if self._customer is not None:
            return
        destination = route(contact.published.plan, command.number, from_trunk=False)
        if isinstance(destination, ToExtension):
            leg = contact.legs.new(LegRole.CUSTOMER, extension=destination.extension)
            self._dial(leg, destination.extension, caller_id, limit_s, outside=False)
        elif isinstance(destination, ToOutside):
            leg = contact.legs.new(LegRole.CUSTOMER)
            self._dial(leg, destination.number, caller_id, limit_s, outside=True)
        else:
            self._fail(DisconnectReason.TELECOM_NUMBER_INVALID, "the number can't be dialled")

    def _ring_extension(self) -> None:
        """Nobody but the extension: it takes the customer's place."""
        command, contact = self._command, self._contact
        role = LegRole.SUPERVISOR if command.method is InitiationMethod.MONITOR else LegRole.CUSTOMER
        leg = contact.legs.new(role, agent=command.agent, extension=command.extension)
        self._dial(leg, str(command.extension), "", command.ring_timeout_s, outside=False)

    def _dial(self, leg: Leg, target: str, caller_id: str, limit_s: float | None, *, outside: bool) -> None:
        contact, command = self._contact, self._command
        self._customer = contact.conversation.customer = leg
        contact.conversation.through = self._ring.leg is not None
        self._wait(limit_s or command.answer_timeout_s, self._not_answered)
        shown = caller_id or command.caller_id or (command.extension if command.number else "") or "anonymous"
        try:
            contact.dial(leg, target, outside=outside, caller=Endpoint(address=shown, display_name=command.caller_name))
        except ContactError:
            self._fail(DisconnectReason.TELECOM_PROBLEM, "the call can't be sent")

    def _not_answered(self) -> None:
        self._unanswered = True
        if self._customer is not None:
            self._customer.hang_up()

    def _customer_answered(self) -> None:
        contact = self._contact
        contact.emit(SystemConnected())
        contact.conversation.talker_announcer.stop()
        contact.conversation.through = False
        if self._ring.leg is None:
            self._run_flow()
        elif self._whisper is not None:
            self._whisper.customer_answered()
        else:
            self.talk()

    def talk(self) -> None:
        """Both are there and no whisper is left: they talk."""
        contact, agent = self._contact, self._ring.leg
        if agent is not None and contact.under_way.get(Origination) is self:
            contact.under_way.over(Origination)
            contact.talk(agent, None)

    def _run_flow(self) -> None:
        """Nobody of ours: a flow speaks with whom we called, or another process joins soon."""
        contact, command = self._contact, self._command
        contact.under_way.over(Origination)
        contact.outbound = False
        flow = contact.published.library.flow(command.flow) if command.flow is not None else None
        if flow is not None:
            contact.flow.run(flow)
        elif command.flow is None and not command.number:
            contact.services.timers.after(JOIN_S, self._nobody_joined)
        else:
            detail = f"flow {command.flow} is not installed; see 'linekeeper flow list'"
            contact.end(DisconnectReason.TELECOM_PROBLEM, detail=detail)

    def _nobody_joined(self) -> None:
        contact = self._contact
        if contact.conversation.talker is None and contact.segment.contact == self._command.contact:
            contact.end(DisconnectReason.TELECOM_PROBLEM, detail="nobody joined the call")

    def press(self, digit: str) -> bool:
        """A key of the agent's, or a command in its place: for the flow that shows whom to call. False where none
        listens."""
        if self._whisper is None or self._customer is not None:
            return False
        self._whisper.run.tell(DigitPressed(digit=digit))
        return True

    # ── what legs tell ───────────────────────────────────────────────────────────────────────────────────────────

    def ringing(self, leg: Leg, _status: int) -> None:
        """The agent hears what the customer's side sends while it rings, else ring-back of ours."""
        talk = self._contact.conversation
        if leg is not self._customer or self._ring.leg is None:
            return
        if leg.early:
            talk.talker_announcer.stop()
        elif talk.talker_announcer.port is None:
            talk.talker_announcer.loop(RINGBACK)
        talk.rewire()

    def answered(self, leg: Leg) -> None:
        self._cancel_timer()
        if self._ring.cause or self._unanswered:
            return
        if leg is self._ring.leg:
            self._picked_up(leg)
        else:
            self._customer_answered()

    def leg_ended(self, leg: Leg, status: int) -> None:
        if leg is self._ring.leg:
            self._agent_ended(leg, status)
        elif leg.answered and not self._unanswered:
            self._contact.end(DisconnectReason.CUSTOMER_DISCONNECT)
        else:
            reason = DisconnectReason.TELECOM_UNANSWERED if self._unanswered else causes.disconnect_reason(status)
            self._fail(reason, f"the number answered {status}" if not self._unanswered else "nobody answered")

    def _agent_ended(self, leg: Leg, status: int) -> None:
        if self._ring.open or not leg.answered or self._ring.cause:
            self._ring.missed(status)
        elif self._failure is not None:
            self._contact.end(self._failure)
        elif self._customer is not None and self._customer.answered:
            self._contact.end(DisconnectReason.AGENT_DISCONNECT)
        else:
            self._contact.end(DisconnectReason.TELECOM_ORIGINATOR_CANCEL)

    def abandon(self, *, customer_left: bool) -> None:
        """The contact is over."""
        self._ring.abandon()
        self._cancel_timer()
        if self._whisper is not None:
            self._whisper.stop()

    def _fail(self, reason: DisconnectReason, detail: str) -> None:
        """The customer can't be had: the agent is told, then it is over."""
        self._cancel_timer()
        contact = self._contact
        contact.conversation.customer, contact.conversation.through = None, False
        if self._whisper is not None:
            self._whisper.stop()
        if self._ring.leg is None or not self._ring.leg.answered:
            contact.end(reason, detail=detail)
            return
        self._failure = reason
        sentence = Message(
            prompt=BUILTIN_PROMPT + _SENTENCES.get(reason, "call_failed"), language=contact.services.settings.language
        )

        def over(_why: str = "") -> None:
            contact.end(reason, detail=detail)

        contact.conversation.talker_announcer.play((sentence,), on_end=over, on_failure=over)

    def _wait(self, limit_s: float, action: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._contact.services.timers.after(limit_s, action)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
