"""The intervals a contact record accounts for: its stay in a queue, its time with an agent, the holds in it. Pure.

Every interval is a pair of whole seconds on the contact's timeline with start <= end, so no difference is negative.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from appliance import events as ev
from appliance.ids import AgentId, ProfileId, QueueId
from appliance.records.timeline import Moment


class QueueStay(msgspec.Struct, frozen=True, kw_only=True):
    """`dequeued` is None while the contact waits."""

    queue: QueueId
    enqueued: int
    dequeued: int | None = None


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    start: int
    end: int
    by: AgentId | None

    @property
    def seconds(self) -> int:
        return self.end - self.start


class AgentStint(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's part in a contact. `ended` None: still talking; the wrap-up begins where the talk ended."""

    agent: AgentId
    profile: ProfileId | None
    connected: int
    ended: int | None
    holds: tuple[Hold, ...]
    wrap_up: bool
    wrap_up_ended: int | None


def queue_stay(moments: Sequence[Moment]) -> QueueStay | None:
    """The last stay in a queue. Offers that failed don't end a stay; the contact's end does."""
    stay: QueueStay | None = None
    for moment in moments:
        match moment.body:
            case ev.ContactQueued(queue=queue) if stay is None or stay.dequeued is not None or stay.queue != queue:
                stay = QueueStay(queue=queue, enqueued=moment.second)
            case ev.ContactDequeued() | ev.ContactDisconnected() if stay is not None and stay.dequeued is None:
                stay = msgspec.structs.replace(stay, dequeued=moment.second)
    return stay


def agent_stint(moments: Sequence[Moment]) -> AgentStint | None:
    """The part of the agent who was connected last."""
    connections = [number for number, moment in enumerate(moments) if isinstance(moment.body, ev.AgentConnected)]
    if not connections:
        return None
    first, *rest = moments[connections[-1] :]
    assert isinstance(first.body, ev.AgentConnected)
    agent = first.body.agent
    end = next((number for number, moment in enumerate(rest) if _ends_talk(moment.body, agent)), None)
    talk = rest if end is None else rest[: end + 1]
    return AgentStint(
        agent=agent,
        profile=first.body.profile,
        connected=first.second,
        ended=None if end is None else rest[end].second,
        holds=_holds([first, *talk]),
        wrap_up=any(_is_wrap_up(moment.body, ev.AfterContactWorkStarted, agent) for moment in rest),
        wrap_up_ended=next(
            (moment.second for moment in rest if _is_wrap_up(moment.body, ev.AfterContactWorkEnded, agent)), None
        ),
    )


def _ends_talk(body: ev.AnyBody, agent: AgentId) -> bool:
    if isinstance(body, ev.AgentLeft | ev.AfterContactWorkStarted | ev.AfterContactWorkEnded):
        return body.agent == agent
    return isinstance(body, ev.ContactDisconnected | ev.ContactTransferred)


def _is_wrap_up(body: ev.AnyBody, kind: type[ev.Body], agent: AgentId) -> bool:
    return isinstance(body, kind) and getattr(body, "agent", None) == agent


def _holds(talk: Sequence[Moment]) -> tuple[Hold, ...]:
    """The holds of a talk; one that nobody ended ends with the talk."""
    holds: list[Hold] = []
    begun: tuple[int, AgentId | None] | None = None
    for moment in talk:
        match moment.body:
            case ev.CustomerHeld(by=by) if begun is None:
                begun = (moment.second, by)
            case ev.CustomerResumed() if begun is not None:
                holds.append(Hold(start=begun[0], end=moment.second, by=begun[1]))
                begun = None
    if begun is not None:
        holds.append(Hold(start=begun[0], end=talk[-1].second, by=begun[1]))
    return tuple(holds)
