"""Takes what tells of the customer out of a contact's events: an erasure request (GDPR Article 17). Pure.

That there was a contact stays, with its times, queue, agents and outcome: metrics and the chain of contacts don't
change. What goes: numbers, names, attributes, notes, texts of others. Doing it twice changes nothing more.
"""

from __future__ import annotations

from typing import Any

import msgspec

from appliance import events as ev

ERASED = "erased"  # why a recording is gone, in a record
_OUTSIDE = (ev.LegRole.CUSTOMER, ev.LegRole.THIRD_PARTY)


def scrubbed(body: ev.AnyBody) -> ev.AnyBody:
    """The event without what tells of the customer; the very same one where it says nothing of that."""
    match body:
        case ev.ContactInitiated():
            return _with(body, customer=ev.Endpoint(address="", type=body.customer.type))
        case ev.LegStarted(role=role) if role in _OUTSIDE:
            return _with(body, uri="", sip_call_id="")
        case ev.AttributesUpdated():
            return _with(body, attributes={})
        case ev.ContactTransferred(target=target) | ev.ConsultStarted(target=target) if _is_number(target):
            return _with(body, target="")
        case ev.ContactDisconnected() | ev.FlowEnded() | ev.MediaFailed():
            return _with(body, detail="")
        case ev.LegEnded():
            return _with(body, reason="")
        case ev.FunctionInvoked():
            return _with(body, reason="")
        case ev.RecordingStarted():
            return _with(body, caller="", caller_name="")
        case ev.CallbackRequested():
            return _with(body, number="", attributes={})
        case ev.NoteAdded():
            return _with(body, text="")
    return body


def without_recordings(record: dict[str, Any]) -> dict[str, Any]:
    """A contact record that says its recordings were deleted."""
    gone = {"Status": "DELETED", "DeletionReason": ERASED, "Location": None}
    changed = dict(record)
    if record.get("Recording"):
        changed["Recording"] = {**record["Recording"], **gone}
    if record.get("Recordings"):
        changed["Recordings"] = [{**one, **gone} for one in record["Recordings"]]
    return changed


def _with(body: Any, **changes: Any) -> ev.AnyBody:
    changed: ev.AnyBody = msgspec.structs.replace(body, **changes)
    return changed


def _is_number(target: str) -> bool:
    """Of somebody outside; extensions have fewer digits."""
    return sum(sign.isdigit() for sign in target) > 6
