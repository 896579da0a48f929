"""The shape of what notes an event in a contact's state, and of what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from appliance.acd.events import AcdEvent
from appliance.events import Body
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contact_state import ContactState

Told = Iterable[AcdEvent]
"""What the ACD must be told because of an event, in order."""

Notes = Mapping[type[Body], Callable[[ContactState, Any, Stamp], Told]]
"""One function an event type."""
