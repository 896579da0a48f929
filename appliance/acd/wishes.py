"""Which contacts wish which agent, and which of them are to be looked at again because that one has come or gone."""

from __future__ import annotations

from appliance.acd.lines import Place
from appliance.ids import AgentId, ContactId


class Wishes:
    """`note` a place when it is taken, `forget` it when it is left."""

    def __init__(self) -> None:
        self._contacts: dict[AgentId, set[ContactId]] = {}
        self._changed: set[AgentId] = set()

    def note(self, place: Place) -> None:
        if place.wished is not None:
            self._contacts.setdefault(place.wished, set()).add(place.contact)

    def forget(self, place: Place) -> None:
        contacts = self._contacts.get(place.wished) if place.wished is not None else None
        if place.wished is not None and contacts is not None:
            contacts.discard(place.contact)
            if not contacts:
                del self._contacts[place.wished]

    def came_or_went(self, agent: AgentId) -> None:
        """Whether `agent` is there, or what the agent serves, may be otherwise now."""
        if agent in self._contacts:
            self._changed.add(agent)

    def concerned(self) -> list[ContactId]:
        """The contacts to look at again; each is named once."""
        if not self._changed:
            return []
        found = [contact for agent in sorted(self._changed) for contact in sorted(self._contacts.get(agent, ()))]
        self._changed.clear()
        return found
