"""Takes what tells of the customer out of a contact's events: an erasure request (GDPR Article 17). Pure.

That there was a contact stays, with its times, queue, agents and outcome: metrics and the chain of contacts don't
change. What goes: numbers, names, attributes, notes, texts of others. Doing it twice changes nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from appliance import events as ev

ERASED = "erased"  # why a recording is gone, in a record
Changes = dict[str, Any]
_WRITTEN_BY_PEOPLE = frozenset(
    {"Attributes", "attributes", "Text", "CustomerName", "DisconnectDetail", "Detail", "caller", "caller_name"}
)  # names of values in records and in events that are none of a contact's
_OUTSIDE = (ev.LegRole.CUSTOMER, ev.LegRole.THIRD_PARTY)


def scrubbed(body: ev.AnyBody) -> ev.AnyBody:
    """The event without what tells of the customer; the very same one where it says nothing of that."""
    rule = _RULES.get(type(body))
    changed: ev.AnyBody = body if rule is None else msgspec.structs.replace(body, **rule(body))
    return changed


def without_recordings(record: dict[str, Any]) -> dict[str, Any]:
    """A contact record that says its recordings were deleted."""
    gone = {"Status": "DELETED", "DeletionReason": ERASED, "Location": None}
    changed = dict(record)
    if record.get("Recording"):
        changed["Recording"] = {**record["Recording"], **gone}
    if record.get("Recordings"):
        changed["Recordings"] = [{**one, **gone} for one in record["Recordings"]]
    return changed


def scrubbed_record(record: dict[str, Any]) -> dict[str, Any]:
    """A contact record without what tells of the customer, where its events aren't at hand; its recordings are gone."""
    words = customer_words(record)
    cleaned = {name: _cleaned(name, value, words) for name, value in record.items()}
    for endpoint in ("CustomerEndpoint", "TransferredToEndpoint"):
        if isinstance(cleaned.get(endpoint), dict):
            cleaned[endpoint] = {**cleaned[endpoint], "Address": ""}
    return without_recordings(cleaned)


def customer_words(record: dict[str, Any]) -> frozenset[str]:
    """By what a record's customer is told: number and name."""
    endpoint, details = record.get("CustomerEndpoint") or {}, record.get("Linekeeper") or {}
    return frozenset(word for word in (endpoint.get("Address"), details.get("CustomerName")) if word)


def without_words(value: Any, words: frozenset[str]) -> Any:
    """JSON in which no text has one of these words; texts that people wrote are gone in any case."""
    return _cleaned("", value, words)


def _cleaned(name: str, value: Any, words: frozenset[str]) -> Any:
    if name in _WRITTEN_BY_PEOPLE:
        return type(value)() if isinstance(value, str | dict | list) else value
    if isinstance(value, dict):
        return _cleaned_object(value, words)
    if isinstance(value, list):
        return [_cleaned(name, inner, words) for inner in value]
    return "" if _tells(value, words) else value


def _cleaned_object(value: dict[str, Any], words: frozenset[str]) -> dict[str, Any]:
    """A name beside a customer's number is the customer's; a key may be a number too."""
    concerned = any(_tells(inner, words) for inner in value.values())
    kept = {key: inner for key, inner in value.items() if not _tells(key, words)}
    return {key: "" if concerned and key == "name" else _cleaned(key, inner, words) for key, inner in kept.items()}


def _tells(value: Any, words: frozenset[str]) -> bool:
    return isinstance(value, str) and any(word in value for word in words)


def _leg(body: ev.LegStarted) -> Changes:
    return {"uri": "", "sip_call_id": ""} if body.role in _OUTSIDE else {}


def _target(body: ev.ContactTransferred | ev.ConsultStarted) -> Changes:
    """Of somebody outside; extensions have fewer digits."""
    return {"target": ""} if sum(sign.isdigit() for sign in body.target) > 6 else {}


_RULES: Mapping[type[ev.Body], Callable[[Any], Changes]] = {
    ev.ContactInitiated: lambda body: {"customer": ev.Endpoint(address="", type=body.customer.type)},
    ev.LegStarted: _leg,
    ev.LegEnded: lambda _: {"reason": ""},
    ev.AttributesUpdated: lambda _: {"attributes": {}},
    ev.ContactTransferred: _target,
    ev.ConsultStarted: _target,
    ev.ContactDisconnected: lambda _: {"detail": ""},
    ev.FlowEnded: lambda _: {"detail": ""},
    ev.FunctionInvoked: lambda _: {"reason": ""},
    ev.RecordingStarted: lambda _: {"caller": "", "caller_name": ""},
    ev.CallbackRequested: lambda _: {"number": "", "attributes": {}},
    ev.NoteAdded: lambda _: {"text": ""},
}
