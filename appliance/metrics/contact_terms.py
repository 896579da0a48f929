"""The terms of the metrics over contact records (reference: metrics.md, section 1): one row each, by name.

A condition gives 1 or None, a value its number or None. MONITOR contacts are nobody's handled contacts: a supervisor
listened. A contact with a `service` (feature code) is no customer's and has no term at all; the caller leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from appliance.metrics.contact_facts import NO_TRANSFER, ContactFacts
from appliance.metrics.thresholds import Threshold

Term = Callable[[ContactFacts], float | None]
Condition = Callable[[ContactFacts], bool]
_INCOMING = ("INBOUND", "TRANSFER", "QUEUE_TRANSFER")
_WITH_IVR = (*_INCOMING, "API")


def handled(one: ContactFacts) -> bool:
    """conn"""
    return one.connected is not None and one.method != "MONITOR"


def queued(one: ContactFacts) -> bool:
    """enq"""
    return one.enqueued is not None and one.method != "MONITOR"


def abandoned(one: ContactFacts) -> bool:
    """enq AND NOT conn AND NOT next AND NOT (pds = IN_QUEUE AND tct); and somebody was there to give up: an errand that
    no agent took (a callback cancelled, a campaign's record recalled) has not called its customer."""
    moved = one.pre == "IN_QUEUE" and one.transferred is not None
    return queued(one) and one.connected is None and not one.has_next and not moved and not one.errand


def transferred_out(one: ContactFacts) -> bool:
    """Went on to somebody else; not by a disconnect flow, and not as a callback."""
    return (one.has_next or one.outside) and one.handed_on not in NO_TRANSFER


def _on_hold(one: ContactFacts) -> bool:
    return handled(one) and one.pre == "CONNECTED_ONHOLD"


def _sum(*parts: int | None) -> int | None:
    """The sum of the present ones, None if there is none."""
    present = [part for part in parts if part is not None]
    return sum(present) if present else None


def _of_agent(one: ContactFacts, *parts: int | None) -> int | None:
    return None if one.method == "MONITOR" else _sum(*parts)


def _flow_time(one: ContactFacts) -> int | None:
    if one.method not in _WITH_IVR:
        return None
    ends = (one.enqueued, one.transferred, one.disconnected)
    end = next((each for each in ends if each is not None), None)
    return max(0, end - one.answered) if one.answered is not None and end is not None else 0


def _resolution_time(one: ContactFacts) -> int | None:
    ends = [each for each in (one.wrapped_up, one.disconnected) if each is not None]
    return max(0, max(ends) - one.initiated) if ends else None


_CONDITIONS: Mapping[str, Condition] = {
    "created": lambda one: True,
    "incoming": lambda one: one.method in _INCOMING,
    "queued": queued,
    "handled": handled,
    "handled_incoming": lambda one: handled(one) and one.method in _INCOMING,
    "handled_outbound": lambda one: handled(one) and one.method == "OUTBOUND",
    "handled_callback": lambda one: handled(one) and one.method == "CALLBACK",
    "handled_api": lambda one: handled(one) and one.method == "API",
    "abandoned": abandoned,
    "put_on_hold": lambda one: one.holds is not None and one.holds > 0,
    "hold_ended": _on_hold,
    "hold_ended_by_agent": lambda one: _on_hold(one) and one.reason == "AGENT_DISCONNECT",
    "hold_ended_by_customer": lambda one: _on_hold(one) and one.reason == "CUSTOMER_DISCONNECT",
    "agent_hung_up": lambda one: handled(one) and one.reason == "AGENT_DISCONNECT",
    "disconnected_in_queue": lambda one: one.pre == "IN_QUEUE",
    "transferred_in": lambda one: one.method in ("TRANSFER", "QUEUE_TRANSFER"),
    "transferred_in_by_agent": lambda one: one.method == "TRANSFER",
    "transferred_in_from_queue": lambda one: one.method == "QUEUE_TRANSFER",
    "transferred_out": transferred_out,
    "transferred_out_by_agent": lambda one: transferred_out(one) and one.handed_on_by is not None,
    "transferred_out_from_queue": lambda one: transferred_out(one) and one.pre == "IN_QUEUE",
    "transferred_out_internal": lambda one: transferred_out(one) and not one.outside,
    "transferred_out_external": lambda one: transferred_out(one) and one.outside,
}
_VALUES: Mapping[str, Term] = {
    "answer_time": lambda one: one.waited if handled(one) and queued(one) else None,
    "abandon_time": lambda one: one.waited if abandoned(one) else None,
    "queued_time": lambda one: one.waited if queued(one) else None,
    "handle_time": lambda one: _of_agent(one, one.interaction, one.hold, one.wrap_up, one.pause),
    "interaction_time": lambda one: one.interaction if handled(one) else None,
    "interaction_and_hold": lambda one: _of_agent(one, one.interaction, one.hold),
    "wrap_up_time": lambda one: _of_agent(one, one.wrap_up),
    "hold_time": lambda one: one.hold if one.holds else None,
    "hold_time_of_all": lambda one: _of_agent(one, one.hold),
    "holds": lambda one: one.holds or 0,
    "flow_time": _flow_time,
    "resolution_time": _resolution_time,
    "callback_tries": lambda one: one.callback_tries if one.method == "CALLBACK" else None,
}
WITHIN: Mapping[str, Condition] = {
    "abandoned_within": abandoned,
    "answered_within": lambda one: handled(one) and queued(one),
    "removed_within": queued,
}


def _when(holds: Condition) -> Term:
    return lambda one: 1 if holds(one) else None


TERMS: Mapping[str, Term] = {
    **{name: _when(holds) for name, holds in _CONDITIONS.items()},
    **_VALUES,
}


def term(name: str, threshold: Threshold | None) -> Term:
    """The term of that name; those "within" need a threshold."""
    if name not in WITHIN:
        return TERMS[name]
    holds = WITHIN[name]
    assert threshold is not None, f"{name} needs a threshold"
    return lambda one: 1 if one.waited is not None and holds(one) and threshold.met(one.waited) else None
