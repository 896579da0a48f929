"""What goes with a batch, and what the console answers.

A batch says after which position it stands (`AFTER`), and the box signs where it leads to (`SIGNATURE`: its key over
`signed_text`). The console acknowledges cumulatively; what it has already is no fault, so anything may be sent twice.
"""

from __future__ import annotations

import enum

import msgspec

from appliance.cloud.chain import Position

AFTER = "Linekeeper-After"  # str(Position): what the batch's first event follows on
SIGNATURE = "Linekeeper-Signature"  # base64 of the box's signature over signed_text(position after the batch)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """200: everything up to `acknowledged` is stored for good."""

    acknowledged: Position


class Disagreement(enum.StrEnum):
    """Why a batch was refused."""

    GAP = "gap"  # events before it are missing: go on from `acknowledged`
    FORK = "fork"  # other events with the same numbers are there already: a clone or a restored copy


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """409: nothing of the batch was stored."""

    disagreement: Disagreement
    acknowledged: Position


def signed_text(box: str, position: Position) -> bytes:
    """What a box signs to vouch for its chain up to there."""
    return f"linekeeper-chain-head-1\n{box}\n{position}".encode()
