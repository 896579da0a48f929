"""Looks every hour for what is kept longer than admins have said. Any number of processes may do it."""

from __future__ import annotations

import asyncio
import logging

from appliance.console.context import Console
from appliance.console.retention.sweeping import sweep

logger = logging.getLogger(__name__)
EVERY_S = 3600.0


async def run(console: Console) -> None:
    """Until it is cancelled."""
    while True:
        gone = await sweep(console)
        if gone:
            logger.info("retention: %s went", gone)
        await asyncio.sleep(EVERY_S)
