"""One batch from the request's body to the answer: checked, taken, stored, projected, told to who watches."""

from __future__ import annotations

import logging

from appliance.cloud.delivery import Conflict, Disagreement, Receipt
from appliance.console.context import Console
from appliance.console.ingest.arriving import Batch, Sender, read_batch
from appliance.console.ingest.projecting import project
from appliance.console.ingest.storing import store
from appliance.console.ingest.taking import Outcome, take

log = logging.getLogger(__name__)


async def receive(console: Console, sender: Sender, body: bytes, *, after: str, signature: str) -> Receipt | Conflict:
    """Returned once it is committed. Raises MalformedError, SignatureError: nothing was stored."""
    batch = read_batch(sender, body, after=after, signature=signature)
    outcome = await _taken(console, sender, batch)
    if outcome.disagreement is None:
        return Receipt(acknowledged=outcome.position)
    if outcome.disagreement is Disagreement.FORK:
        log.warning(
            "box %s came with another event where one of it was there, between %s and %s: a clone, or a restored copy",
            sender.box,
            batch.after.seq,
            outcome.position.seq,
        )
    return Conflict(disagreement=outcome.disagreement, acknowledged=outcome.position)


async def _taken(console: Console, sender: Sender, batch: Batch) -> Outcome:
    now_s = console.now_s()
    async with console.database.writing() as session:
        outcome = await take(session, sender, batch, now_s=now_s)
        await store(session, sender, outcome.fresh, now_s=now_s)
        topics = await project(session, sender, outcome.fresh, now_s=now_s)
    for topic in sorted(topics):
        console.notices.tell(topic, sender.branch)
    return outcome
