"""Stands between the pure ACD and the world: tells it what happened, carries out what it decides, keeps its timer.

The scale of the ACD's `now` is CLOCK_BOOTTIME in seconds (`Stamp.mono_s`). Decides nothing itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from appliance import events as said
from appliance.acd import commands as decided
from appliance.acd.events import AcdEvent
from appliance.acd.machine import Acd
from appliance.acd.model import Activity
from appliance.clock import Clock
from appliance.contact import protocol
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId
from appliance.store.agent_states import AgentState
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.timescale import stamp_at
from appliance.switchboard.routing.flow_metrics import agent_metrics, flow_metrics, with_position


class Hands(Protocol):
    """What routing needs done; `contacts.Contacts` does it."""

    def state(self, contact: ContactId) -> ContactState | None:
        """What is known of a contact under way."""

    def command(self, command: protocol.Command) -> None:
        """Send to the contact's process, now or when it is back."""

    def write(self, contact: ContactId, body: said.AnyBody) -> None:
        """An event of the switchboard's own."""

    def keep(self, state: AgentState) -> None:
        """Store an agent's state."""


class Routing:
    """The ACD at work. `hands` is set after the rest: the two know each other. `deciding` is set while not held."""

    def __init__(self, acd: Acd, clock: Clock, now_s: Callable[[], float]) -> None:
        """`now_s` is the same instant as `clock().mono_s`, at less cost."""
        self.acd = acd
        self.hands: Hands
        self.changed: Callable[[], None] = _nothing  # called often: must only take note
        self._clock = clock
        self._now_s = now_s
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due: float | None = None
        self._held: list[AcdEvent] | None = None
        self._after: list[Callable[[], None]] = []
        self._metrics: dict[QueueId, dict[str, str]] = {}  # of one batch of commands
        self.deciding = asyncio.Event()
        self.deciding.set()
        self._deeds: dict[type[decided.AcdCommand], Callable[[Any], None]] = {
            decided.AcceptContact: self._accept,
            decided.RefuseContact: self._refuse,
            decided.Offer: self._offer,
            decided.Withdraw: self._withdraw,
            decided.TellPosition: self._tell_position,
            decided.AgentStateChanged: self._state_changed,
            decided.WrapUpStarted: self._wrap_up_started,
            decided.WrapUpEnded: self._wrap_up_ended,
            decided.WrapUpProlonged: self._wrap_up_prolonged,
        }

    def tell(self, events: Iterable[AcdEvent]) -> None:
        """Tell the ACD, one event after the other, and do at once what it decides; while held, keep for later."""
        if self._held is not None:
            self._held.extend(events)
            return
        for event in events:
            self._carry_out(self.acd.handle(event, self._now_s()))
        self._set_timer()

    def tell_together(self, events: Sequence[AcdEvent]) -> None:
        """As `tell`, but nothing is decided before all of them are known."""
        if self._held is not None:
            self._held.extend(events)
        elif events:
            self._carry_out(self.acd.handle_together(events, self._now_s()))
            self._set_timer()

    def hold(self) -> None:
        """Decide nothing until `resume`: not everybody is back yet after a restart."""
        self._held = []
        self.deciding.clear()

    @property
    def held(self) -> bool:
        """Between `hold` and `resume`."""
        return self._held is not None

    def resume(self, restored: Iterable[AcdEvent]) -> None:
        """Tell what the store knew first, then what happened meanwhile; decide only after all of it."""
        held, self._held = self._held or [], None
        self.tell_together([*restored, *held])
        self.deciding.set()
        waiting, self._after = self._after, []
        for deed in waiting:
            deed()

    def once_told(self, deed: Callable[[], None]) -> None:
        """Do `deed` when the ACD has heard everything told so far: at once, unless it is held."""
        if self._held is None:
            deed()
        else:
            self._after.append(deed)

    def stop(self) -> None:
        """Let no timer fire any more. Safe to call twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        try:
            self._carry_out(self.acd.handle_timer(self._now_s()))
        finally:
            self._set_timer()

    def _set_timer(self) -> None:
        due = self.acd.next_timer()
        if due == self._timer_due and self._timer is not None:
            return
        self.stop()
        self._timer_due = due
        if due is not None:
            delay_s = max(0.0, due - self._now_s())
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._due)

    def _carry_out(self, commands: Iterable[decided.AcdCommand]) -> None:
        self._metrics = {}
        for command in commands:
            self._deeds[type(command)](command)
        self.changed()

    # ── one method a command ─────────────────────────────────────────────────────────────────────────────────────

    def _accept(self, command: decided.AcceptContact) -> None:
        state = self.hands.state(command.contact)
        if state is not None and state.place is not None and state.place.granted:
            self._tell(command.contact, command.queue, command.position)
            return
        accepted = protocol.AcceptIntoQueue(contact=command.contact, queue=command.queue, position=command.position)
        self.hands.command(accepted)

    def _refuse(self, command: decided.RefuseContact) -> None:
        state = self.hands.state(command.contact)
        if state is not None:
            state.place = None
        refused = protocol.RefuseQueue(contact=command.contact, queue=command.queue, error=command.error)
        self.hands.command(refused)

    def _offer(self, command: decided.Offer) -> None:
        state = self.hands.state(command.contact)
        if state is not None:
            state.offered(command.offer, command.agent)
        agent = self.acd.agent_snapshot(command.agent)
        extension = None if agent is None else agent.extension
        self.hands.command(
            protocol.OfferContact(
                contact=command.contact,
                offer=command.offer,
                agent=command.agent,
                extension=Extension("") if extension is None else extension,
                ring_timeout_s=command.ring_timeout_s,
                auto_accept=command.auto_accept,
            )
        )

    def _withdraw(self, command: decided.Withdraw) -> None:
        self._forget_offer(command.contact, command.offer)
        self.hands.command(protocol.WithdrawOffer(contact=command.contact, offer=command.offer))

    def _forget_offer(self, contact: ContactId, offer: OfferId) -> None:
        state = self.hands.state(contact)
        if state is not None:
            state.offers.pop(offer, None)

    def _tell_position(self, command: decided.TellPosition) -> None:
        self._tell(command.contact, command.queue, command.position)

    def _tell(self, contact: ContactId, queue: QueueId, position: int) -> None:
        metrics = with_position(self._metrics_of(queue), position)
        self.hands.command(protocol.UpdateQueuePosition(contact=contact, position=position, metrics=metrics))

    def measure(self, *, queue: QueueId | None, agent: AgentId | None) -> dict[str, str]:
        """What a flow asked to know now, of an agent or else of a queue; empty where it is unknown."""
        if agent is not None:
            found = self.acd.agent_snapshot(agent)
            return {} if found is None else agent_metrics(found)
        snapshot = self.acd.queue_snapshot(queue, self._now_s()) if queue is not None else None
        return {} if snapshot is None else flow_metrics(snapshot)

    def _metrics_of(self, queue: QueueId) -> dict[str, str]:
        """Counted once for all who are told of it at this instant: a long queue has many."""
        found = self._metrics.get(queue)
        if found is None:
            snapshot = self.acd.queue_snapshot(queue, self._now_s())
            found = self._metrics[queue] = {} if snapshot is None else flow_metrics(snapshot)
        return found

    def _state_changed(self, command: decided.AgentStateChanged) -> None:
        now = self._clock()
        self.hands.keep(
            AgentState(
                agent=command.agent,
                status=command.status,
                activity=Activity(command.activity),
                since=stamp_at(command.since, now),
                idle_since=stamp_at(command.idle_since, now),
                contact=command.contact,
                next_status=command.next_status,
                queue=command.queue,
                inbound_since=None if command.inbound_since is None else stamp_at(command.inbound_since, now),
                extension=command.extension,
                wrap_up_until=None if command.wrap_up_until is None else stamp_at(command.wrap_up_until, now),
            )
        )

    def _wrap_up_started(self, command: decided.WrapUpStarted) -> None:
        self.hands.write(command.contact, said.AfterContactWorkStarted(agent=command.agent))

    def _wrap_up_ended(self, command: decided.WrapUpEnded) -> None:
        self.hands.write(command.contact, said.AfterContactWorkEnded(agent=command.agent))

    def _wrap_up_prolonged(self, command: decided.WrapUpProlonged) -> None:
        extended = said.AfterContactWorkExtended(agent=command.agent, seconds=command.seconds)
        self.hands.write(command.contact, extended)


def _nothing() -> None:
    """Nobody looks."""
