"""Who owns a leg that is no contact's: hears what happens to it and does nothing about it."""

from __future__ import annotations

import pjsua2 as pj

from appliance.contact.sip.causes import DECLINED
from appliance.contact.sip.leg import Leg
from appliance.errors import ContactError


class Bystander:
    """Implements LegOwner without effect; the leg can be neither transferred nor replaced."""

    def leg_calling(self, leg: Leg, uri: str) -> None: ...

    def leg_ringing(self, leg: Leg, status: int) -> None: ...

    def leg_answered(self, leg: Leg) -> None: ...

    def leg_media(self, leg: Leg, old: pj.AudioMedia | None) -> None: ...

    def leg_digit(self, leg: Leg, digit: str) -> None: ...

    def leg_faulted(self, leg: Leg, error: Exception) -> None: ...

    def leg_ended(self, leg: Leg, status: int, reason: str) -> None: ...

    def leg_refers(self, leg: Leg, target: str) -> int:
        return DECLINED

    def leg_replaceable(self, leg: Leg) -> bool:
        return False

    def leg_replaced(self, leg: Leg, call_id: int, message: str) -> Leg:
        raise ContactError("this call can't be replaced")
