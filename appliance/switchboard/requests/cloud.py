"""What the sync service asks: how far the console has heard the box, and what else the console is to hear."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from appliance.switchboard.requests.base import Arguments

Kind = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Number = Annotated[int, msgspec.Meta(ge=0)]


class OutboxAcknowledge(Arguments, frozen=True, kw_only=True):
    """The console has every row up to and including `seq`."""

    seq: Number


class OutboxNote(Arguments, frozen=True, kw_only=True):
    """Add `content` to the outbox. Kinds that the store writes itself are refused."""

    kind: Kind
    content: dict[str, Any]


class OutboxThin(Arguments, frozen=True, kw_only=True):
    """Of the rows of `kind` older than `older_than_s` keep one in `every_s` seconds."""

    kind: Kind
    older_than_s: Annotated[float, msgspec.Meta(ge=0)]
    every_s: Annotated[float, msgspec.Meta(ge=1)]


class OutboxResend(Arguments, frozen=True, kw_only=True):
    """Put the records of these contacts into the outbox once more."""

    contacts: Annotated[tuple[str, ...], msgspec.Meta(max_length=10_000)]
