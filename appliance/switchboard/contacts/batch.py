"""Events of one contact on their way from the link into the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.events import ContactEvent
from appliance.ids import ContactId
from appliance.store.store import Store
from appliance.switchboard.contacts.link import Connection


@dataclass(slots=True, kw_only=True)
class Batch:
    """Events of one contact that were readable at once.

    `over`: the contact is closed, they are only acknowledged; `acted`: acted upon before they could be stored.
    """

    connection: Connection
    contact: ContactId
    events: Sequence[ContactEvent]
    over: bool = False
    known: bool = False
    acted: bool = False

    def write(self, store: Store) -> None:
        """Append the events, unless the contact turns out to be closed."""
        if not self.known and not self.over:
            row = store.contacts.get(self.contact)
            self.over = row is not None and not row.open
        if not self.over:
            store.events.append(self.events)
