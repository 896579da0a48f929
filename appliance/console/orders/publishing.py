"""One thing published to several branches at once: wanted of each, and sent to those that have a box."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import Item
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.context import Console
from appliance.console.errors import NotFoundError
from appliance.console.notices import Topic
from appliance.console.orders import desired
from appliance.console.people.present import Present


async def publish_to(
    session: AsyncSession,
    item: Item,
    branches: Sequence[str],
    *,
    keys: ConsoleKeys,
    present: Present,
    now_s: float,
    about: str,
    detail: str = "",
) -> list[str]:
    """The boxes that got an order: `tell_boxes` after the commit. Whether it is allowed was asked before."""
    told: list[str] = []
    for branch in branches:
        await desired.put_item(session, branch, item, by=present.who, now_s=now_s)
        try:
            told.append((await desired.publish(session, keys, branch, by=present.who, now_s=now_s))[0])
        except NotFoundError:
            continue  # no box yet: it gets it with its first publication
    for branch in branches:
        await note(
            session, deed=Deed.ORDERED, about=about, branch=branch, detail=detail, **present.signature(now_s)
        )  # fmt: skip
    return told


def tell_boxes(console: Console, boxes: Sequence[str]) -> None:
    """They fetch it at once."""
    for box in boxes:
        console.notices.tell(Topic.ORDERS, box)
