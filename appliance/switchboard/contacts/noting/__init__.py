"""What each of a contact's events means to what is known of it, and to the queues. Pure.

`note` is the only way in: live events and events replayed from the store after a restart go through the same table,
so that both lead to the same state. Must not decide anything: routing is the ACD's, media the contact process's.
"""

from __future__ import annotations

from appliance import events as said
from appliance.acd.events import AcdEvent
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.noting import legs, monitoring, queueing, visit
from appliance.switchboard.contacts.noting.told import Notes

_NOTES: Notes = {**visit.NOTES, **legs.NOTES, **queueing.NOTES, **monitoring.NOTES}
_LEISURELY = frozenset({said.ContactInitiated, said.LegRinging, said.LegAnswered})  # for lists and lamps only


def note(state: ContactState, event: said.ContactEvent) -> list[AcdEvent]:
    """Take `event` in; what the ACD must be told because of it, in order. Numbers already noted tell nothing."""
    if not state.count(event):
        return []
    told = _NOTES.get(type(event.body))
    return [] if told is None else list(told(state, event.body, event.at))


def is_urgent(body: said.AnyBody) -> bool:
    """Whether the queues may have to hear of it: somebody may be waiting for what follows."""
    if isinstance(body, said.LegStarted):
        return body.extension is not None or body.agent is not None
    if isinstance(body, said.LegAnswered):
        return body.extension is not None
    return type(body) in _NOTES and type(body) not in _LEISURELY
