"""Notices from and to the console's other processes, as long as this one runs."""

from __future__ import annotations

from appliance.console.context import Console


async def run(console: Console) -> None:
    """Ends only when it is cancelled."""
    await console.notices.run()
