"""A contact process: one loop that polls SIP and media, the link and the timers, and holds at most one contact.

The only thread that runs Python. It sleeps in pjsua2's loop; commands wake it by the datagram of
`appliance.contact.protocol.WAKE`. A process that has served its share of contacts leaves, a fresh one follows.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pjsua2 as pj

from appliance import clock
from appliance.contact import protocol as p
from appliance.contact.begin import departure
from appliance.contact.begin.reception import Reception
from appliance.contact.commands import obey
from appliance.contact.contact import Contact
from appliance.contact.directory import Directory
from appliance.contact.engine import Engine
from appliance.contact.functions.client import FunctionsClient
from appliance.contact.link import Link
from appliance.contact.media.prompts import Prompts
from appliance.contact.services import PlanReader, Services
from appliance.contact.settings import ContactSettings
from appliance.contact.sip.rehearsal import Rehearsal
from appliance.contact.timers import Timers
from appliance.events import DisconnectReason
from appliance.ids import ContactId, SlotId
from appliance.logs import fields

IDLE_S = 2.0  # nothing under way: SIP and commands wake us
TALK_S = 0.2  # keys and end-of-media reports come at this grain
KEYS_S = 0.02  # somebody is choosing from a menu
_log = logging.getLogger(__name__)


class Account(pj.Account):  # type: ignore[misc]  # pjsua2 has no types
    """Receives calls from the edge."""

    def __init__(self, process: ContactProcess) -> None:
        super().__init__()
        self._process = process

    def onIncomingCall(self, parameters: pj.OnIncomingCallParam) -> None:  # noqa: N802
        try:
            rdata = parameters.rdata
            self._process.incoming(int(parameters.callId), str(rdata.wholeMsg), str(rdata.srcAddress))
        except Exception:  # the border to C++: nothing may pass
            _log.exception("an incoming call could not be taken")
            self._process.fault(int(parameters.callId))


class ContactProcess:
    """Everything of one process. `run` returns when it is time for a fresh process."""

    def __init__(self, settings: ContactSettings, slot: SlotId, plans: PlanReader) -> None:
        self._settings = settings
        self._timers = Timers(clock.monotonic_s)
        self._engine = Engine(settings, slot)
        self._link = Link(settings.link_socket, slot, self._engine.sip_port, clock.monotonic_s)
        self._functions = FunctionsClient(
            settings.functions_socket, self._engine.sip_port, self._timers, clock.monotonic_s
        )
        self._account = Account(self)
        self._account.create(self._engine.account_config())
        self._direct = Account(self)
        self._direct.create(self._engine.account_config(by_edge=False))
        self._services = Services(
            settings=settings,
            slot=slot,
            engine=self._engine,
            account=self._account,
            direct=self._direct,
            timers=self._timers,
            link=self._link,
            functions=self._functions,
            prompts=Prompts(Path(settings.prompts), settings.speech_socket, settings.voicemail),
            clock=clock.now,
            plans=plans,
            directory=Directory(Path(settings.directory) if settings.directory else None),
            spool=Path(settings.spool),
        )
        self.contact: Contact | None = None
        self.retiring = False
        self.finished: list[object] = []  # kept until pjsua2 has unwound
        self._rehearsal: Rehearsal | None = None
        self._reception = Reception(self._services, self, self._read_link)
        self._served = 0
        self._hurry = False
        self._litter = False

    def run(self) -> None:
        """Poll until retired and idle with everything said."""
        signal.signal(signal.SIGTERM, lambda *_: self._asked_to_leave())
        while not (self.retiring and self._idle and self._link.settled):
            self._engine.poll(self._timers.wait_s(self._patience_s()))
            self.finished.clear()
            if self._hurry and self.contact is not None:
                self.contact.end(DisconnectReason.OTHER, status=503, detail="the box was stopped")
            self._timers.run_due()
            self._tidy_up()
            self._functions.poll()
            self._read_link()

    def _read_link(self) -> None:
        for message in self._link.poll():
            self._obey(message)

    def _tidy_up(self) -> None:
        """Collect what the last contact left, and only while there is no call at all: a Call that is collected hangs up
        whatever call has its id by then, and collecting during a call can deadlock (pjproject issues 3856, 3125)."""
        if self._litter and self._idle:
            self._litter = False
            self.finished.clear()
            gc.collect()

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────

    def rehearse(self) -> None:
        """One call to ourselves, before the edge sends any. Raises ContactError when it fails."""
        self._rehearsal = Rehearsal(self._engine, self._direct)
        self._rehearsal.play()
        self._rehearsal = None

    def incoming(self, call_id: int, message: str, source: str) -> None:
        """An INVITE of `source` (host:port)."""
        if self._rehearsal is not None:
            self._rehearsal.incoming(call_id)
        else:
            self._reception.take(call_id, message, source)

    def fault(self, call_id: int) -> None:
        """A call came in and something of ours broke."""
        self._reception.fault(call_id)

    def contact_over(self) -> None:
        """There is none any more: a call that has come meanwhile is taken, or it is time for a fresh process."""
        contact, self.contact = self.contact, None
        self.finished.append(contact)
        self._link.contact = None
        self._timers.clear()
        self._engine.stop_clock()
        self._litter = True
        self._served += 1
        if self._reception.waits:
            self._reception.take_waiting()
        elif self._served >= self._settings.recycle_after:
            self.retiring = True

    # ── loop ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _idle(self) -> bool:
        return self.contact is None and not self._reception.busy

    def _patience_s(self) -> float:
        if self.contact is None:
            return IDLE_S if self._link.settled and self._link.connected else TALK_S
        return KEYS_S if self.contact.flow.running else TALK_S

    def _asked_to_leave(self) -> None:
        """First SIGTERM: leave when idle. Second: end the contact under way."""
        self._hurry = self.retiring
        self.retiring = True

    def _obey(self, message: p.Message) -> None:
        if isinstance(message, p.Retire):
            self.retiring = True
        elif isinstance(message, p.OriginateContact):
            self._originate(message)
        elif isinstance(message, p.Command):
            why = self._carried_out(message)
            if message.order:
                self._link.ask(p.Obeyed(contact=message.contact, order=message.order, why=why))

    def _carried_out(self, command: p.Command) -> str:
        """Why nothing was done, "" where it was."""
        if self.contact is None or not self._is_ours(command.contact):
            return "it is over, or has gone on as another contact; see 'linekeeper contact list --open'"
        try:
            return obey(self.contact, command)
        except Exception:  # one bad command must not end the call
            _log.exception("command %s failed", type(command).__name__, extra=fields(contact=command.contact))
            return "the process of the contact failed at it; its log has the details"

    def _originate(self, command: p.OriginateContact) -> None:
        """A contact that the box begins itself, unless there is one already."""
        if not self._idle or self.retiring or not departure.in_time(command):
            self._link.ask(p.Declined(contact=command.contact))
            return
        self.contact = departure.make(self._services, command, self.contact_over)
        try:
            departure.begin(self.contact, command)
        except Exception:  # one bad command must not end the process
            _log.exception("contact could not begin", extra=fields(contact=command.contact))
            self.contact.end(DisconnectReason.TELECOM_PROBLEM, detail="fault at departure")

    def _is_ours(self, contact: ContactId) -> bool:
        return self.contact is not None and self.contact.segment.contact == contact


def serve(settings: ContactSettings, slot: SlotId, plans: PlanReader, ready: Callable[[], None]) -> None:
    """The life of a contact process, after the fork. Ends the process without unwinding pjsua2 (a second saved)."""
    status = 1
    gc.disable()
    try:
        contacts = ContactProcess(settings, slot, plans)
        contacts.rehearse()
        ready()
        contacts.run()
        status = 0
    except Exception:
        _log.exception("contact process %d of slot %d failed", os.getpid(), slot)
    finally:
        logging.shutdown()
        os._exit(status)
