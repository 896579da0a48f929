"""What legs tell their contact, and whose business it is: an undertaking's, the customer's or the talker's.

Writes down what happened to the leg, then passes it on. Must not decide what follows.
"""

from __future__ import annotations

import pjsua2 as pj

from appliance.contact.begin.origination import Origination
from appliance.contact.contact import Contact
from appliance.contact.media.letterbox import Letterbox
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.legs import answered
from appliance.contact.talk.joining import Joining
from appliance.contact.talk.leaving import customer_gone, talker_gone
from appliance.contact.talk.referring import take_refer
from appliance.contact.talk.replacing import Replacing
from appliance.contact.talk.talk_keys import TalkKeys
from appliance.events import DisconnectReason, LegEnded, LegHeld, LegResumed, LegRinging, LegRole
from appliance.flow import events as e


class LegEvents:
    """Implements LegOwner for the legs of one contact."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact

    def leg_calling(self, leg: Leg, uri: str) -> None:
        self._contact.legs.note(leg, uri, self._contact.segment)

    def leg_ringing(self, leg: Leg, status: int) -> None:
        contact = self._contact
        contact.legs.tell(leg, LegRinging(leg=leg.leg, early_media=leg.early))
        if (undertaking := contact.under_way.whose(leg)) is not None:
            undertaking.ringing(leg, status)

    def leg_answered(self, leg: Leg) -> None:
        contact = self._contact
        if leg.members and leg.extension is not None:
            leg.agent = contact.published.plan.extensions.get(leg.extension)
        contact.legs.tell(leg, answered(leg))
        if contact.ending:
            leg.hang_up()
        elif (undertaking := contact.under_way.whose(leg)) is not None:
            undertaking.answered(leg)
        elif leg is contact.conversation.customer:
            contact.customer_answered()
        elif leg is contact.conversation.talker:
            contact.talk(leg, None)

    def leg_media(self, leg: Leg, old: pj.AudioMedia | None) -> None:
        contact = self._contact
        contact.conversation.media_gone(old)
        holding = leg.leg in contact.conversation.holders
        by = leg.agent if leg is contact.conversation.talker else None
        if leg.held and not holding:
            contact.legs.tell(leg, LegHeld(leg=leg.leg))
            contact.under_way[Joining].pass_hold(leg)
            contact.holding.hold(leg.leg, by)
        elif holding and not leg.held:
            contact.legs.tell(leg, LegResumed(leg=leg.leg))
            contact.under_way[Joining].pass_hold(leg)
            contact.holding.resume(leg.leg, by)

    def leg_digit(self, leg: Leg, digit: str) -> None:
        contact = self._contact
        if contact.under_way[Joining].pass_digit(leg, digit):
            return
        talk = contact.conversation
        origination, letterbox = contact.under_way.get(Origination), contact.under_way.get(Letterbox)
        if origination is not None and leg is talk.talker:
            origination.press(digit)
            return
        if leg is talk.customer and talk.recorder.paused:
            talk.mask_key()
        if leg is talk.customer and letterbox is not None:
            letterbox.digit(digit)
        elif talk.talking:
            self._digit_in_talk(leg, digit)
        elif leg is talk.customer:
            contact.flow.tell(e.DigitPressed(digit=digit))

    def _digit_in_talk(self, leg: Leg, digit: str) -> None:
        """The talker's keys are codes or for the other party; a customer's are for a machine that a flow dialled."""
        talk = self._contact.conversation
        if leg is talk.talker and leg.role is LegRole.AGENT:
            self._contact.under_way[TalkKeys].press(digit)
        elif leg is talk.customer and talk.talker is not None and talk.talker.role is LegRole.THIRD_PARTY:
            talk.talker.send_digits(digit)

    def leg_refers(self, leg: Leg, target: str) -> int:
        return take_refer(self._contact, leg, target)

    def leg_replaceable(self, leg: Leg) -> bool:
        """Whoever talks or waits here, but not while its end is being written down."""
        contact = self._contact
        return not contact.ending and leg in (contact.conversation.customer, contact.conversation.talker)

    def leg_replaced(self, leg: Leg, call_id: int, message: str) -> Leg:
        return self._contact.under_way[Replacing].take(leg, call_id, message)

    def leg_faulted(self, leg: Leg, error: Exception) -> None:
        self._contact.end(DisconnectReason.TELECOM_PROBLEM, detail=f"fault in {leg.leg}: {type(error).__name__}")

    def leg_ended(self, leg: Leg, status: int, reason: str) -> None:
        contact = self._contact
        remote = not leg.hung_up_by_us
        body = LegEnded(
            leg=leg.leg, role=leg.role, sip_status=status, reason=reason, remote=remote, quality=leg.quality
        )
        contact.legs.gone(leg, body)
        contact.conversation.media_gone(leg.audio)
        if not contact.ending:
            self._react_to_end(leg, status)
        contact.check_over()

    def _react_to_end(self, leg: Leg, status: int) -> None:
        contact = self._contact
        if (undertaking := contact.under_way.whose(leg)) is not None:
            undertaking.leg_ended(leg, status)
        elif leg is contact.conversation.customer:
            customer_gone(contact, leg, status)
        elif leg is contact.conversation.talker:
            talker_gone(contact, leg)
