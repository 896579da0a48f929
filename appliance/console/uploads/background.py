"""Throws away uploads that nobody goes on with (tus, expiration). Any number of processes may do it."""

from __future__ import annotations

import asyncio
import logging

from appliance.console.context import Console
from appliance.console.storing.opening import open_storage
from appliance.console.storing.storage import StorageError
from appliance.console.uploads.uploads import Uploads

logger = logging.getLogger(__name__)
EVERY_S = 3600.0


async def run(console: Console) -> None:
    """Until it is cancelled."""
    uploads = Uploads(console.database, open_storage(console.settings), console.now_s)
    while True:
        await asyncio.sleep(EVERY_S)
        try:
            gone = await uploads.expire()
        except StorageError as error:
            logger.warning("old uploads are still there: %s", error)
        else:
            if gone:
                logger.info("%d uploads were given up by their boxes", gone)
