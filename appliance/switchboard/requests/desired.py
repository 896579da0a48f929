"""What the sync service asks for the console: compare what is wanted with what is, apply it whole, put it back."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from appliance.switchboard.requests.base import Arguments

ItemName = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")]


class WantedItem(Arguments, frozen=True, kw_only=True):
    """kind: `cloud.orders.ItemKind`; content: as the operation that adds such a thing takes it (without its name), None
    to take it away; blob: SHA-256, the file of that name lies in `BoxPaths.incoming`; "" for none; overwrite: goes
    before what the technician's configuration file says."""

    kind: str
    name: ItemName
    content: dict[str, Any] | None = None
    blob: Sha256 = ""
    overwrite: bool = False


class DesiredCompare(Arguments, frozen=True, kw_only=True):
    """Answer: for each item {"kind", "name", "there", "local", "desired"}: both in one form, `local` of the keys of
    `desired` only."""

    items: tuple[WantedItem, ...]


class DesiredApply(Arguments, frozen=True, kw_only=True):
    """All of it or nothing. Answer: {"applied": bool, "failed": {"kind/name": reason}, "undo": for `desired.restore`}.
    check: only try."""

    items: tuple[WantedItem, ...]
    check: bool = False


class Undo(Arguments, frozen=True, kw_only=True):
    """before: what `desired.apply` found there, None for nothing; the switchboard's own business."""

    kind: str
    name: ItemName
    before: Any = None


class DesiredRestore(Arguments, frozen=True, kw_only=True):
    """What one `desired.apply` gave as `undo`. Answer: {"failed": {"kind/name": reason}}."""

    undo: tuple[Undo, ...]
