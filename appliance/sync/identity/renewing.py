"""Renews the certificate in time, and keeps the clock floor up to date with what the console's clock says."""

from __future__ import annotations

import asyncio
import logging
import random

import msgspec

from appliance.sync.ground import Ground
from appliance.sync.identity.enrolling import EnrolmentError, is_due, renew
from appliance.sync.identity.identity import Identity, load_identity, store_console
from appliance.sync.identity.machine import machine_id

logger = logging.getLogger(__name__)
LOOK_S = 3600.0
FLOOR_EVERY_S = 86_400.0
FIRST_LOOK_S = 20.0  # the console's clock is known by then


async def run(ground: Ground) -> None:
    """Ends only when it is cancelled. Raises SyncError where the identity can't be used."""
    await asyncio.sleep(FIRST_LOOK_S)
    while True:
        identity = load_identity(ground.paths.data)
        identity = raise_floor(ground, identity)
        if is_due(identity, ground.clock().wall_s):
            await _renew(ground, identity)
        await asyncio.sleep(LOOK_S * (0.5 + random.random()))  # thousands of boxes, not all at once


def raise_floor(ground: Ground, identity: Identity) -> Identity:
    """The console's clock, as far as it was heard, has passed. Once a day is enough: the card wears out."""
    skew_s = ground.console.skew_s
    if skew_s is None:
        return identity
    now_s = ground.clock().wall_s + skew_s
    if now_s - identity.console.floor_s < FLOOR_EVERY_S:
        return identity
    store_console(ground.paths.data, msgspec.structs.replace(identity.console, floor_s=now_s))
    return load_identity(ground.paths.data)


async def _renew(ground: Ground, identity: Identity) -> None:
    try:
        new = await renew(ground.paths.data, identity, machine=machine_id())
    except EnrolmentError as error:
        logger.warning("the certificate can't be renewed yet: %s", error)
        return
    logger.info("the box has a new certificate, until %s", new.certificate.not_valid_after_utc.date())
    ground.identity_changed()
