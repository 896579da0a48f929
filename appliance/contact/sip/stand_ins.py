"""Owners of incoming legs that are no contact's (yet): one that is refused, one that waits for a free process."""

from __future__ import annotations

from collections.abc import Callable

import pjsua2 as pj

from appliance.contact.sip.bystander import Bystander
from appliance.contact.sip.leg import Leg
from appliance.events import LegRole
from appliance.ids import LegId


class StandIn(Bystander):
    """Holds an incoming leg and does nothing with it; `on_gone` is called when the leg is down."""

    def __init__(self, account: pj.Account, call_id: int, on_gone: Callable[[StandIn], None]) -> None:
        self.leg = Leg(account, self, LegId("incoming"), LegRole.CUSTOMER, call_id)
        self._on_gone = on_gone

    def leg_ended(self, leg: Leg, status: int, reason: str) -> None:
        self._on_gone(self)


class Waiting(StandIn):
    """An INVITE that came a moment before the process is free; the caller hears nothing of it (100 Trying)."""

    def __init__(self, account: pj.Account, call_id: int, message: str, on_gone: Callable[[StandIn], None]) -> None:
        super().__init__(account, call_id, on_gone)
        self.message = message
