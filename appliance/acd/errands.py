"""A customer who has to be called: waits for the time, for an agent, is dialled, and again if it came to nothing. Pure.

One errand is worked off in attempts; each attempt is a contact that waits in its queue without a contact process. When
the ACD offers it, a process gets the right to dial: the lease, written down before anybody hears of it. Within one
attempt there is one agent who takes it, hence one call to the customer, whatever restarts or dies meanwhile: what
became of an attempt is read from its contact's events, and an attempt that an agent has taken is never repeated.

`step` is the only way on; what does not fit the state changes nothing, so that events may come twice. Ids and the
clock are passed in. When records of a list may be called is `campaigns`' business, what a flow asked for `callbacks`'.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from appliance.events import ErrandKind
from appliance.ids import AgentId, ContactId, ErrandId, FlowId, OfferId, QueueId
from appliance.stamps import Stamp

REDO_S = 5.0  # after a process died before an agent took the attempt
SKIPPED_S = 3600.0  # until somebody whom an agent would not call is shown to one again
MOST_SKIPS = 3  # then nobody wants to
MOST_REDONE = 5  # then something is wrong with the box, not with the customer


class ErrandState(enum.StrEnum):
    """Where an errand is. The last three are final."""

    SCHEDULED = "scheduled"  # waits for its time: initial delay, pause between attempts, calling hours
    QUEUED = "queued"  # its contact holds a place in the queue
    OFFERED = "offered"  # a process has the lease and rings an agent
    DIALLED = "dialled"  # an agent has taken it: the customer is being called, once
    CONNECTED = "connected"  # the customer has answered
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({ErrandState.DONE, ErrandState.FAILED, ErrandState.CANCELLED})


class Outcome(enum.StrEnum):
    """What became of one attempt."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    INVALID = "invalid"  # there is no such number
    UNREACHABLE = "unreachable"
    AGENT_LEFT = "agent_left"  # the agent hung up before the customer answered
    SKIPPED = "skipped"  # the agent, having heard who it is, would not call
    LOST = "lost"  # the contact process died after an agent had taken the attempt
    DO_NOT_CALL = "do_not_call"  # the number came onto a do-not-call list


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One errand as it stands; the row of the store.

    due: when it enters the queue (SCHEDULED). waiting_since: its place there. contact: of the attempt under way or
    planned, None while a record of a campaign waits; previous, initial: the chain behind it. attempt: its number, from
    1. lease: the offer whose process may dial. outcomes: of the attempts so far. retry_s: pauses by outcome, where they
    differ from retry_delay_s; final: outcomes after which nobody tries again. redone, skips: how often an attempt was
    made again because a process had died, or an agent would not call. zones: where the customer may be (IANA names).
    """

    errand: ErrandId
    kind: ErrandKind
    number: str  # E.164, or an extension
    queue: QueueId
    agent: AgentId | None = None
    campaign: str = ""
    name: str = ""
    state: ErrandState = ErrandState.SCHEDULED
    asked: Stamp
    due: Stamp
    waiting_since: Stamp
    priority: int = 5
    time_adjustment_s: int = 0
    contact: ContactId | None = None
    previous: ContactId | None = None
    initial: ContactId | None = None
    attempt: int = 1
    max_attempts: int = 1
    retry_delay_s: float = 600.0
    retry_s: dict[Outcome, float] = msgspec.field(default_factory=dict)
    final: tuple[Outcome, ...] = (Outcome.ANSWERED, Outcome.INVALID)
    lease: OfferId | None = None
    redone: int = 0
    skips: int = 0
    zones: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    caller_id: str = ""
    flow: FlowId | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Nobody will be called for it any more."""
        return self.state in FINAL


# ── what happened, and what is to be done about it ───────────────────────────────────────────────────────────────


class ErrandEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what `step` consumes."""


class TimeCame(ErrandEvent, frozen=True, kw_only=True):
    """The errand may enter its queue now."""


class Offered(ErrandEvent, frozen=True, kw_only=True):
    """The ACD has chosen an agent: `offer` is to be the lease."""

    offer: OfferId


class OfferEnded(ErrandEvent, frozen=True, kw_only=True):
    """The agent did not take it, or was never rung: the lease is void."""

    offer: OfferId


class AgentTook(ErrandEvent, frozen=True, kw_only=True):
    """An agent has picked up; the customer is dialled after this was written down."""


class CustomerAnswered(ErrandEvent, frozen=True, kw_only=True):
    """They talk."""


class AttemptEnded(ErrandEvent, frozen=True, kw_only=True):
    """The attempt's contact is over. `outcome` counts only if an agent had taken it."""

    outcome: Outcome


class Cancelled(ErrandEvent, frozen=True, kw_only=True):
    """Somebody doesn't want the customer to be called any more; a call under way is the last one."""


class Recalled(ErrandEvent, frozen=True, kw_only=True):
    """A record of a campaign is not to be called just now (stopped, calling hours over, no agent): it waits again."""


class Struck(ErrandEvent, frozen=True, kw_only=True):
    """The number came onto a do-not-call list."""


class ErrandCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what `step` returns; in this order, after the errand was stored."""


class BeginContact(ErrandCommand, frozen=True, kw_only=True):
    """The contact of the errand's attempt begins, without a process."""


class JoinQueue(ErrandCommand, frozen=True, kw_only=True):
    """The errand's contact takes its place in the queue."""


class GiveLease(ErrandCommand, frozen=True, kw_only=True):
    """A process may ring the agent of `offer` and dial."""

    offer: OfferId


class LinkAttempts(ErrandCommand, frozen=True, kw_only=True):
    """`before` came to nothing; the errand's contact is the next attempt."""

    before: ContactId
    outcome: Outcome


class EndContact(ErrandCommand, frozen=True, kw_only=True):
    """The attempt's contact is not wanted any more."""

    contact: ContactId


Step = tuple[Errand, tuple[ErrandCommand, ...]]
replace = msgspec.structs.replace


def begin(errand: Errand) -> tuple[ErrandCommand, ...]:
    """What is to be done for a new errand: one that has a contact shows it from the beginning."""
    return () if errand.contact is None else (BeginContact(),)


def step(errand: Errand, event: ErrandEvent, now: Stamp, mint: ContactId) -> Step:
    """The errand after `event`, and what is to be done. `mint`: an unused id, in case a contact has to begin."""
    handler = TABLE.get((errand.state, type(event)))
    return (errand, ()) if handler is None else handler(errand, event, now, mint)


def _enter(errand: Errand, _event: TimeCame, _now: Stamp, mint: ContactId) -> Step:
    begins = errand.contact is None
    entered = replace(errand, state=ErrandState.QUEUED, contact=errand.contact or mint)
    return entered, (*((BeginContact(),) if begins else ()), JoinQueue())


def _lease(errand: Errand, event: Offered, _now: Stamp, _mint: ContactId) -> Step:
    return replace(errand, state=ErrandState.OFFERED, lease=event.offer), (GiveLease(offer=event.offer),)


def _void(errand: Errand, event: OfferEnded, _now: Stamp, _mint: ContactId) -> Step:
    """Of an older lease than the one in force this says nothing."""
    if event.offer != errand.lease:
        return errand, ()
    return replace(errand, state=ErrandState.QUEUED, lease=None), ()


def _taken(errand: Errand, _event: AgentTook, _now: Stamp, _mint: ContactId) -> Step:
    return replace(errand, state=ErrandState.DIALLED), ()


def _answered(errand: Errand, _event: CustomerAnswered, _now: Stamp, _mint: ContactId) -> Step:
    return replace(errand, state=ErrandState.CONNECTED), ()


def _done(errand: Errand, _event: AttemptEnded, _now: Stamp, _mint: ContactId) -> Step:
    outcomes = (*errand.outcomes, Outcome.ANSWERED)
    return replace(errand, state=ErrandState.DONE, outcomes=outcomes, lease=None), ()


def _untaken(errand: Errand, event: AttemptEnded, now: Stamp, mint: ContactId) -> Step:
    """The contact is over although no agent had taken it: nobody was called, so the attempt is made again."""
    if event.outcome is Outcome.INVALID:
        return _give_up(errand, event.outcome)
    if errand.redone >= MOST_REDONE:
        return _give_up(errand, Outcome.LOST)
    again = replace(errand, redone=errand.redone + 1)
    return _plan(again, event.outcome, later(now, REDO_S), mint)


def _ended(errand: Errand, event: AttemptEnded, now: Stamp, mint: ContactId) -> Step:
    if event.outcome is Outcome.ANSWERED:
        return _done(errand, event, now, mint)
    if event.outcome is Outcome.SKIPPED:
        return _skipped(errand, now, mint)
    outcomes = (*errand.outcomes, event.outcome)
    if event.outcome in errand.final or errand.attempt >= errand.max_attempts:
        return _give_up(errand, event.outcome)
    pause_s = errand.retry_s.get(event.outcome, errand.retry_delay_s)
    following = replace(errand, outcomes=outcomes, attempt=errand.attempt + 1, redone=0)
    return _plan(following, event.outcome, later(now, pause_s), mint)


def _skipped(errand: Errand, now: Stamp, mint: ContactId) -> Step:
    """Nobody was called, so that the attempt doesn't count."""
    again = replace(errand, skips=errand.skips + 1)
    if again.skips >= MOST_SKIPS:
        return _give_up(again, Outcome.SKIPPED)
    return _plan(again, Outcome.SKIPPED, later(now, errand.retry_s.get(Outcome.SKIPPED, SKIPPED_S)), mint)


def _recall(errand: Errand, _event: Recalled, now: Stamp, _mint: ContactId) -> Step:
    if errand.kind is not ErrandKind.CAMPAIGN or errand.contact is None:
        return errand, ()
    waiting = replace(errand, state=ErrandState.SCHEDULED, contact=None, due=now)
    return waiting, (EndContact(contact=errand.contact),)


def _strike(errand: Errand, _event: Struck, _now: Stamp, _mint: ContactId) -> Step:
    ended = () if errand.contact is None else (EndContact(contact=errand.contact),)
    outcomes = (*errand.outcomes, Outcome.DO_NOT_CALL)
    return replace(errand, state=ErrandState.CANCELLED, outcomes=outcomes, lease=None), ended


def _give_up(errand: Errand, outcome: Outcome) -> Step:
    return replace(errand, state=ErrandState.FAILED, outcomes=(*errand.outcomes, outcome), lease=None), ()


def _plan(errand: Errand, outcome: Outcome, due: Stamp, mint: ContactId) -> Step:
    """The next contact: a callback's is there at once (it is a scheduled contact), a campaign's when its time comes."""
    before = errand.contact
    shown = errand.kind is ErrandKind.CALLBACK
    initial = errand.initial or before
    planned = replace(
        errand,
        state=ErrandState.SCHEDULED,
        due=due,
        lease=None,
        contact=mint if shown else None,
        previous=before,
        initial=initial,
    )
    linked = () if before is None or not shown else (LinkAttempts(before=before, outcome=outcome), BeginContact())
    return planned, linked


def _cancel(errand: Errand, _event: Cancelled, _now: Stamp, _mint: ContactId) -> Step:
    ended = () if errand.contact is None else (EndContact(contact=errand.contact),)
    return replace(errand, state=ErrandState.CANCELLED, lease=None), ended


def _last_one(errand: Errand, _event: Cancelled | Struck, _now: Stamp, _mint: ContactId) -> Step:
    return replace(errand, max_attempts=errand.attempt), ()


def later(at: Stamp, seconds: float) -> Stamp:
    """The instant `seconds` after `at`."""
    return replace(at, mono_s=at.mono_s + seconds, wall_s=at.wall_s + seconds)


Handler = Callable[[Errand, Any, Stamp, ContactId], Step]
_S = ErrandState
TABLE: Mapping[tuple[ErrandState, type[ErrandEvent]], Handler] = MappingProxyType(
    {
        (_S.SCHEDULED, TimeCame): _enter,
        (_S.SCHEDULED, Cancelled): _cancel,
        (_S.SCHEDULED, Struck): _strike,
        (_S.SCHEDULED, AttemptEnded): _untaken,
        (_S.QUEUED, Offered): _lease,
        (_S.QUEUED, AgentTook): _taken,  # the lease ran out here while the agent was picking up there
        (_S.QUEUED, Cancelled): _cancel,
        (_S.QUEUED, Recalled): _recall,
        (_S.QUEUED, Struck): _strike,
        (_S.QUEUED, AttemptEnded): _untaken,
        (_S.OFFERED, Offered): _lease,  # the offer before was never carried out
        (_S.OFFERED, OfferEnded): _void,
        (_S.OFFERED, AgentTook): _taken,
        (_S.OFFERED, Cancelled): _cancel,
        (_S.OFFERED, Struck): _strike,
        (_S.OFFERED, AttemptEnded): _untaken,
        (_S.DIALLED, CustomerAnswered): _answered,
        (_S.DIALLED, Cancelled): _last_one,
        (_S.DIALLED, Struck): _last_one,
        (_S.DIALLED, AttemptEnded): _ended,
        (_S.CONNECTED, AttemptEnded): _done,
        (_S.CONNECTED, Cancelled): _last_one,
    }
)
