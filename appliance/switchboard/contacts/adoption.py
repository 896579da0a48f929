"""The first seconds after a start: takes up the contacts of the time before, then lets the ACD decide again.

Contact processes outlive the switchboard and come back to it by themselves. Until each contact of the store is either
claimed by its process or known to have none, at most `GRACE_S`, the ACD is held: otherwise whoever comes back first
would be served first. A contact that nobody claims and whose process is gone is repaired; one whose process lives but
is silent is waited for without holding up anybody, and so is one of which nothing says where its process is.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from appliance import events as said
from appliance.acd import events as acd
from appliance.acd.errands import Errand
from appliance.clock import Clock
from appliance.events import ContactEvent, ContactInitiated
from appliance.ids import ContactId, SlotId
from appliance.logs import fields
from appliance.records.journal import contact_folder, journal_path, read_journal
from appliance.stamps import Stamp
from appliance.store.agent_states import AgentState
from appliance.store.recordings import RecordingStatus
from appliance.store.store import Store
from appliance.switchboard.contacts.carer import Carer
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.contacts.presence import udp_port_taken
from appliance.switchboard.contacts.restored_agents import RestoredAgents, restored_agents
from appliance.switchboard.errands.errands import Errands
from appliance.switchboard.routing.routing import Routing
from appliance.switchboard.store_thread import StoreThread

logger = logging.getLogger(__name__)

GRACE_S = 5.0
SETTLE_S = 0.5  # a process that has come back has said by then which contacts it holds
LOOK_EVERY_S = 0.1
LOOK_FOR_SILENT_EVERY_S = 1.0
_GONE = "its process was gone when the switchboard started"


@dataclass(slots=True, kw_only=True)
class Unclaimed:
    """A contact whose process hasn't come back. `slot`: None where its beginning was lost; `boot`: the one it was
    first heard of in, "" where nothing tells; `greeted_at`: first word of its slot. `leased`: it waits without a
    process unless one has begun it."""

    slot: SlotId | None = None
    boot: str = ""
    leased: bool = False
    greeted_at: float | None = None

    @property
    def traceless(self) -> bool:
        """A process that lives may hold it, and only that process could say so."""
        return self.slot is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the store knows of the time before. `orphans`: contacts that only the spool tells of; `unfinished`: closed
    ones with a recording that is not; `errands`: customers whom the box owes a call."""

    configured: list[acd.AcdEvent]
    agent_states: list[AgentState]
    contacts: list[list[ContactEvent]]
    orphans: dict[ContactId, Unclaimed]
    unfinished: list[ContactId]
    errands: list[Errand]


class Adoption:
    """`load` before the link opens, `run` as a task once it is open.

    `sip_port` is the first contact process's; `wake` rouses the process at a port, so that it looks for the link.
    """

    def __init__(
        self,
        *,
        contacts: Contacts,
        routing: Routing,
        carer: Carer,
        errands: Errands,
        clock: Clock,
        sip_port: int,
        wake: Callable[[int], None],
    ) -> None:
        self._contacts = contacts
        self._routing = routing
        self._carer = carer
        self._errands = errands
        self._clock = clock
        self._sip_port = sip_port
        self._wake = wake
        self._unclaimed: dict[ContactId, Unclaimed] = {}
        self._arrivals: dict[ContactId, acd.ContactArrived] = {}
        self._agents = RestoredAgents()
        self._unfinished: list[ContactId] = []
        self._spool = Path()
        self._patient_until = 0.0

    async def load(self, store: StoreThread, spool: Path) -> None:
        """Take in what the store and the journals know, and hold the ACD."""
        before = await store.run(lambda opened: _read(opened, spool))
        self._routing.tell(before.configured)
        self._spool = spool
        self._errands.restore(before.errands)
        now = self._clock()
        for events in before.contacts:
            state = self._contacts.restored(events)
            if state is not None:
                self._take_in(state, now)
        self._unclaimed |= before.orphans
        self._unfinished = before.unfinished
        self._agents = restored_agents(self._contacts.under_way(), before.agent_states, now)
        self._routing.hold()

    def _take_in(self, state: ContactState, now: Stamp) -> None:
        if (arrival := state.arrival(now)) is not None:
            self._arrivals[state.contact] = arrival
        if not state.alone:
            self._unclaimed[state.contact] = Unclaimed(slot=state.slot, boot=state.boot)
        elif not self._errands.waits(state.contact):
            self._unclaimed[state.contact] = Unclaimed(leased=True)

    async def run(self) -> None:
        """Until no contact of the time before is left unclaimed."""
        self._patient_until = self._clock().mono_s + GRACE_S
        for contact in self._unfinished:
            self._carer.lost(contact, _GONE, long_gone=True)
        try:
            while self._look() and self._clock().mono_s < self._patient_until:
                await asyncio.sleep(LOOK_EVERY_S)
        except OSError as error:
            logger.error("can't see which contact processes live (%s); those that come back are adopted", error)
        self._routing.resume(self._restored())
        self._errands.resume()
        for contact, agent in self._agents.worked_up:
            self._contacts.write(contact, said.AfterContactWorkEnded(agent=agent))
        while self._unclaimed:
            await asyncio.sleep(LOOK_FOR_SILENT_EVERY_S)
            self._look()

    def _restored(self) -> list[acd.AcdEvent]:
        """In the order the ACD wants: waiting contacts by their original times, then the agents."""
        here = [arrival for contact, arrival in self._arrivals.items() if contact not in self._unclaimed]
        self._arrivals = {contact: arrival for contact, arrival in self._arrivals.items() if contact in self._unclaimed}
        here = [self._brought_up(arrival) for arrival in here]
        return [*sorted(here, key=lambda arrival: (arrival.enqueued_at, arrival.contact)), *self._agents.told]

    def _brought_up(self, arrival: acd.ContactArrived) -> acd.ContactArrived:
        """With what its process has said since it came back."""
        state = self._contacts.state(arrival.contact)
        if state is None:
            return arrival
        granted = state.place is not None and state.place.granted
        return structs.replace(arrival, forced=arrival.forced or granted, offers_made=state.offers_made)

    def _look(self) -> bool:
        """Decide about each unclaimed contact; whether one is left that is worth waiting for."""
        now = self._clock()
        for contact, unclaimed in tuple(self._unclaimed.items()):
            if self._contacts.processes.held(contact):
                self._claimed(contact)
            elif self._is_gone(unclaimed, now.mono_s, now.boot):
                del self._unclaimed[contact]
                self._arrivals.pop(contact, None)
                self._give_up(contact, unclaimed)
        return any(not unclaimed.traceless or unclaimed.leased for unclaimed in self._unclaimed.values())

    def _claimed(self, contact: ContactId) -> None:
        del self._unclaimed[contact]
        logger.info("contact adopted", extra=fields(contact=contact))
        if self._routing.held:
            return
        self._arrivals.pop(contact, None)
        state = self._contacts.state(contact)
        if state is not None:
            self._rejoin(state)

    def _rejoin(self, state: ContactState) -> None:
        if (arrival := state.arrival(self._clock())) is not None:
            self._routing.tell([arrival])

    def _is_gone(self, unclaimed: Unclaimed, now_s: float, boot: str) -> bool:
        if unclaimed.boot and unclaimed.boot != boot:
            return True
        if unclaimed.slot is None:
            return now_s >= self._patient_until
        if self._contacts.processes.greeted(unclaimed.slot):
            unclaimed.greeted_at = unclaimed.greeted_at or now_s
            return now_s - unclaimed.greeted_at >= SETTLE_S
        port = self._sip_port + unclaimed.slot
        self._wake(port)
        return not udp_port_taken(port)

    def _give_up(self, contact: ContactId, unclaimed: Unclaimed) -> None:
        """Repair comes first even for one that had ended: its last events may stand in the journal only."""
        state = self._contacts.state(contact)
        if unclaimed.leased and state is not None and not journal_path(self._spool, contact).exists():
            self._errands.unclaimed(contact)
            self._rejoin(state)
            return
        if state is None or not state.closed:
            self._carer.lost(contact, _GONE, long_gone=True)


def _read(store: Store, spool: Path) -> Before:
    queues = [acd.QueueConfigured(queue=queue.plan) for queue in store.queues.all()]
    agents = [acd.AgentConfigured(agent=agent.plan) for agent in store.agents.all()]
    folders = sorted(ContactId(path.name) for path in spool.iterdir() if path.is_dir())
    known = {contact: row for contact in folders if (row := store.contacts.get(contact)) is not None}
    closed = [contact for contact, row in known.items() if not row.open]
    unfinished = [contact for contact in closed if not _all_finished(store, contact)]
    for contact in set(closed).difference(unfinished):
        shutil.rmtree(contact_folder(spool, contact), ignore_errors=True)
    return Before(
        configured=[*queues, *agents],
        agent_states=store.agent_states.all(),
        contacts=[store.events.of_contact(row.contact) for row in store.contacts.under_way()],
        orphans={contact: _orphan(spool, contact) for contact in folders if contact not in known},
        unfinished=unfinished,
        errands=store.errands.under_way(),
    )


def _orphan(spool: Path, contact: ContactId) -> Unclaimed:
    """By its journal, as far as that can be read."""
    first = next(iter(read_journal(journal_path(spool, contact))), None)
    if first is None:
        return Unclaimed()
    return Unclaimed(slot=first.body.slot if isinstance(first.body, ContactInitiated) else None, boot=first.at.boot)


def _all_finished(store: Store, contact: ContactId) -> bool:
    unfinished = (RecordingStatus.RECORDING, RecordingStatus.STOPPED)
    return all(recording.status not in unfinished for recording in store.recordings.of_contact(contact))
