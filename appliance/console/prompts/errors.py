"""What can't become a prompt."""

from __future__ import annotations

from appliance.errors import ConsoleError


class PromptError(ConsoleError):
    """The sentence says the fault and the remedy; people read it on the page."""
