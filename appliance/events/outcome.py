"""How a contact came out, in the words of those who handled it; may be said after it is closed."""

from __future__ import annotations

from appliance.events.base import Body
from appliance.ids import AgentId


class DispositionChosen(Body, frozen=True, kw_only=True):
    """The latest one counts. `code` and `name` as configured at that time; agent None: somebody else said so."""

    code: str
    name: str
    agent: AgentId | None = None


class NoteAdded(Body, frozen=True, kw_only=True):
    """A remark for people; may be about the customer, so it is in no log."""

    text: str
    agent: AgentId | None = None
