"""Which events a contact still lacks when its process died: pure, from the events that are known.

The caller stamps, numbers and stores them (writer SWITCHBOARD). Running it again on the result gives nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from appliance import events as ev
from appliance.ids import AgentId, LegId, OfferId, QueueId, RecordingId

_DIED = "contact process died"
SERVER_ERROR = 500  # RFC 3261 section 21.5.1; what a leg that nobody can end properly ended with


class _State(msgspec.Struct, kw_only=True):
    """What is open after the events so far."""

    legs: dict[LegId, ev.LegRole] = msgspec.field(default_factory=dict)
    recordings: dict[RecordingId, None] = msgspec.field(default_factory=dict)
    offer: tuple[OfferId, AgentId] | None = None
    queue: QueueId | None = None
    agent: AgentId | None = None
    held: bool = False
    disconnected: bool = False
    failed: bool = False

    @property
    def over(self) -> bool:
        """Nothing is missing."""
        return self.disconnected and not (self.legs or self.recordings or self.offer or self.queue or self.agent)

    @property
    def pre_disconnect_state(self) -> str:
        if self.agent is not None:
            return "CONNECTED_ONHOLD" if self.held else "CONNECTED"
        if self.queue is not None:
            return "IN_QUEUE"
        return "RINGING" if self.offer is not None else "IN_FLOW"


def closing_events(events: Iterable[ev.ContactEvent], *, detail: str) -> list[ev.AnyBody]:
    """The bodies that end the contact's media, in order; empty where it ended by itself.

    `events` chronological. MediaFailed with `detail` first (unless the contact had been disconnected and only its
    last legs are missing), ContactDisconnected with TELECOM_PROBLEM last. After-contact work and ContactClosed are
    not media: they stay with the switchboard.
    """
    state = _State()
    for event in events:
        _follow(state, event.body)
    if state.over:
        return []
    failed: list[ev.AnyBody] = [] if state.failed or state.disconnected else [ev.MediaFailed(detail=detail)]
    return [*failed, *_open_ends(state), *_disconnection(state, detail)]


def _open_ends(state: _State) -> Sequence[ev.AnyBody]:
    bodies: list[ev.AnyBody] = []
    if state.offer is not None:
        bodies.append(ev.AgentMissed(offer=state.offer[0], agent=state.offer[1], cause="withdrawn"))
    if state.queue is not None:
        reason = "failed" if state.agent is None else "connected"
        bodies.append(ev.ContactDequeued(queue=state.queue, reason=reason))
    bodies += [ev.RecordingStopped(recording=recording, reason=_DIED) for recording in state.recordings]
    if state.agent is not None:
        bodies.append(ev.AgentLeft(agent=state.agent))
    for leg, role in state.legs.items():
        bodies.append(ev.LegEnded(leg=leg, role=role, sip_status=SERVER_ERROR, reason=_DIED, remote=False))
    return bodies


def _disconnection(state: _State, detail: str) -> Sequence[ev.AnyBody]:
    if state.disconnected:
        return []
    reason = ev.DisconnectReason.TELECOM_PROBLEM
    return [ev.ContactDisconnected(reason=reason, pre_disconnect_state=state.pre_disconnect_state, detail=detail)]


def _follow(state: _State, body: ev.AnyBody) -> None:
    _follow_media(state, body)
    match body:
        case ev.ContactQueued(queue=queue):
            state.queue = queue
        case ev.ContactDequeued():
            state.queue = None
        case ev.AgentOffered(offer=offer, agent=agent):
            state.offer = (offer, agent)
        case ev.AgentMissed(offer=offer) if state.offer is not None and state.offer[0] == offer:
            state.offer = None
        case ev.AgentConnected(agent=agent):
            state.agent, state.offer = agent, None
        case ev.AgentLeft(agent=agent) if state.agent == agent:
            state.agent, state.held = None, False


def _follow_media(state: _State, body: ev.AnyBody) -> None:
    match body:
        case ev.LegStarted(leg=leg, role=role):
            state.legs[leg] = role
        case ev.LegEnded(leg=leg):
            state.legs.pop(leg, None)
        case ev.RecordingStarted(recording=recording):
            state.recordings[recording] = None
        case ev.RecordingStopped(recording=recording) | ev.RecordingFinished(recording=recording):
            state.recordings.pop(recording, None)
        case ev.CustomerHeld():
            state.held = True
        case ev.CustomerResumed():
            state.held = False
        case ev.ContactTransferred():
            state.legs.clear()  # they go on in the next segment
        case ev.MediaFailed():
            state.failed = True
        case ev.ContactDisconnected():
            state.disconnected = True
