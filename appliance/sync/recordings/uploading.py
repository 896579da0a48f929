"""The part of the sync service that looks after recordings: seals what is finished, sends what waits.

Events go first: while many wait, no recording is sent. Nothing here is remembered; the store says what is left to do.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from appliance.clock import monotonic_s
from appliance.cloud import paths
from appliance.cloud.signing import key_id
from appliance.errors import RequestError, StoreError
from appliance.store.connection import Connection
from appliance.store.store import Store
from appliance.sync.delivering.outage_store import OutageStore
from appliance.sync.ground import Ground
from appliance.sync.identity.identity import load_identity
from appliance.sync.recordings.delivery import Delivery, Seal
from appliance.sync.recordings.sending import Sender, UploadBrokenError
from appliance.sync.wire.switchboard_link import SwitchboardAwayError

logger = logging.getLogger(__name__)

EVERY_S = 5.0
STORAGE_EVERY = 12  # rounds
FEW_EVENTS = 1000  # that may wait while a recording is sent
WARNING = "recordings"  # in `Ground.warnings`
_AWAY = (SwitchboardAwayError, RequestError, StoreError, OSError)


async def run(ground: Ground) -> None:
    """Until it is cancelled. Raises SyncError where the identity can't be read."""
    identity = load_identity(ground.paths.data)
    as_whom = Seal(
        box=identity.box,
        key=identity.key,
        key_id=key_id(identity.key.public_key()),
        recipients=identity.console.recipients,
    )

    async def call(op: str, args: dict[str, Any]) -> Any:
        return await ground.switchboard.call(op, **args)

    delivery = Delivery(ground.paths, call=call, seal=lambda: as_whom, uploads=paths.UPLOADS, now=monotonic_s)
    sender = Sender(
        ground.console.session, ground.console.url, pace=ground.pace, now=monotonic_s, allowed=lambda: may_go(ground)
    )
    await _go_on(ground, delivery, sender)


def may_go(ground: Ground) -> bool:
    """Whether a recording may be sent just now."""
    return ground.recordings_may_go() and ground.pending_events <= FEW_EVENTS


async def _go_on(ground: Ground, delivery: Delivery, sender: Sender) -> None:
    hurried = asyncio.Event()
    ground.hurried.append(hurried.set)
    rounds = 0
    await _tidy(ground, delivery)
    while True:
        busy = await _round(ground, delivery, sender)
        if rounds % STORAGE_EVERY == 0:
            await _look_at_storage(ground)
            await _send_again(ground, delivery)
        rounds += 1
        if not busy:
            await _pause(hurried)


async def _round(ground: Ground, delivery: Delivery, sender: Sender) -> bool:
    """Whether there may be more to do at once."""
    try:
        done = await delivery.seal_some()
        ground.pending_recordings = await asyncio.to_thread(_waiting, ground)
        if may_go(ground):
            done += await delivery.upload_some(sender)
        return done > 0
    except UploadBrokenError as error:
        logger.info("%s", error)
    except _AWAY as error:
        logger.info("recordings wait for the switchboard: %s", error)
    return False


async def _tidy(ground: Ground, delivery: Delivery) -> None:
    if not ground.paths.store.exists():
        return
    try:
        if gone := await delivery.tidy():
            logger.warning("%d files were left over by a stop between two steps", gone)
    except _AWAY as error:
        logger.warning("left-over files of recordings are still there: %s", error)


async def _look_at_storage(ground: Ground) -> None:
    try:
        found = await ground.switchboard.call("storage.show")
        ground.storage = (int(found["used"]), int(found["budget"]))
    except (*_AWAY, KeyError) as error:
        logger.debug("nobody says how full the box is: %s", error)


async def _send_again(ground: Ground, delivery: Delivery) -> None:
    """What the console misses though it has had it: found when both sides count after an outage."""
    try:
        missing = await ground.state.run(_missing)
        gone = await delivery.again(missing) if missing else []
        ground.warnings.pop(WARNING, None)
        if gone:
            ground.warnings[WARNING] = f"the console misses {len(gone)} recordings that are not here any more"
    except _AWAY as error:
        logger.debug("what the console misses is sent later: %s", error)


def _missing(connection: Connection) -> tuple[str, ...]:
    found = [one.verdict for one in OutageStore(connection).open() if one.verdict is not None]
    return tuple(dict.fromkeys(recording for verdict in found for recording in verdict.missing_recordings))


async def _pause(hurried: asyncio.Event) -> None:
    hurried.clear()
    try:
        async with asyncio.timeout(EVERY_S):
            await hurried.wait()
    except TimeoutError:
        return


def _waiting(ground: Ground) -> int:
    with Store.open_read_only(ground.paths.store) as store:
        return store.sealed_recordings.totals().waiting
