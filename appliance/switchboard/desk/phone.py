"""What a phone can be told of itself."""

from __future__ import annotations

from appliance.switchboard.desk.asked import Asked, Said
from appliance.switchboard.desk.desk import Desk


async def whoami(_desk: Desk, asked: Asked) -> Said:
    """Which extension this is and who is reached here."""
    values = {"extension": asked.extension or "", "agent": asked.agent or ""}
    return Said(key="whoami_agent" if asked.agent else "whoami", values=values, answers=values)
