"""What erasure leaves to do outside a transaction: the files of erased recordings go, and customers' numbers go from
orders that every box has answered. Any number of processes may do it.
"""

from __future__ import annotations

import asyncio
import logging

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import Tombstone
from appliance.cloud.signing import Signed, sign
from appliance.console.authority.keys import ConsoleKeys, console_keys
from appliance.console.context import Console
from appliance.console.database.tables import BoxOrder, Erasure, ErasureReceipt, Recording, Upload
from appliance.console.notices import Topic
from appliance.console.storing.opening import open_storage
from appliance.console.storing.storage import Storage, StorageError
from appliance.console.uploads.rows import ERASED, drop_upload

logger = logging.getLogger(__name__)

EVERY_S = 60.0
AT_ONCE = 200
REDACTED_FOR_S = 7 * 86400.0  # after a request was done; later there is nothing left to do


async def run(console: Console) -> None:
    """Until it is cancelled."""
    storage = open_storage(console.settings)
    keys = console_keys(console.settings.data_dir / "authority")
    with console.notices.listening(Topic.RECORDINGS, Topic.ORDERS) as listener:
        while True:
            try:
                await remove_files(console, storage)
                async with console.database.writing() as session:
                    await redact(session, keys, now_s=console.now_s())
            except StorageError as error:
                logger.warning("files of erased recordings are still there: %s", error)
            try:
                async with asyncio.timeout(EVERY_S):
                    await listener.changed()
            except TimeoutError:
                continue


async def remove_files(console: Console, storage: Storage) -> int:
    """Of erased recordings, uploads under way included; how many. Raises StorageError."""
    async with console.database.reading() as session:
        query = select(Recording.branch, Recording.recording, Recording.location)
        query = query.where(Recording.state == ERASED, Recording.location != "").limit(AT_ONCE)
        gone = (await session.execute(query)).all()
        begun = select(Upload.upload).join(
            Recording, (Recording.recording == Upload.recording) & (Recording.branch == Upload.branch)
        )
        uploads = list(await session.scalars(begun.where(Recording.state == ERASED).limit(AT_ONCE)))
    for branch, recording, location in gone:
        await storage.delete(location)
        async with console.database.writing() as session:
            one = (Recording.branch == branch, Recording.recording == recording)
            await session.execute(update(Recording).where(*one).values(location=""))
    for upload in uploads:
        await drop_upload(console.database, storage, upload)
    return len(gone) + len(uploads)


async def redact(session: AsyncSession, keys: ConsoleKeys, *, now_s: float) -> int:
    """Tombstones that named a customer's number name the contacts that the box has erased; how many were changed."""
    query = (
        select(ErasureReceipt, BoxOrder)
        .join(Erasure, Erasure.request == ErasureReceipt.request)
        .join(BoxOrder, (BoxOrder.box == ErasureReceipt.box) & (BoxOrder.number == ErasureReceipt.number))
        .where(Erasure.done_s > now_s - REDACTED_FOR_S)
    )
    changed = 0
    for receipt, order in (await session.execute(query)).all():
        tombstone = _tombstone(order.document)
        if tombstone is not None and tombstone.customer:
            erased = tuple(msgspec.json.decode(receipt.receipt)["erased"])
            less = msgspec.structs.replace(tombstone, customer="", contacts=erased)
            order.document = msgspec.json.encode(sign(less, keys.signing)).decode()
            changed += 1
    return changed


def _tombstone(document: str) -> Tombstone | None:
    try:
        return msgspec.json.decode(msgspec.json.decode(document, type=Signed).payload, type=Tombstone)
    except msgspec.MsgspecError:
        return None
