"""Flow bundles and prompts by the hash of their content: the order names the hash, the box fetches and compares."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import ItemKind
from appliance.console.database.tables.orders import Blob, DesiredItem
from appliance.console.database.upserting import insert_missing
from appliance.console.errors import NotFoundError

MOST_BYTES = 32_000_000


async def keep(session: AsyncSession, content: bytes, *, kind: ItemKind, title: str, by: str, now_s: float) -> str:
    """The content's SHA-256; what is there already is kept once."""
    sha256 = hashlib.sha256(content).hexdigest()
    row = {
        "sha256": sha256,
        "kind": kind.value,
        "title": title[:200],
        "content": content,
        "made_s": now_s,
        "made_by": by,
    }
    await insert_missing(session, Blob, [row])
    return sha256


async def content_for(session: AsyncSession, sha256: str, *, branch: str) -> bytes:
    """For the box of a branch that wants it. Raises NotFoundError, also for what only other branches have."""
    wanted = select(DesiredItem.name).where(DesiredItem.branch == branch, DesiredItem.blob == sha256).exists()
    content = await session.scalar(select(Blob.content).where(Blob.sha256 == sha256, wanted))
    if content is None:
        raise NotFoundError(f"there is no blob {sha256[:64]!r} for this branch")
    return content


async def content_of(session: AsyncSession, sha256: str, kind: ItemKind) -> bytes:
    """For the pages. Raises NotFoundError."""
    content = await session.scalar(select(Blob.content).where(Blob.sha256 == sha256, Blob.kind == kind.value))
    if content is None:
        raise NotFoundError(f"there is no {kind} {sha256[:64]!r}")
    return content


async def listed(session: AsyncSession, kind: ItemKind) -> list[tuple[str, str, float, str]]:
    """sha256, title, made_s, made_by; the newest first."""
    query = select(Blob.sha256, Blob.title, Blob.made_s, Blob.made_by).where(Blob.kind == kind.value)
    found = (await session.execute(query.order_by(Blob.made_s.desc()))).all()
    return [(sha256, title, made_s, made_by) for sha256, title, made_s, made_by in found]
