"""A contact: its legs and its way from the first ring to the last BYE.

Decides nothing that a flow, the dial plan or the switchboard should decide; it carries out and writes down. How it
begins is in `arrival`, who hears whom in `conversation`, waiting and offers in `queue_stay`, the ringing part of a
transfer in `transfer`, a flow's commands in `flow_run`.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

import msgspec
import pjsua2 as pj

from appliance.clock import monotonic_s
from appliance.contact import causes
from appliance.contact.announcer import Announcer
from appliance.contact.conversation import Conversation
from appliance.contact.flow_run import FlowRun
from appliance.contact.leg import Leg
from appliance.contact.queue_stay import QueueStay
from appliance.contact.segment import FLUSH_S, Segment
from appliance.contact.services import Services
from appliance.contact.transfer import Transfer, new_target
from appliance.errors import ContactError
from appliance.events import (
    AgentConnected,
    AgentLeft,
    AnyBody,
    ContactInitiated,
    ContactTransferred,
    CustomerHeld,
    CustomerResumed,
    DisconnectReason,
    Endpoint,
    InitiationMethod,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegResumed,
    LegRinging,
    LegRole,
    LegStarted,
    SystemConnected,
)
from appliance.flow import commands as c
from appliance.flow import events as e
from appliance.flow.facts import ContactFacts
from appliance.flow.model import Flow
from appliance.ids import AgentId, ContactId, Extension, LegId, OfferId, QueueId
from appliance.logs import fields

REFER_GRACE_S = 1.0
_log = logging.getLogger(__name__)


class Contact:
    """One visit in this process. `on_over` is called once, when the last leg is down."""

    def __init__(self, services: Services, on_over: Callable[[], None]) -> None:
        self.services = services
        self.published = services.plans.read()
        self.conversation = Conversation(services)
        self.segment = self._new_segment()
        self.facts = ContactFacts()
        self.outbound = False  # somebody inside dialled: the dialled party is the customer
        self.identity = ""  # From of the legs we dial, a name-addr
        self.customer_endpoint = Endpoint(address="anonymous")
        self.stay: QueueStay | None = None
        self.transfer: Transfer | None = None
        self._initial: ContactId | None = None
        self._on_over = on_over
        self._legs: dict[LegId, Leg] = {}
        self._segments: dict[LegId, Segment] = {}
        self._leg_count = 0
        self._run: FlowRun | None = None
        self._ending = False
        self._over = False

    # ── legs ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def adopt_leg(self, leg: Leg) -> None:
        """Hold the incoming leg."""
        self._legs[leg.leg] = leg

    def new_leg(self, role: LegRole, *, agent: AgentId | None = None, extension: Extension | None = None) -> Leg:
        """A leg that has still to be dialled."""
        self._leg_count += 1
        leg = Leg(self.services.account, self, LegId(f"{role.value}-{self._leg_count}"), role)
        leg.agent, leg.extension = agent, extension
        self._legs[leg.leg] = leg
        return leg

    def leg(self, leg: LegId) -> Leg | None:
        """The leg of that id, while it is up."""
        return self._legs.get(leg)

    def dial(self, leg: Leg, target: str, *, outside: bool = False) -> None:
        """Send the INVITE by way of the edge. Raises ContactError when it can't even be sent; the leg is gone then."""
        headers = {"X-Linekeeper-Contact": str(self.segment.contact)}
        if outside:
            headers["X-Linekeeper-Trunk"] = "any"
        uri = f"sip:{target}@127.0.0.1:{self.services.settings.edge_port}"
        try:
            leg.dial(uri, caller=self.identity, headers=headers)
        except ContactError as error:
            self._legs.pop(leg.leg, None)
            _log.error("%s", error, extra=fields(contact=self.segment.contact, leg=leg.leg))
            raise

    def note_leg(self, leg: Leg, uri: str, *, outgoing: bool) -> None:
        """Write down that the leg exists, in the segment under way."""
        self._segments[leg.leg] = self.segment
        self.segment.leg_up(leg.leg)
        self.emit(
            LegStarted(
                leg=leg.leg,
                role=leg.role,
                uri=uri,
                sip_call_id=leg.sip_call_id(),
                outgoing=outgoing,
                agent=leg.agent,
                extension=leg.extension,
            )
        )

    # ── what legs tell (LegOwner) ────────────────────────────────────────────────────────────────────────────────

    def leg_calling(self, leg: Leg, uri: str) -> None:
        self.note_leg(leg, uri, outgoing=True)

    def leg_ringing(self, leg: Leg, status: int) -> None:
        early = leg.audio is not None
        self._tell_segment(leg, LegRinging(leg=leg.leg, early_media=early))
        caller = self.conversation.talker
        if self.outbound and leg is self.conversation.customer and caller is not None and not caller.answered:
            caller.reply(183 if early or status == 183 else 180)
            self.conversation.rewire()

    def leg_answered(self, leg: Leg) -> None:
        self._tell_segment(leg, LegAnswered(leg=leg.leg, codec=leg.codec, trunk=leg.trunk))
        if self._ending:
            leg.hang_up()
        elif self.stay is not None and self.stay.owns(leg):
            self._agent_answered(self.stay)
        elif self.transfer is not None and self.transfer.owns(leg):
            self._target_answered(self.transfer)
        elif leg is self.conversation.customer:
            self._customer_answered()
        elif leg is self.conversation.talker:
            self._talk(leg, None)

    def leg_media(self, leg: Leg, old: pj.AudioMedia | None) -> None:
        self.conversation.media_gone(old)
        holding = leg.leg in self.conversation.holders
        if leg.held and not holding:
            self._tell_segment(leg, LegHeld(leg=leg.leg))
            self.hold(leg.leg, leg.agent if leg is self.conversation.talker else None)
        elif holding and not leg.held:
            self._tell_segment(leg, LegResumed(leg=leg.leg))
            self.resume(leg.leg, leg.agent if leg is self.conversation.talker else None)

    def leg_digit(self, leg: Leg, digit: str) -> None:
        if leg is self.conversation.customer and not self.conversation.talking:
            self.tell_flow(e.DigitPressed(digit=digit))

    def leg_refers(self, leg: Leg, target: str) -> Leg | None:
        """REFER (RFC 3515). Only who talks from inside may: an outside caller could dial at the branch's cost."""
        user = target.partition(":")[2].partition("@")[0].partition(";")[0].strip("<> ")
        free = leg is self.conversation.talker and self.conversation.talking and self.transfer is None
        found = new_target(self, user) if free else None
        if found is None:
            _log.warning("REFER refused: not now, or nothing to reach there", extra=fields(leg=leg.leg))
            return None
        self.transfer = Transfer(self, user, found[0])
        return found[0]

    def leg_faulted(self, leg: Leg, error: Exception) -> None:
        self.end(DisconnectReason.TELECOM_PROBLEM, detail=f"fault in {leg.leg}: {type(error).__name__}")

    def leg_ended(self, leg: Leg, status: int, reason: str) -> None:
        self._legs.pop(leg.leg, None)
        segment = self._segments.pop(leg.leg, None)
        if segment is not None:
            remote = not leg.hung_up_by_us
            body = LegEnded(
                leg=leg.leg, role=leg.role, sip_status=status, reason=reason, remote=remote, quality=leg.quality
            )
            segment.emit(body)
            segment.leg_down(leg.leg)
        self.conversation.media_gone(leg.audio)
        self._react_to_end(leg, status)
        self._check_over()

    def _react_to_end(self, leg: Leg, status: int) -> None:
        if self._ending:
            return
        if self.stay is not None and self.stay.owns(leg):
            self.stay.leg_ended(status)
        elif self.transfer is not None and self.transfer.owns(leg):
            self._target_failed(self.transfer)
        elif leg is self.conversation.customer:
            self._customer_gone(leg, status)
        elif leg is self.conversation.talker:
            self._talker_gone(leg)

    def _tell_segment(self, leg: Leg, body: AnyBody) -> None:
        self._segments.get(leg.leg, self.segment).emit(body)

    # ── answer ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _customer_answered(self) -> None:
        self.emit(SystemConnected())
        if self.outbound and self.conversation.talker is not None:
            self.conversation.talker.reply(200)
        elif self._run is not None:
            self._run.start()

    def _agent_answered(self, stay: QueueStay) -> None:
        found = stay.answered()
        if found is None:
            return
        self.stay = None
        self.stop_flow()
        leg, offer = found
        self.conversation.talker = leg
        self._talk(leg, offer.offer)
        stay.connected()

    def _talk(self, leg: Leg, offer: OfferId | None) -> None:
        """`leg` talks with the customer from now on."""
        self.conversation.talking = True
        self.conversation.rewire()
        if leg.agent is not None and leg.extension is not None:
            self.segment.agent = leg.agent
            self.emit(AgentConnected(agent=leg.agent, extension=leg.extension, offer=offer))
        self.follow_recording()
        _log.info("contact answered", extra=fields(contact=self.segment.contact, leg=leg.leg))

    def hold(self, holder: str, by: AgentId | None) -> None:
        """The customer is put on hold, by the talker's phone or by command."""
        if self.conversation.hold(holder) and self.conversation.talking:
            self.emit(CustomerHeld(by=by))
        self.conversation.rewire()

    def resume(self, holder: str, by: AgentId | None) -> None:
        """Nobody holds any more: they talk again."""
        if self.conversation.resume(holder) and self.conversation.talking:
            self.emit(CustomerResumed(by=by))
        self.conversation.rewire()

    # ── hand on ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _target_answered(self, transfer: Transfer) -> None:
        transfer.over()
        self.transfer = None
        leaver, leg = self.conversation.talker, transfer.leg
        self.hand_on(transfer.target, kind="blind", by=leaver.agent if leaver is not None else None)
        self._move(leg)
        self.conversation.talker = leg
        self.conversation.set_apart(False)
        self._talk(leg, None)
        if leaver is not None:
            self.services.timers.after(REFER_GRACE_S, leaver.hang_up)

    def _target_failed(self, transfer: Transfer) -> None:
        transfer.over()
        self.transfer = None
        _log.warning(
            "transfer failed; customer and agent are together again", extra=fields(contact=self.segment.contact)
        )
        self.conversation.set_apart(False)
        if self.conversation.talker is None:
            self.end(DisconnectReason.TELECOM_PROBLEM, detail=f"transfer to {transfer.target} failed")

    def hand_on(self, target: str, *, kind: str, by: AgentId | None) -> None:
        """End this segment and begin the next: a new contact id, the same customer."""
        before, following = self.segment, self._new_segment()
        if before.agent is not None and self.conversation.talking:
            before.emit(AgentLeft(agent=before.agent))
        self.conversation.recorder.stop("transferred")
        before.emit(ContactTransferred(next=following.contact, target=target, kind=kind, by=by))
        before.close(None, self._state())
        self._initial = self._initial or before.contact
        self.segment = following
        self.initiate(InitiationMethod.TRANSFER, None, previous=before.contact)
        leaver, self.conversation.talker = self.conversation.talker, None
        self.conversation.talking = False
        self.conversation.holders.clear()
        if self.conversation.customer is not None:
            self._move(self.conversation.customer)
            self.emit(SystemConnected())
        if kind == "queue" and leaver is not None:
            leaver.hang_up()

    def _move(self, leg: Leg) -> None:
        """The leg goes on in the segment under way."""
        before = self._segments.get(leg.leg)
        self.note_leg(leg, str(leg.getInfo().remoteUri), outgoing=leg.leg != LegId("customer"))
        self.emit(LegAnswered(leg=leg.leg, codec=leg.codec, trunk=leg.trunk))
        if before is not None and before is not self.segment:
            before.leg_down(leg.leg)

    def initiate(
        self,
        method: InitiationMethod,
        system: Endpoint | None,
        *,
        previous: ContactId | None = None,
        source: str = "",
        agent: AgentId | None = None,
    ) -> None:
        """The first event of the segment."""
        self.emit(
            ContactInitiated(
                method=method,
                customer=self.customer_endpoint,
                system=system,
                initial=self._initial,
                previous=previous,
                slot=self.services.slot,
                source=source,
                agent=agent,
            )
        )
        _log.info("contact begins: %s", method, extra=fields(contact=self.segment.contact))

    # ── flow (FlowHost) ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def announcer(self) -> Announcer:
        return self.conversation.announcer

    @property
    def wants_digits(self) -> bool:
        """Whether a key press should be heard at once."""
        return self._run is not None

    def emit(self, body: AnyBody) -> None:
        """Write an event of the segment under way."""
        self.segment.emit(body)

    def run_flow(self, flow: Flow, *, start: bool = True) -> None:
        """Run `flow` instead of the one under way; `start=False` waits for the customer's leg."""
        self._run = FlowRun(
            flow,
            self.facts,
            self.published.library,
            host=self,
            timers=self.services.timers,
            now=monotonic_s,
        )
        if start:
            self._run.start()

    def stop_flow(self) -> None:
        """No flow any more, and silence."""
        run, self._run = self._run, None
        if run is not None:
            self.facts = run.facts
            run.stop()
        self.announcer.stop()

    def tell_flow(self, event: e.FlowEvent) -> None:
        if self._run is not None:
            self._run.tell(event)

    def know_metrics(self, values: dict[str, str]) -> None:
        """Values for `$.Metrics` of the flow under way and those to come."""
        self.facts = msgspec.structs.replace(self.facts, metrics={**self.facts.metrics, **values})
        self.tell_flow(e.MetricsMeasured(values=values))

    def flow_enters_queue(self, command: c.EnterQueue) -> None:
        if command.queue is None:
            self.services.timers.after(0.0, lambda: self.tell_flow(e.QueueFailed(error="NoMatchingError")))
        else:
            self.enter_queue(command.queue, command.priority, command.time_adjustment_s)

    def flow_disconnects(self) -> None:
        self.end(DisconnectReason.CONTACT_FLOW_DISCONNECT)

    def flow_sets_recording(self, command: c.SetRecording) -> None:
        self.conversation.recorder.participants = command.participants
        self.conversation.recorder.ivr = command.ivr
        self.follow_recording()

    def flow_hooks(self, command: c.SetEventHook) -> None:
        """Nothing to do until a hook is due: it stands in the flow's facts."""

    def flow_dials(self, command: c.DialThirdParty) -> None:
        """Outside calls by flow come with the flow issue; until then the flow takes its error branch."""
        self.services.timers.after(0.0, lambda: self.tell_flow(e.ThirdPartyEnded(outcome="CallFailed")))

    def flow_finished(self, run: FlowRun, outcome: str) -> None:
        """A flow that ended without handing the contact on ends the contact; a queue flow only falls silent."""
        self.facts = run.facts
        if run is self._run and self.stay is None and not self.conversation.talking:
            detail = f"flow {run.flow.name} ended: {outcome}"
            self.end(DisconnectReason.CONTACT_FLOW_DISCONNECT, detail=detail)

    def enter_queue(self, queue: QueueId, priority: int = 5, time_adjustment_s: int = 0) -> None:
        """Ask the switchboard for a place."""
        self.stay = QueueStay(self, queue, priority=priority, time_adjustment_s=time_adjustment_s)

    def queue_refused(self, error: str) -> None:
        """No place: the flow goes on by its error branch."""
        self.stay = None
        if self._run is not None:
            self._run.tell(e.QueueFailed(error=error))
        else:
            self.end(DisconnectReason.TELECOM_PROBLEM, detail=f"no place in the queue: {error}")

    def follow_recording(self) -> None:
        """Start or stop recording as policy and state ask."""
        self.conversation.recorder.follow(talking=self.conversation.talking, folder=self.segment.folder, emit=self.emit)

    # ── end ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _customer_gone(self, leg: Leg, status: int) -> None:
        if leg.answered:
            self.end(DisconnectReason.CUSTOMER_DISCONNECT)
        elif self.outbound:
            self.end(causes.disconnect_reason(status), status=causes.answer_for_caller(status))
        else:
            self.end(DisconnectReason.TELECOM_ORIGINATOR_CANCEL)

    def _talker_gone(self, leg: Leg) -> None:
        if self.transfer is not None:
            self.conversation.talker = None  # blind: the talker needn't wait for the target
        elif leg.answered:
            self.end(DisconnectReason.AGENT_DISCONNECT)
        else:
            self.end(DisconnectReason.TELECOM_ORIGINATOR_CANCEL)

    def end(self, reason: DisconnectReason | None, *, status: int = 0, detail: str = "") -> None:
        """The contact is over: write it down, then take every leg down. `status` answers a leg that still rings."""
        if self._ending:
            return
        state = self._state()
        self._ending = True
        if self.stay is not None:
            abandoned = reason is DisconnectReason.CUSTOMER_DISCONNECT
            self.stay.leave("abandoned" if abandoned else "disconnected")
            self.stay = None
        if self.transfer is not None:
            self.transfer.abandon()
        self.stop_flow()
        if self.conversation.talking and self.segment.agent is not None:
            self.emit(AgentLeft(agent=self.segment.agent))
        self.conversation.recorder.stop("contact ended")
        self.segment.close(reason, state, detail)
        for leg in tuple(self._legs.values()):
            leg.hang_up(0 if leg.answered else status)
        self._check_over()

    def _state(self) -> str:
        """PreDisconnectState, as the metrics need it."""
        if self.conversation.talking:
            return "CONNECTED_ONHOLD" if self.conversation.on_hold else "CONNECTED"
        if self.stay is not None and self.stay.accepted:
            return "IN_QUEUE"
        return "RINGING" if self.outbound else "IN_FLOW"

    def _check_over(self) -> None:
        if self.segment.closed and not self._legs and not self._over:
            self._over = True
            self.services.timers.after(FLUSH_S, self._on_over)

    def _new_segment(self) -> Segment:
        return Segment(
            ContactId(str(uuid.uuid4())),
            spool=self.services.spool,
            link=self.services.link,
            clock=self.services.clock,
            timers=self.services.timers,
        )
