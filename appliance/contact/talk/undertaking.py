"""What may be under way in a contact with a leg of its own: an offer, a transfer, a consult, a search, a joint …

The contact asks each in turn whose leg it is; who owns the leg deals with what happens to it.
"""

from __future__ import annotations

from typing import Protocol

from appliance.contact.sip.leg import Leg


class Undertaking(Protocol):
    """One of them, for as long as it lasts."""

    def owns(self, leg: Leg) -> bool: ...

    def ringing(self, leg: Leg, status: int) -> None:
        """180 or 183 with or without sound (`leg.early`)."""

    def answered(self, leg: Leg) -> None: ...

    def leg_ended(self, leg: Leg, status: int) -> None:
        """Whatever the reason; `status` is the final SIP status."""

    def abandon(self, *, customer_left: bool) -> None:
        """The contact is over. Its legs are hung up by who ends it."""
