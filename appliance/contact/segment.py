"""One contact id's worth of a customer's visit: its journal, its legs, its end.

A transfer ends one segment and begins the next in the same process; each becomes one contact record.
"""

from __future__ import annotations

import logging
from pathlib import Path

from appliance.clock import Clock
from appliance.contact.journal import Journal
from appliance.contact.link import Link
from appliance.contact.timers import Timers
from appliance.events import AnyBody, ContactDisconnected, DisconnectReason
from appliance.ids import AgentId, ContactId, LegId
from appliance.logs import fields

FLUSH_S = 0.1  # pjsua2 takes ports down (and completes their files) on a later tick of the media clock
_log = logging.getLogger(__name__)


class Segment:
    """Writes what happens to one contact id and lets go of it when it is closed, its last leg down, its files whole."""

    def __init__(
        self, contact: ContactId, *, spool: Path, link: Link, clock: Clock, timers: Timers, seq: int = 0
    ) -> None:
        self.contact = contact
        self.folder = spool / contact
        self.agent: AgentId | None = None
        self.closed = False
        self.last = False  # of its contact, which lets go of it once the process is free
        self._journal = Journal(spool, contact, clock, seq=seq)
        self._link = link
        self._timers = timers
        self._legs: set[LegId] = set()
        self._released = False

    def emit(self, body: AnyBody) -> None:
        """Journal first, then the switchboard."""
        self._link.send(self._journal.append(body))

    def make_durable(self) -> None:
        """What was written so far outlives a power cut."""
        self._journal.make_durable()

    def leg_up(self, leg: LegId) -> None:
        self._legs.add(leg)

    def leg_down(self, leg: LegId) -> None:
        self._legs.discard(leg)
        self._release()

    def close(self, reason: DisconnectReason | None, state: str, detail: str = "") -> None:
        """The last event but for legs that are still going down."""
        if self.closed:
            return
        self.closed = True
        self.emit(ContactDisconnected(reason=reason, pre_disconnect_state=state, detail=detail))
        _log.info("contact ended: %s in %s", reason or "transferred", state, extra=fields(contact=self.contact))
        self._release()

    def _release(self) -> None:
        if self.closed and not self._legs and not self._released and not self.last:
            self._released = True
            self._timers.after(FLUSH_S, self.let_go)

    def let_go(self) -> None:
        """Nothing more will be written."""
        self._journal.close()
        self._link.release(self.contact)
