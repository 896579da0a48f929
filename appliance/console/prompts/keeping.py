"""The versions of prompts: kept, listed, found. What a version sounds like is a blob, named by its hash."""

from __future__ import annotations

import re
import unicodedata

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import Item, ItemKind
from appliance.console.database.tables import DesiredItem, PromptVersion
from appliance.console.database.upserting import insert_missing
from appliance.console.errors import NotFoundError, UnavailableError
from appliance.console.orders import blobs
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches
from appliance.console.prompts.errors import PromptError
from appliance.console.prompts.making import Sound

LONGEST_NAME = 60
_NAME = re.compile(r"[^\W_](?:[\w -]*\w)?")
_TRIES = 20


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a version was made of. kind: `file` or `text`; source: the file's name, or the text."""

    kind: str
    source: str
    language: str = ""


class PromptLine(msgspec.Struct, frozen=True, kw_only=True):
    """newest: its newest version; wanted: branch → the version that it shall have."""

    newest: PromptVersion
    wanted: dict[str, int]


def checked_name(text: str) -> str:
    """As boxes take it, composed (NFC). Raises PromptError."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise PromptError(
            f"{name[:80]!r} can't be a prompt's name; use letters, digits, blanks, - and _, at most {LONGEST_NAME}"
        )
    return name


async def keep(
    session: AsyncSession, name: str, sound: Sound, origin: Origin, *, by: str, now_s: float
) -> PromptVersion:  # fmt: skip
    """The next version of the name; the newest one where it is the same sound."""
    newest = await _newest(session, name)
    sha256 = await blobs.keep(session, sound.wav, kind=ItemKind.PROMPT, title=name, by=by, now_s=now_s)
    if newest is not None and newest.blob == sha256:
        return newest
    row = {
        "name": name, "blob": sha256, "duration_s": sound.seconds, "origin": origin.kind, "source": origin.source,
        "language": origin.language, "made_s": now_s, "made_by": by,
    }  # fmt: skip
    for _ in range(_TRIES):  # somebody else may upload at this moment
        number = (newest.version if newest else 0) + 1
        await insert_missing(session, PromptVersion, [{**row, "version": number}])
        newest = await _newest(session, name)
        if newest is not None and (newest.blob, newest.version) == (sha256, number):
            return newest
    raise UnavailableError(f"many upload prompt {name!r} at this moment; try again")


async def lines(session: AsyncSession, allowed: Branches) -> list[PromptLine]:
    """By name. wanted: of those branches only."""
    newest = select(PromptVersion.name, func.max(PromptVersion.version).label("version"))
    newest_of = newest.group_by(PromptVersion.name).subquery()
    same = (PromptVersion.name == newest_of.c.name) & (PromptVersion.version == newest_of.c.version)
    rows = await session.scalars(select(PromptVersion).join(newest_of, same).order_by(PromptVersion.name))
    query = select(DesiredItem).where(DesiredItem.kind == ItemKind.PROMPT.value, seen(DesiredItem.branch, allowed))
    wanting: dict[str, dict[str, int]] = {}
    for item in await session.scalars(query.order_by(DesiredItem.branch)):
        wanting.setdefault(item.name, {})[item.branch] = _version_in(item.content)
    return [PromptLine(newest=row, wanted=wanting.get(row.name, {})) for row in rows]


async def versions(session: AsyncSession, name: str) -> list[PromptVersion]:
    """The newest first. Raises NotFoundError."""
    query = select(PromptVersion).where(PromptVersion.name == name).order_by(PromptVersion.version.desc())
    found = list(await session.scalars(query))
    if not found:
        raise NotFoundError("there is no such prompt")
    return found


async def version(session: AsyncSession, name: str, number: int) -> PromptVersion:
    """Raises NotFoundError."""
    found = await session.get(PromptVersion, (name, number))
    if found is None:
        raise NotFoundError("there is no such version of the prompt")
    return found


def item_of(one: PromptVersion) -> Item:
    """What a branch shall have."""
    return Item(kind=ItemKind.PROMPT, name=one.name, content={"version": one.version}, blob=one.blob)


def gone(name: str) -> Item:
    """To be taken away from a branch."""
    return Item(kind=ItemKind.PROMPT, name=name, content=None)


async def _newest(session: AsyncSession, name: str) -> PromptVersion | None:
    query = select(PromptVersion).where(PromptVersion.name == name).order_by(PromptVersion.version.desc()).limit(1)
    found: PromptVersion | None = await session.scalar(query)
    return found


def _version_in(content: str) -> int:
    """0: none of ours, or to be taken away."""
    told = msgspec.json.decode(content)
    number = told.get("version") if isinstance(told, dict) else None
    return number if isinstance(number, int) else 0
