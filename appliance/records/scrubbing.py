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
