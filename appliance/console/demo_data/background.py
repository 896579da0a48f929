"""The made-up branches go on as long as the console runs that was started with --demo-data."""

from __future__ import annotations

import asyncio
import logging

from appliance.console.context import Console
from appliance.console.demo_data.filling import open_or_fill
from appliance.console.demo_data.playing import play

logger = logging.getLogger(__name__)


async def run(console: Console) -> None:
    """Ends only when it is cancelled."""
    if not console.settings.demo_data:
        await asyncio.Event().wait()
    await play(console, await open_or_fill(console, logger.info))
