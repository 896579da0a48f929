"""What `contacts` needs of whoever looks after contacts that nobody else ends; `caretaker` is the one."""

from __future__ import annotations

from typing import Protocol

from appliance.ids import ContactId
from appliance.switchboard.contact_state import ContactState


class Carer(Protocol):
    """Who looks after contacts that nobody else ends. May be told of one contact more than once."""

    def over(self, state: ContactState) -> None:
        """Nothing more will happen to the contact: build its record."""

    def lost(self, contact: ContactId, why: str) -> None:
        """No process will ever say the end of this contact."""

    def gap(self, contact: ContactId) -> None:
        """Events of the contact are missing before the one that came."""
