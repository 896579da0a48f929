"""Notes the metrics of the moment every minute, and thins out old ones that still wait for the console.

What may be thinned: snapshots only. After a day one a quarter of an hour stays, after a week one an hour, after two
months one in six hours.
"""

from __future__ import annotations

import asyncio
import logging

from appliance.cloud.noted import METRICS
from appliance.errors import RequestError
from appliance.sync.ground import Ground
from appliance.sync.wire.switchboard_link import SwitchboardAwayError

logger = logging.getLogger(__name__)

DAY_S = 86_400.0
POLICY = ((DAY_S, 900.0), (7 * DAY_S, 3600.0), (60 * DAY_S, 6 * 3600.0))  # older than, one every
THIN_EVERY_S = 3600.0
METERED_S = 900.0


async def run(ground: Ground) -> None:
    """Until it is cancelled."""
    thinned_s = float("-inf")
    while True:
        await asyncio.sleep(max(ground.settings.snapshot_s, METERED_S if ground.settings.metered else 0.0))
        try:
            await ground.switchboard.call(
                "outbox.note", kind=METRICS, content=await ground.switchboard.call("live.measure")
            )
            now_s = ground.clock().mono_s
            if not ground.up and now_s - thinned_s >= THIN_EVERY_S:
                await thin(ground)
                thinned_s = now_s
        except (SwitchboardAwayError, RequestError) as error:
            logger.debug("no snapshot of the metrics: %s", error)


async def thin(ground: Ground) -> int:
    """How many rows went. Raises SwitchboardAwayError, RequestError."""
    gone = 0
    for older_than_s, every_s in POLICY:
        answer = await ground.switchboard.call("outbox.thin", kind=METRICS, older_than_s=older_than_s, every_s=every_s)
        gone += answer["gone"]
    return gone
