"""The contacts under way: what is known of each, what the ACD is told of it, what its process is sent.

Events of the processes come here by way of `intake`, once they are stored; the switchboard's own count at once. Events
may come twice; numbers make each count once. Must not close or repair contacts itself: its carer does.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from msgspec import structs

from appliance.acd.events import AcdEvent, AgentEngaged, AgentReleased
from appliance.clock import Clock
from appliance.contact.protocol import Command, OfferContact
from appliance.errors import StoreError
from appliance.events import AnyBody, ContactEvent, ContactInitiated, RecordingStopped, Writer
from appliance.ids import AgentId, ContactId
from appliance.logs import fields
from appliance.stamps import Stamp
from appliance.store.agent_states import AgentState
from appliance.store.store import Store
from appliance.switchboard.contacts.carer import Carer
from appliance.switchboard.contacts.contact_state import AgentOf, ContactState
from appliance.switchboard.contacts.noting import note
from appliance.switchboard.contacts.processes import Processes
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.routing.attendant import Attendant, Nobody
from appliance.switchboard.routing.last_agents import LastAgents
from appliance.switchboard.routing.routing import Routing

logger = logging.getLogger(__name__)

REMEMBERED = 4096  # closed contacts whose late events are answered without asking the store
MOST_UNSENT = 64  # commands kept for a process that is away


class Contacts:
    """Every open contact by id; `carer` hears of those that need closing or repair, `attendant` takes the part of a
    process for those that wait without one."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        routing: Routing,
        clock: Clock,
        agent_of: AgentOf,
    ) -> None:
        self.processes = Processes(self._bereaved, clock)
        self._ledger = ledger
        self._routing = routing
        self._clock = clock
        self._agent_of = agent_of
        self.last_agents = LastAgents()
        self.carer: Carer
        self.attendant: Attendant = Nobody()
        self.watchers: list[Callable[[ContactEvent], None]] = []  # told each event of a process once it was noted
        self.changed: Callable[[], None] = _nothing  # called often: must only take note
        self.messages_changed: Callable[[], None] = _nothing  # as well: somebody may have left a message
        self.forgotten: Callable[[ContactId], None] = _nobody  # the contact is over for good
        self._states: dict[ContactId, ContactState] = {}
        self._closed: OrderedDict[ContactId, None] = OrderedDict()
        self._unsent: dict[ContactId, list[Command]] = {}

    def state(self, contact: ContactId) -> ContactState | None:
        return self._states.get(contact)

    def is_closed(self, contact: ContactId) -> bool:
        """Whether it was closed not long ago; the store knows of all the others."""
        return contact in self._closed

    def under_way(self) -> tuple[ContactState, ...]:
        """Every open contact, in the order in which it was first heard of."""
        return tuple(self._states.values())

    def restored(self, events: Iterable[ContactEvent]) -> ContactState | None:
        """Take in a contact's stored events after a restart, telling nobody. None where there are none."""
        state: ContactState | None = None
        for event in events:
            state = self._states.setdefault(event.contact, self._new(event.contact))
            self._noted(state, event)
        return state

    def begin(self, contact: ContactId, body: ContactInitiated) -> None:
        """A contact begins without a contact process."""
        self._states[contact] = self._new(contact)
        self.write(contact, body)

    def command(self, command: Command) -> None:
        """Send `command` to the contact's process, at once or when it is back on the link."""
        connection = self.processes.connection_of(command.contact)
        state = self._states.get(command.contact)
        if state is not None and state.alone and self._is_attendants(command):
            self.attendant.obey(command)
        elif connection is not None:
            connection.send(command)
        elif state is not None:
            waiting = self._unsent.setdefault(command.contact, [])
            waiting.append(command)
            del waiting[:-MOST_UNSENT]

    def _is_attendants(self, command: Command) -> bool:
        """A process that has such a contact has it for one offer only."""
        return isinstance(command, OfferContact) or not self.processes.held(command.contact)

    def send_unsent(self, contact: ContactId) -> None:
        """The contact's process is back: give it the commands it has missed."""
        for command in self._unsent.pop(contact, ()):
            self.command(command)

    def write(self, contact: ContactId, body: AnyBody) -> None:
        """Add an event of the switchboard's own; it counts at once, and is stored with the next group."""
        state = self._states.get(contact)
        if state is None:
            return
        self._routing.tell(self._add(state, self._own(state, body, self._clock())))

    def engage(self, contact: ContactId, agent: AgentId) -> None:
        """`agent` is on this contact until it ends, though no event says so: who logs in by it is offered nothing
        before the handset is down."""
        state = self._states.get(contact)
        if state is not None and not state.disconnected and agent not in state.engaged:
            state.engaged[agent] = False
            self._routing.tell([AgentEngaged(agent=agent, contact=contact)])

    def disengage(self, contact: ContactId, agent: AgentId) -> None:
        """`agent` has no part in the contact after all."""
        state = self._states.get(contact)
        if state is not None and agent in state.engaged:
            self._routing.tell([state.leave(agent)])

    def keep(self, state: AgentState) -> None:
        """Store an agent's state."""
        self._ledger.put(lambda store: store.agent_states.put(state))

    def finish(self, contact: ContactId, bodies: Sequence[AnyBody]) -> list[ContactEvent]:
        """The switchboard's last events of a contact, numbered and noted but not stored: the caller stores them."""
        state = self._states[contact]
        events: list[ContactEvent] = []
        for body in bodies:
            events.append(self._own(state, body, self._clock()))
            note(state, events[-1])
        return events

    def closed_for_good(self, contact: ContactId) -> None:
        """The record is built and stored: forget the contact."""
        self._states.pop(contact, None)
        self._unsent.pop(contact, None)
        self.processes.let_go(contact)
        self.changed()
        self.messages_changed()
        self.forgotten(contact)
        self._closed[contact] = None
        while len(self._closed) > REMEMBERED:
            self._closed.popitem(last=False)

    def note(self, event: ContactEvent) -> None:
        """Act upon an event that is stored (or can't be just now); one that was noted before changes nothing."""
        state = self._states.get(event.contact)
        if state is None:
            state = self._states[event.contact] = self._new(event.contact)
        watchers = () if state.knows(event) else self.watchers
        self._routing.tell(self._noted(state, event))
        for watcher in watchers:
            watcher(event)
        self.changed()
        if isinstance(event.body, RecordingStopped):
            self.messages_changed()
        self._end_if_over(state)

    def release(self, state: ContactState) -> None:
        """No process has part in the contact any more; one that never said its end is lost, unless it waits on."""
        if not state.disconnected and state.alone and self.attendant.keeps(state.contact):
            return
        if not state.disconnected:
            self.carer.lost(state.contact, "its process let go of it without an end")
            return
        self._routing.tell(state.release())
        self.changed()
        self._end_if_over(state)

    def end(
        self, contact: ContactId, stored: Iterable[ContactEvent], bodies: Iterable[tuple[AnyBody, Stamp]]
    ) -> ContactState:
        """Take in all that is `stored` of a contact whose process is gone, add the `bodies` that were missing, and let
        go of it. The ACD hears of it as a whole, because nobody may be offered a contact that is dead; nor has anybody
        after-contact work to do for one."""
        state = self._states.setdefault(contact, self._new(contact))
        told = [news for event in stored for news in self._noted(state, event)]
        for body, at in bodies:
            told += self._add(state, self._own(state, body, at))
        told += state.release()
        self._routing.tell_together([_at_once(news) for news in told])
        self.changed()
        self._end_if_over(state)
        return state

    def _end_if_over(self, state: ContactState) -> None:
        """Not before the ACD has heard of its end: after-contact work may follow from it."""
        if state.over:
            self._routing.once_told(lambda: self.carer.over(state) if state.over else None)

    def _written(self, state: ContactState, error: StoreError | None) -> None:
        if error is not None:
            logger.error("could not store the switchboard's event: %s", error, extra=fields(contact=state.contact))
        self._end_if_over(state)

    def _bereaved(self, contact: ContactId, pid: int) -> None:
        if contact not in self._closed:
            self.carer.lost(contact, f"contact process {pid} died")

    def _new(self, contact: ContactId) -> ContactState:
        return ContactState(contact=contact, agent_of=self._agent_of, last_agents=self.last_agents)

    def _noted(self, state: ContactState, event: ContactEvent) -> list[AcdEvent]:
        if state.knows(event):
            return []
        told = note(state, event)
        self.attendant.heard(event)
        return told

    def _own(self, state: ContactState, body: AnyBody, at: Stamp) -> ContactEvent:
        return ContactEvent(contact=state.contact, writer=Writer.SWITCHBOARD, seq=state.own_seq + 1, at=at, body=body)

    def _add(self, state: ContactState, event: ContactEvent) -> list[AcdEvent]:
        """Note the switchboard's event now, store it with the next group."""
        told = self._noted(state, event)
        self._ledger.put(lambda store: _append(store, [event]), partial(self._written, state))
        return told


def _at_once(news: AcdEvent) -> AcdEvent:
    return structs.replace(news, wrap_up=False) if isinstance(news, AgentReleased) else news


def _append(store: Store, events: Sequence[ContactEvent]) -> None:
    store.events.append(events)


def _nobody(_contact: ContactId) -> None:
    """Nobody keeps anything of a contact."""


def _nothing() -> None:
    """Nobody looks."""
