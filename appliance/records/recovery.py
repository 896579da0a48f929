"""What a dead contact process left behind, and what it could not say any more.

Reads files and events, writes nothing: the caretaker stores what is missing, so that there is one way in
which a contact ends. Looking again after that finds nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from appliance import events as ev
from appliance.ids import ContactId, LegId
from appliance.records.repair import closing_events
from appliance.records.traces import last_sign, unknown_audio
from appliance.stamps import Stamp


class Remains(msgspec.Struct, frozen=True, kw_only=True):
    """`unknown`: recordings that no event tells of, begun at `begun`; `missing`: what ends the contact's media after
    them, at `ended`, the last sign of life; `call_ids`: SIP dialogs that nobody has ended."""

    unknown: tuple[ev.AnyBody, ...]
    begun: Stamp
    missing: tuple[ev.AnyBody, ...]
    ended: Stamp
    call_ids: tuple[str, ...]


def look_through(
    contact: ContactId, folder: Path, events: Sequence[ev.ContactEvent], *, now: Stamp, detail: str
) -> Remains:
    """`folder` is the contact's in the spool, `events` all that are stored of it, in order (there may be none).

    A contact found hours later didn't talk for hours: it ends with its last event, or with the audio recorded after
    that, but never later than `now`. `detail` becomes the record's account of the failure.
    """
    unknown = unknown_audio(folder, events)
    begun = last_sign(events) if events else now
    told = [*events, *(_event(contact, body, begun) for body in unknown)]
    ended = _not_after(now, last_sign(told)) if told else now
    missing = closing_events(told, detail=detail) if told else []
    return Remains(
        unknown=tuple(unknown), begun=begun, missing=tuple(missing), ended=ended, call_ids=_open_dialogs(events)
    )


def _open_dialogs(events: Sequence[ev.ContactEvent]) -> tuple[str, ...]:
    legs: dict[LegId, str] = {}
    for event in events:
        match event.body:
            case ev.LegStarted(leg=leg, sip_call_id=call_id):
                legs[leg] = call_id
            case ev.LegEnded(leg=leg):
                legs.pop(leg, None)
    return tuple(legs.values())


def _event(contact: ContactId, body: ev.AnyBody, at: Stamp) -> ev.ContactEvent:
    return ev.ContactEvent(contact=contact, writer=ev.Writer.SWITCHBOARD, seq=1, at=at, body=body)


def _not_after(now: Stamp, at: Stamp) -> Stamp:
    return now if at.boot == now.boot and at.mono_s > now.mono_s else at
