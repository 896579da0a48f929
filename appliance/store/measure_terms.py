"""The rules of the metrics (reference: metrics.md) as SQL expressions, by the names of the terms in the definitions.

Constant text. Written from the reference, not from `appliance.metrics.contact_terms`: the two check each other.
A condition is true, false or NULL; a value is a number or NULL. `f` is contact_facts, `r` agent_rings with offers of
contacts under way, `w` flow_runs, `s` the part of a stretch of an agent's state that lies in the interval (`seconds`
long).
"""

from __future__ import annotations

from collections.abc import Mapping

_PERSON = "f.method <> 'MONITOR'"
_QUEUED = f"(f.enqueued IS NOT NULL AND {_PERSON})"
_HANDLED = f"(f.connected IS NOT NULL AND {_PERSON})"
_ABANDONED = (
    f"({_QUEUED} AND f.connected IS NULL AND NOT f.has_next AND NOT (f.pre = 'IN_QUEUE' AND f.transferred IS NOT NULL)"
    " AND f.errand = '')"
)
_OUT = "((f.has_next OR f.outside) AND f.handed_on NOT IN ('disconnect_flow', 'callback'))"
_HOLD_END = f"({_HANDLED} AND f.pre = 'CONNECTED_ONHOLD')"
_INCOMING = "('INBOUND', 'TRANSFER', 'QUEUE_TRANSFER')"
_INSIDE = "CASE :comparison{n} WHEN 'LTE' THEN f.waited <= :seconds{n} ELSE f.waited < :seconds{n} END"

CONDITIONS: Mapping[str, str] = {
    "created": "1",
    "incoming": f"f.method IN {_INCOMING}",
    "queued": _QUEUED,
    "handled": _HANDLED,
    "handled_incoming": f"{_HANDLED} AND f.method IN {_INCOMING}",
    "handled_outbound": f"{_HANDLED} AND f.method = 'OUTBOUND'",
    "handled_callback": f"{_HANDLED} AND f.method = 'CALLBACK'",
    "handled_api": f"{_HANDLED} AND f.method = 'API'",
    "abandoned": _ABANDONED,
    "abandoned_within": f"{_ABANDONED} AND {_INSIDE}",
    "answered_within": f"{_HANDLED} AND {_QUEUED} AND {_INSIDE}",
    "removed_within": f"{_QUEUED} AND {_INSIDE}",
    "put_on_hold": "f.holds > 0",
    "hold_ended": _HOLD_END,
    "hold_ended_by_agent": f"{_HOLD_END} AND f.reason = 'AGENT_DISCONNECT'",
    "hold_ended_by_customer": f"{_HOLD_END} AND f.reason = 'CUSTOMER_DISCONNECT'",
    "agent_hung_up": f"{_HANDLED} AND f.reason = 'AGENT_DISCONNECT'",
    "disconnected_in_queue": "f.pre = 'IN_QUEUE'",
    "transferred_in": "f.method IN ('TRANSFER', 'QUEUE_TRANSFER')",
    "transferred_in_by_agent": "f.method = 'TRANSFER'",
    "transferred_in_from_queue": "f.method = 'QUEUE_TRANSFER'",
    "transferred_out": _OUT,
    "transferred_out_by_agent": f"{_OUT} AND f.handed_on_by IS NOT NULL",
    "transferred_out_from_queue": f"{_OUT} AND f.pre = 'IN_QUEUE'",
    "transferred_out_internal": f"{_OUT} AND NOT f.outside",
    "transferred_out_external": f"{_OUT} AND f.outside",
    "offered": "r.outcome NOT IN ('', 'dialled', 'withdrawn')",
    "accepted": "r.outcome = 'connected'",
    "missed": "r.outcome NOT IN ('', 'dialled', 'withdrawn', 'connected')",
    "missed_by_agent": "r.outcome NOT IN ('', 'dialled', 'withdrawn', 'connected', 'abandoned')",
    "started": "1",
    "ended": "w.ended IS NOT NULL",
    "fatal": "w.fatal",
}
_RANG = "CASE WHEN r.outcome <> 'withdrawn'{also} THEN r.rang END"

VALUES: Mapping[str, str] = {
    "answer_time": f"CASE WHEN {_HANDLED} AND {_QUEUED} THEN f.waited END",
    "abandon_time": f"CASE WHEN {_ABANDONED} THEN f.waited END",
    "queued_time": f"CASE WHEN {_QUEUED} THEN f.waited END",
    "handle_time": f"CASE WHEN {_PERSON} AND coalesce(f.interaction, f.hold, f.wrap_up, f.pause) IS NOT NULL THEN"
    " ifnull(f.interaction, 0) + ifnull(f.hold, 0) + ifnull(f.wrap_up, 0) + ifnull(f.pause, 0) END",
    "interaction_time": f"CASE WHEN {_HANDLED} THEN f.interaction END",
    "interaction_and_hold": f"CASE WHEN {_PERSON} AND coalesce(f.interaction, f.hold) IS NOT NULL THEN"
    " ifnull(f.interaction, 0) + ifnull(f.hold, 0) END",
    "wrap_up_time": f"CASE WHEN {_PERSON} THEN f.wrap_up END",
    "hold_time": "CASE WHEN f.holds > 0 THEN f.hold END",
    "hold_time_of_all": f"CASE WHEN {_PERSON} THEN f.hold END",
    "holds": "ifnull(f.holds, 0)",
    "flow_time": "CASE WHEN f.method IN ('INBOUND', 'TRANSFER', 'QUEUE_TRANSFER', 'API') THEN"
    " ifnull(max(0, coalesce(f.enqueued, f.transferred, f.disconnected) - f.answered), 0) END",
    "resolution_time": "max(0, max(ifnull(f.wrapped_up, f.disconnected), ifnull(f.disconnected, f.wrapped_up))"
    " - f.initiated)",
    "callback_tries": "CASE WHEN f.method = 'CALLBACK' THEN f.callback_tries END",
    "connecting": _RANG.format(also=""),
    "connecting_inbound": _RANG.format(also=f" AND r.method IN {_INCOMING}"),
    "connecting_outbound": _RANG.format(also=" AND r.method = 'OUTBOUND'"),
    "connecting_callback": _RANG.format(also=" AND r.method = 'CALLBACK'"),
    "connecting_api": _RANG.format(also=" AND r.method = 'API'"),
    "run_time": "max(0, w.ended - w.started)",
    "errors": "w.errors",
    "on_contact": "CASE WHEN s.status = 'Available' AND s.activity IN ('on_contact', 'after_contact_work')"
    " THEN s.seconds END",
    "idle": "CASE WHEN s.status = 'Available' AND s.activity NOT IN ('on_contact', 'after_contact_work')"
    " THEN s.seconds END",
    "online": "CASE WHEN s.status <> 'Offline' THEN s.seconds END",
    "non_productive": "CASE WHEN s.status NOT IN ('Available', 'Offline') THEN s.seconds END",
    "error": "CASE WHEN s.status <> 'Offline' AND s.activity IN ('missed', 'error') THEN s.seconds END",
}


def value(term: str, number: int) -> str:
    """The term as a number or NULL; `number` is that of its threshold's parameters."""
    if term in VALUES:
        return VALUES[term]
    return f"CASE WHEN {CONDITIONS[term].replace('{n}', str(number))} THEN 1 END"
