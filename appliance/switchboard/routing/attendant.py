"""What `contacts` needs of whoever attends to contacts that wait without a contact process; `errands` is the one."""

from __future__ import annotations

from typing import Protocol

from appliance.contact.protocol import Command
from appliance.events import ContactEvent
from appliance.ids import ContactId


class Attendant(Protocol):
    """Takes a contact process's part while there is none. None of this may raise."""

    def obey(self, command: Command) -> None:
        """Do what the contact's process would be asked to do."""

    def heard(self, event: ContactEvent) -> None:
        """Something happened to a contact, told once, and again after a restart."""

    def keeps(self, contact: ContactId) -> bool:
        """Whether the contact waits on although its process has let go of it."""


class Nobody:
    """No contact waits without a process."""

    def obey(self, command: Command) -> None:
        """Implements `Attendant`."""

    def heard(self, event: ContactEvent) -> None:
        """Implements `Attendant`."""

    def keeps(self, _contact: ContactId) -> bool:
        """Implements `Attendant`."""
        return False
