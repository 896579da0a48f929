"""The agent's phone rings for a contact that the box begins itself, perhaps by an offer of the switchboard."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contact import protocol as p
from appliance.contact.contact import Contact
from appliance.contact.sip import causes
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.ringing import Alert, alert_headers
from appliance.contact.timers import Timer
from appliance.errors import ContactError
from appliance.events import AgentMissed, AgentOffered, LegRole
from appliance.ids import OfferId


class AgentRing:
    """`lost` hears why the agent can't be had. `cause`: why we gave up the phone; `open`: the offer is neither taken
    nor missed."""

    def __init__(self, contact: Contact, command: p.OriginateContact, *, lost: Callable[[str], None]) -> None:
        self.leg: Leg | None = None
        self.cause = ""
        self.open = command.offer is not None
        self._contact = contact
        self._command = command
        self._lost = lost
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Ring it; an offer to a phone that must not be disturbed is missed at once."""
        command, contact = self._command, self._contact
        if command.offer is not None and command.agent is not None and command.extension is not None:
            profile = contact.published.plan.profiles.get(command.agent)
            contact.emit(
                AgentOffered(offer=command.offer, agent=command.agent, extension=command.extension, profile=profile)
            )
        if command.offer is not None and self._undisturbed():
            self.cause = "rejected"
            self.missed(486)
            return
        self._dial(contact.legs.new(LegRole.AGENT, agent=command.agent, extension=command.extension))

    def _dial(self, leg: Leg) -> None:
        command, contact = self._command, self._contact
        if command.queue is not None:
            entry = contact.published.plan.queues.get(command.queue)
            leg.headers, leg.label = alert_headers(Alert.QUEUE), entry.label if entry is not None else ""
        self.leg = contact.conversation.talker = leg
        self._timer = contact.services.timers.after(command.ring_timeout_s, lambda: self._give_up("no_answer"))
        try:
            contact.dial(leg, str(command.extension))
        except ContactError:
            self.missed(503)

    def _undisturbed(self) -> bool:
        """Whether the agent's phone must not be disturbed: an offer is missed at once then, as in a queue."""
        extension = self._command.extension
        return extension is not None and self._contact.published.plan.phone(extension).do_not_disturb

    def withdraw(self, offer: OfferId) -> None:
        """The switchboard takes this offer back."""
        if self.open and offer == self._command.offer:
            self._give_up("withdrawn")

    def taken(self) -> None:
        """The agent has picked up."""
        self.open = False
        self._cancel_timer()

    def missed(self, status: int) -> None:
        """The phone didn't answer; it is written down, and said."""
        cause = self.cause or causes.missed_cause(status)
        self._miss(cause, status)
        self._lost(cause)

    def abandon(self) -> None:
        """The contact is over."""
        self._miss("abandoned", 0)

    def _give_up(self, cause: str) -> None:
        self.cause = self.cause or cause
        if self.leg is not None:
            self.leg.hang_up()

    def _miss(self, cause: str, status: int) -> None:
        self._cancel_timer()
        command = self._command
        if self.open and command.offer is not None and command.agent is not None:
            self.open = False
            missed = AgentMissed(offer=command.offer, agent=command.agent, cause=cause, sip_status=status)
            self._contact.emit(missed)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
