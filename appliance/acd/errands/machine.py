"""How an errand goes on: one table of states and events. `step` is the only way; nothing here keeps anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from appliance.acd.errands.commands import BeginContact, EndContact, ErrandCommand, GiveLease, JoinQueue, LinkAttempts
from appliance.acd.errands.errand import Errand, ErrandState, Outcome, later
from appliance.acd.errands.events import (
    AgentTook,
    AttemptEnded,
    Cancelled,
    CustomerAnswered,
    ErrandEvent,
    Offered,
    OfferEnded,
    Recalled,
    Struck,
    TimeCame,
)
from appliance.events import ErrandKind
from appliance.ids import ContactId
from appliance.stamps import Stamp

REDO_S = 5.0  # after a process died before an agent took the attempt
SKIPPED_S = 3600.0  # until somebody whom an agent would not call is shown to one again
MOST_SKIPS = 3  # then nobody wants to
MOST_REDONE = 5  # then something is wrong with the box, not with the customer

Step = tuple[Errand, tuple[ErrandCommand, ...]]


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
