"""What `contacts` needs of whoever looks after contacts that nobody else ends; `caretaker` is the one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from appliance.events import ContactEvent
from appliance.ids import ContactId
from appliance.switchboard.contacts.contact_state import ContactState


class Carer(Protocol):
    """Who looks after contacts that nobody else ends. May be told of one contact more than once."""

    def over(self, state: ContactState) -> None:
        """Nothing more will happen to the contact: build its record."""

    def lost(self, contact: ContactId, why: str, *, long_gone: bool = False) -> None:
        """No process will ever say the end of this contact. `long_gone`: it was dead before anybody looked, so that
        the contact ended some time ago; otherwise it ends now."""

    def gap(self, contact: ContactId, events: Sequence[ContactEvent]) -> None:
        """Events of the contact are missing before these, which are not stored."""
