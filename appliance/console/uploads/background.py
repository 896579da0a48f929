"""Throws away uploads that nobody goes on with (tus, expiration), and files that no row points to. Any number of
processes may do it.
"""

from __future__ import annotations

import asyncio
import logging

from appliance.console.context import Console
from appliance.console.storing.opening import open_storage
from appliance.console.storing.storage import StorageError
from appliance.console.uploads.orphans import Orphans
from appliance.console.uploads.uploads import Uploads

logger = logging.getLogger(__name__)
EVERY_S = 3600.0
SWEEPS = 24  # rounds between two looks through the whole store


async def run(console: Console) -> None:
    """Until it is cancelled."""
    storage = open_storage(console.settings)
    uploads = Uploads(console.database, storage, console.now_s)
    orphans = Orphans(console.database, storage, console.now_s)
    round_number = 0
    while True:
        await asyncio.sleep(EVERY_S)
        try:
            await _expire(uploads)
            if round_number % SWEEPS == 0:
                await _sweep(orphans)
        except StorageError as error:
            logger.warning("old uploads or files of nobody are still there: %s", error)
        round_number += 1


async def _expire(uploads: Uploads) -> None:
    if gone := await uploads.expire():
        logger.info("%d uploads were given up by their boxes", gone)


async def _sweep(orphans: Orphans) -> None:
    swept = await orphans.sweep()
    logger.info(
        "the store was swept: %d parts, %d recordings and %d torn files of nobody went, %d recordings of nobody stay",
        swept.parts, swept.recordings, swept.torn, swept.kept,
    )  # fmt: skip
