"""The outbound whisper flow: runs when the agent of a contact that we dial has picked up.

A flow with CompleteOutboundCall says when the number is dialled, and by which caller id: what it says before is heard
by the agent, what it says after by the customer. Any other one runs for the customer, once the customer has answered
(Amazon Connect: "what the customer hears before being connected with an agent").
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from appliance.contact.contact import Contact
from appliance.contact.flows.flow_run import FlowRun
from appliance.contact.flows.side_flows import SideHost
from appliance.dialplan import e164
from appliance.flow import commands as c
from appliance.flow import events as e
from appliance.flow.model import Flow
from appliance.ids import FlowId

OWN = FlowId("outbound_whisper")  # the box's own, which says nothing
_DIALS = "CompleteOutboundCall"


class OutboundCall(Protocol):
    """Whose call it is: what the whisper decides the time of."""

    def dial_customer(self, caller_id: str = "", limit_s: float | None = None) -> None: ...

    def talk(self) -> None: ...


class OutboundWhisper(SideHost):
    """`dials`: the flow itself asks for the call."""

    def __init__(self, contact: Contact, call: OutboundCall, flow: Flow) -> None:
        ears = contact.conversation.talker_announcer
        super().__init__(contact.flow, contact.services.timers, ears, self._finished)
        self._contact = contact
        self.dials = any(action.type == _DIALS for action in flow.actions.values())
        self._call = call
        agent = contact.conversation.talker
        name = str(agent.agent) if agent is not None and agent.agent is not None else ""
        facts = msgspec.structs.replace(contact.flow.facts, agent_username=name)
        self.run: FlowRun = contact.flow.make_run(flow, facts, self)
        self._answered = self._begun = self._over = False

    def begin(self) -> None:
        self._begun = True
        self.run.start()

    def customer_answered(self) -> None:
        """From now on the customer listens."""
        self._answered = True
        self.announcer.stop()
        self.announcer = self._contact.conversation.announcer
        if not self._begun:
            self.begin()
        elif self._over:
            self._call.talk()
        else:
            self.answer(e.RequestDone())

    def stop(self) -> None:
        """Nobody listens any more."""
        self.run.stop()
        self.announcer.stop()

    def flow_completes_call(self, command: c.CompleteOutboundCall) -> None:
        if self._answered:
            self.answer(e.RequestFailed(error="NoMatchingError"))
            return
        caller_id = e164(command.caller_id_number, self._contact.published.plan.region) or ""
        self._call.dial_customer(caller_id, command.time_limit_s)

    def flow_finished(self, run: FlowRun, outcome: str) -> None:
        self._flow.know(hooks=run.facts.hooks)
        super().flow_finished(run, outcome)

    def _finished(self) -> None:
        self._over = True
        if self._answered:
            self._call.talk()
        else:
            self._call.dial_customer()


def outbound_whisper(contact: Contact, call: OutboundCall, wanted: FlowId | None) -> OutboundWhisper | None:
    """The whisper `wanted`, or else the box's own; None where there is no such flow."""
    library = contact.published.library
    flow = (library.flow(wanted) if wanted is not None else None) or library.flow(OWN)
    return OutboundWhisper(contact, call, flow) if flow is not None else None
