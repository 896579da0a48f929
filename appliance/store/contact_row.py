"""What the store keeps of a contact beside its events: enough to list it and to restore queues after a restart.

`derive` folds one event into the row. Pure: no I/O, no clock. The contact record (`appliance.records`) is built
from the events, not from this.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import msgspec

from appliance import events as ev
from appliance.ids import AgentId, ContactId, Extension, QueueId, SlotId
from appliance.stamps import Stamp


class Stage(enum.StrEnum):
    """Where a contact is on its way."""

    SCHEDULED = "scheduled"  # an attempt that waits for its time (callback, campaign)
    IN_FLOW = "in_flow"
    IN_QUEUE = "in_queue"
    RINGING = "ringing"
    CONNECTED = "connected"
    ON_HOLD = "on_hold"
    DISCONNECTED = "disconnected"
    AFTER_CONTACT_WORK = "after_contact_work"
    CLOSED = "closed"


class ContactRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A contact as it stands. `enqueued` is the original time of the place in `queue`, None once out of the queue."""

    contact: ContactId
    stage: Stage = Stage.IN_FLOW
    open: bool = True
    started: Stamp
    method: ev.InitiationMethod | None = None
    slot: SlotId | None = None
    source: str = ""
    customer: ev.Endpoint | None = None
    system: ev.Endpoint | None = None
    initial: ContactId | None = None
    previous: ContactId | None = None
    next: ContactId | None = None
    queue: QueueId | None = None
    priority: int = 5
    time_adjustment_s: int = 0
    enqueued: Stamp | None = None
    agent: AgentId | None = None
    extension: Extension | None = None
    connected: Stamp | None = None
    disconnected: Stamp | None = None
    reason: ev.DisconnectReason | None = None
    wrap_up_started: Stamp | None = None
    closed: Stamp | None = None
    media_failed: bool = False

    @property
    def waiting(self) -> bool:
        """In a queue now (an offer that rings doesn't end the wait)."""
        return self.open and self.enqueued is not None and self.disconnected is None


def derive(row: ContactRow | None, event: ev.ContactEvent) -> ContactRow:
    """The row after `event`; None stands for a contact not seen before."""
    before = row or ContactRow(contact=event.contact, started=event.at)
    kind = type(event.body)
    fold = _FOLDS.get(kind)
    if fold is None or (before.disconnected is not None and kind not in _AFTER_THE_END):
        return before
    return msgspec.structs.replace(before, **fold(before, event.body, event.at))


Changes = dict[str, Any]


def _initiated(_row: ContactRow, body: ev.ContactInitiated, at: Stamp) -> Changes:
    links: Changes = {"initial": body.initial, "previous": body.previous}
    ends: Changes = {"source": body.source, "customer": body.customer, "system": body.system}
    on_behalf_of: Changes = {"queue": body.queue} if body.queue is not None else {}
    return {"started": at, "method": body.method, "slot": body.slot, **ends, **links, **on_behalf_of}


def _queue_requested(_row: ContactRow, body: ev.QueueRequested, _at: Stamp) -> Changes:
    return {"queue": body.queue, "priority": body.priority, "time_adjustment_s": body.time_adjustment_s}


def _queued(_row: ContactRow, body: ev.ContactQueued, at: Stamp) -> Changes:
    return {"stage": Stage.IN_QUEUE, "queue": body.queue, "enqueued": at}


def _dequeued(row: ContactRow, _body: ev.ContactDequeued, _at: Stamp) -> Changes:
    return {"stage": Stage.IN_FLOW if row.connected is None else row.stage, "enqueued": None}


def _offered(row: ContactRow, _body: ev.AgentOffered, _at: Stamp) -> Changes:
    return {} if row.connected else {"stage": Stage.RINGING}


def _missed(row: ContactRow, _body: ev.AgentMissed, _at: Stamp) -> Changes:
    return {} if row.connected else {"stage": Stage.IN_QUEUE if row.enqueued else Stage.IN_FLOW}


def _connected(_row: ContactRow, body: ev.AgentConnected, at: Stamp) -> Changes:
    return {"stage": Stage.CONNECTED, "agent": body.agent, "extension": body.extension, "connected": at}


def _held(_row: ContactRow, _body: ev.CustomerHeld, _at: Stamp) -> Changes:
    return {"stage": Stage.ON_HOLD}


def _resumed(_row: ContactRow, _body: ev.CustomerResumed, _at: Stamp) -> Changes:
    return {"stage": Stage.CONNECTED}


def _transferred(_row: ContactRow, body: ev.ContactTransferred, _at: Stamp) -> Changes:
    return {"next": body.next}


def _called_back(_row: ContactRow, body: ev.CallbackRequested, _at: Stamp) -> Changes:
    return {"next": body.callback}


def _attempt_planned(_row: ContactRow, _body: ev.AttemptPlanned, _at: Stamp) -> Changes:
    return {"stage": Stage.SCHEDULED}


def _attempt_follows(_row: ContactRow, body: ev.AttemptFollows, _at: Stamp) -> Changes:
    return {"next": body.next}


def _disconnected(_row: ContactRow, body: ev.ContactDisconnected, at: Stamp) -> Changes:
    return {"stage": Stage.DISCONNECTED, "disconnected": at, "reason": body.reason, "enqueued": None}


def _media_failed(_row: ContactRow, _body: ev.MediaFailed, _at: Stamp) -> Changes:
    return {"media_failed": True}


def _wrap_up_started(_row: ContactRow, _body: ev.AfterContactWorkStarted, at: Stamp) -> Changes:
    return {"stage": Stage.AFTER_CONTACT_WORK, "wrap_up_started": at}


def _wrap_up_ended(_row: ContactRow, _body: ev.AfterContactWorkEnded, _at: Stamp) -> Changes:
    return {"stage": Stage.DISCONNECTED}


def _closed(_row: ContactRow, _body: ev.ContactClosed, at: Stamp) -> Changes:
    return {"stage": Stage.CLOSED, "open": False, "closed": at, "enqueued": None}


_AFTER_THE_END: dict[type[ev.Body], Callable[[ContactRow, Any, Stamp], Changes]] = {
    ev.ContactTransferred: _transferred,
    ev.CallbackRequested: _called_back,
    ev.AttemptFollows: _attempt_follows,
    ev.MediaFailed: _media_failed,
    ev.AfterContactWorkStarted: _wrap_up_started,
    ev.AfterContactWorkEnded: _wrap_up_ended,
    ev.ContactClosed: _closed,
}
_FOLDS: dict[type[ev.Body], Callable[[ContactRow, Any, Stamp], Changes]] = {
    ev.ContactInitiated: _initiated,
    ev.AttemptPlanned: _attempt_planned,
    ev.QueueRequested: _queue_requested,
    ev.ContactQueued: _queued,
    ev.ContactDequeued: _dequeued,
    ev.AgentOffered: _offered,
    ev.AgentMissed: _missed,
    ev.AgentConnected: _connected,
    ev.CustomerHeld: _held,
    ev.CustomerResumed: _resumed,
    ev.ContactDisconnected: _disconnected,
    **_AFTER_THE_END,
}
