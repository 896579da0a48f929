"""Writes down from the calling side that two contacts are in one conversation, where only the called side can know.

By REFER with Replaces one contact's leg is a call that another contact's process has taken; both legs have the same
Call-ID. The taking process says so (ContactJoined); the same is due in the contact that called, and in the next one of
its chain.
"""

from __future__ import annotations

from appliance.events import ContactDisconnected, ContactEvent, ContactJoined, LegRole, LegStarted
from appliance.ids import ContactId
from appliance.switchboard.contacts.contacts import Contacts


class Kinship:
    """Watches the contacts' events."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._takers: dict[str, ContactId] = {}  # Call-ID → who has taken the call
        contacts.watchers.append(self._heard)

    def _heard(self, event: ContactEvent) -> None:
        match event.body:
            case ContactJoined(leg=leg):
                self._joined(event.contact, leg)
            case LegStarted(outgoing=True) as started if started.sip_call_id in self._takers:
                self._relate(event.contact, started)
            case ContactDisconnected():
                self._forget(event.contact)

    def _joined(self, taker: ContactId, name: str) -> None:
        state = self._contacts.state(taker)
        leg = next((leg for leg in state.legs.values() if leg.leg == name), None) if state is not None else None
        if leg is None or leg.outgoing or leg.role is LegRole.SUPERVISOR:
            return
        self._takers[leg.sip_call_id] = taker
        for other in self._contacts.under_way():
            for calling in other.legs.values():
                if calling.outgoing and calling.sip_call_id == leg.sip_call_id and not other.disconnected:
                    self._relate(other.contact, calling)

    def _relate(self, caller: ContactId, calling: LegStarted) -> None:
        if calling.role is not LegRole.JOINT:
            self._contacts.write(caller, ContactJoined(other=self._takers[calling.sip_call_id], leg=calling.leg))

    def _forget(self, contact: ContactId) -> None:
        for call_id in [call_id for call_id, taker in self._takers.items() if taker == contact]:
            del self._takers[call_id]
