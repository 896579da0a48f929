"""A contact process calls itself once before it says that it is ready.

The first call of a fresh process is three times as slow as the next (pages that a fork shares are copied when first
written, codecs and sockets are set up when first used): better now than when a customer waits. It also proves that
SIP and media of this very process work. Writes nothing down.
"""

from __future__ import annotations

import pjsua2 as pj

from appliance.clock import monotonic_s
from appliance.contact.engine import Engine
from appliance.contact.sip.bystander import Bystander
from appliance.contact.sip.leg import Leg
from appliance.errors import ContactError
from appliance.events import LegRole
from appliance.ids import LegId
from appliance.logs import muted

USER = "rehearsal"
LIMIT_S = 3.0
TURN_S = 0.02


class Rehearsal(Bystander):
    """Owner of both legs of the one call."""

    def __init__(self, engine: Engine, account: pj.Account) -> None:
        self._engine = engine
        self._account = account
        self._legs: list[Leg] = []
        self._answered = 0
        self._fault: Exception | None = None

    def play(self) -> None:
        """Call, answer, hang up. Raises ContactError when that can't be done in `LIMIT_S`."""
        with muted():
            self._call()
        if self._fault is not None:
            raise ContactError(f"the process can't call itself: {self._fault}") from self._fault

    def _call(self) -> None:
        self._engine.start_clock()
        caller = Leg(self._account, self, LegId("rehearsal-1"), LegRole.CUSTOMER)
        self._legs.append(caller)
        caller.dial(f"sip:{USER}@127.0.0.1:{self._engine.sip_port}", caller=f"<sip:{USER}@127.0.0.1>", headers={})
        deadline = monotonic_s() + LIMIT_S
        while self._legs and self._fault is None:
            self._engine.poll(TURN_S)
            if self._answered == 2:
                caller.hang_up()
            if monotonic_s() > deadline:
                raise ContactError(f"the process can't call itself on port {self._engine.sip_port} in {LIMIT_S:g} s")
        self._engine.stop_clock()

    def incoming(self, call_id: int) -> None:
        """The call has arrived."""
        leg = Leg(self._account, self, LegId("rehearsal-2"), LegRole.AGENT, call_id)
        self._legs.append(leg)
        leg.reply(200)

    # ── LegOwner ─────────────────────────────────────────────────────────────────────────────────────────────────

    def leg_answered(self, leg: Leg) -> None:
        self._answered += 1

    def leg_ended(self, leg: Leg, status: int, reason: str) -> None:
        self._legs.remove(leg)

    def leg_faulted(self, leg: Leg, error: Exception) -> None:
        self._fault = error
