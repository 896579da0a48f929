"""Queues what webhooks are to be told, in the transaction that stores the events: none is lost, none told that wasn't.

Must not send anything: `sending` does, in any process of the console.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Webhook, WebhookDelivery
from appliance.console.database.upserting import Row, insert_rows
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import also_changed
from appliance.console.notices import Topic
from appliance.console.tokens.bearers import branches_of
from appliance.console.webhooks import kinds

_KEPT = "webhooks_listening"


async def queue(session: AsyncSession, sender: Sender, events: Sequence[Arrived], now_s: float) -> None:
    """These events of one kind, for every webhook that is on and wants them."""
    listening = await _listening(session, sender.branch)
    rows = [
        _row(webhook, sender, one, now_s) for one in events for webhook, wanted in listening if one.event.kind in wanted
    ]
    await insert_rows(session, WebhookDelivery, rows)
    if rows:
        also_changed(session).add(Topic.WEBHOOKS)


async def _listening(session: AsyncSession, branch: str) -> list[tuple[str, frozenset[str]]]:
    """(webhook, kinds), read once a transaction."""
    key = (_KEPT, branch)
    if key not in session.info:
        rows = await session.execute(select(Webhook).where(Webhook.state == "on"))
        session.info[key] = [
            (row.webhook, frozenset(row.kinds.split())) for row in rows.scalars() if branch in branches_of(row.branches)
        ]
    found: list[tuple[str, frozenset[str]]] = session.info[key]
    return found


def _row(webhook: str, sender: Sender, one: Arrived, now_s: float) -> Row:
    kind, subject = one.event.kind, one.event.subject[:200].replace("\0", "")
    return {
        "webhook": webhook,
        "line": kinds.line_of(webhook, branch=sender.branch, subject=subject, kind=kind),
        "event": f"{sender.box}:{one.seq}",
        "kind": kind,
        "branch": sender.branch,
        "subject": subject,
        "body": kinds.told(one.event, branch=sender.branch),
        "queued_s": now_s,
        "next_s": now_s,
        "leased_s": 0.0,
        "tries": 0,
        "state": "waiting",
        "status": 0,
        "trouble": "",
    }
