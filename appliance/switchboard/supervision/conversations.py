"""Whose conversation a contact is, and who listens to it: read from what the contacts' events say."""

from __future__ import annotations

from appliance.errors import RequestError
from appliance.ids import AgentId, ContactId
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.supervision.listeners import Listeners


class Conversations:
    """Looks up; changes nothing."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def of(self, contact: ContactId) -> ContactState:
        """That of `contact`, or of whom `contact` monitors. Raises RequestError where nobody talks."""
        state = self.listened_by(contact) or self._contacts.state(contact)
        if state is None or state.disconnected:
            raise RequestError(
                f"contact {contact} is not under way; see 'linekeeper contact list --open'", kind="not_found"
            )
        if len(state.answered & state.legs.keys()) < 2:
            raise RequestError(f"nobody talks in contact {contact} now; try again later", kind="conflict")
        return state

    def listened_by(self, monitor: ContactId) -> ContactState | None:
        """Whose conversation the contact `monitor` listens to."""
        return next((state for state in self._contacts.under_way() if monitor in state.listeners), None)

    def listeners(self, root: ContactId) -> Listeners:
        """Those of the conversation `root` whose contacts are still there."""
        state = self._contacts.state(root)
        listeners = () if state is None else tuple(state.listeners.values())
        return Listeners(root, [listener for listener in listeners if self._is_open(listener.monitor)])

    def _is_open(self, contact: ContactId) -> bool:
        state = self._contacts.state(contact)
        return state is not None and not state.disconnected


def agents_of(state: ContactState) -> set[AgentId]:
    """Every agent who has part in the contact."""
    return {*state.engaged, *(leg.agent for leg in state.legs.values() if leg.agent is not None)}
