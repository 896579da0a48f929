"""What the console wants, what it wanted last and got, what is on the box: which of it is applied, and what is drift.

A key that differs is applied where nobody has touched it since the console's last time, or where an admin has seen the
local change and decided against it (`overwrite`). Everything else stays the technician's and is told. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from appliance.cloud.orders import Item, ItemKind

Content = Mapping[str, Any]
Key = tuple[str, str]  # kind, name
# Those that make sense as a whole only.
WHOLE = frozenset(
    {
        ItemKind.CONFIGURATION,
        ItemKind.PROMPT,
        ItemKind.HOURS,
        ItemKind.QUICK_CONNECT,
        ItemKind.DISPOSITION,
        ItemKind.FLOW_BUNDLE,
    }
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """As `desired.compare` tells of one item; both in one form. error: why it can't be compared."""

    kind: str
    name: str
    there: bool
    local: dict[str, Any] | None = None
    desired: dict[str, Any] | None = None
    error: str = ""


class DriftItem(msgspec.Struct, frozen=True, kw_only=True):
    """local: None where it was removed on the box; desired: None where the console wants it away."""

    kind: str
    name: str
    local: dict[str, Any] | None
    desired: dict[str, Any] | None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """apply: items for `desired.apply`, with the keys that are to be changed; applied: what the console has got once
    that is done; failed: by kind/name."""

    apply: tuple[Item, ...]
    drift: tuple[DriftItem, ...]
    applied: dict[Key, dict[str, Any]]
    failed: dict[str, str]


def decide(items: Sequence[Item], found: Sequence[Found], before: Mapping[Key, Content]) -> Decision:
    """found: one for each of `items`, in the same order; before: `Decision.applied` of the last time."""
    apply: list[Item] = []
    drift: list[DriftItem] = []
    applied: dict[Key, dict[str, Any]] = {}
    failed: dict[str, str] = {}
    for item, row in zip(items, found, strict=True):
        key = (item.kind.value, item.name)
        if row.error:
            failed["/".join(key)] = row.error
            applied.update({key: dict(before[key])} if key in before else {})
            continue
        wanted, kept = _of_one(item, row, before.get(key))
        if wanted is not None:
            apply.append(wanted)
        if kept is not None:
            drift.append(kept)
        if (got := _got(item, row, kept, before.get(key))) is not None:
            applied[key] = got
    return Decision(apply=tuple(apply), drift=tuple(drift), applied=applied, failed=failed)


def _of_one(item: Item, row: Found, before: Content | None) -> tuple[Item | None, DriftItem | None]:
    """What is to be applied, and what is kept."""
    if item.content is None:
        return _removal(item, row, before)
    desired = row.desired or {}
    if not row.there:
        return _missing(item, desired, before)
    local = row.local or {}
    other = {name for name in desired if local.get(name) != desired[name]}
    mine = {name for name in other if item.overwrite or _untouched(name, local, before or {})}
    if item.kind in WHOLE and mine != other:
        mine = set()
    kept = other - mine
    wanted = msgspec.structs.replace(item, content=_narrowed(item, mine)) if mine else None
    return wanted, _drift(item, local, desired, kept) if kept else None


def _removal(item: Item, row: Found, before: Content | None) -> tuple[Item | None, DriftItem | None]:
    if not row.there:
        return None, None
    local = row.local or {}
    if item.overwrite or (before is not None and all(_untouched(name, local, before) for name in before)):
        return item, None
    return None, DriftItem(kind=item.kind.value, name=item.name, local=local, desired=None)


def _missing(item: Item, desired: Content, before: Content | None) -> tuple[Item | None, DriftItem | None]:
    """What the console had applied and isn't there any more was removed by the technician."""
    if before is None or item.overwrite:
        return item, None
    return None, DriftItem(kind=item.kind.value, name=item.name, local=None, desired=dict(desired))


def _untouched(name: str, local: Content, before: Content) -> bool:
    return name in before and local.get(name) == before[name]


def _narrowed(item: Item, names: set[str]) -> dict[str, object]:
    content = item.content or {}
    return dict(content) if item.kind in WHOLE else {name: content[name] for name in content if name in names}


def _drift(item: Item, local: Content, desired: Content, names: set[str]) -> DriftItem:
    return DriftItem(
        kind=item.kind.value,
        name=item.name,
        local={name: local.get(name) for name in sorted(names)},
        desired={name: desired[name] for name in sorted(names)},
    )


def _got(item: Item, row: Found, kept: DriftItem | None, before: Content | None) -> dict[str, Any] | None:
    """What of the item the console has got: what it wanted last, for what the technician keeps."""
    if item.content is None:
        return None if kept is None or before is None else dict(before)
    if kept is not None and kept.local is None:
        return dict(before or {})
    names = set((kept.desired or {}) if kept is not None else {})
    fresh = {name: value for name, value in (row.desired or {}).items() if name not in names}
    return {**{name: value for name, value in (before or {}).items() if name in names}, **fresh}
