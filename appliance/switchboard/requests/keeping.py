"""What becomes of recordings: sealed, delivered, erased, kept by a hold."""

from __future__ import annotations

from typing import Annotated

import msgspec

from appliance.cloud.recordings import RecordingFacts
from appliance.switchboard.requests.base import Arguments

Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
SealedPath = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}/[0-9]{2}/[0-9]{2}/[A-Za-z0-9][A-Za-z0-9._-]{0,120}$")]


class RecordingSealed(Arguments, frozen=True, kw_only=True):
    """The sealed file lies at `path` below the folder of sealed recordings; `key`: the id of the key that signed."""

    facts: RecordingFacts
    path: SealedPath
    key: Id


class RecordingDelivered(Arguments, frozen=True, kw_only=True):
    """The console has verified a file of this SHA-256."""

    recording: Id
    sha256: Digest


class RecordingsAgain(Arguments, frozen=True, kw_only=True):
    """The console has not got them (any more)."""

    recordings: Annotated[tuple[Id, ...], msgspec.Meta(max_length=100_000)]


class UploadFailed(Arguments, frozen=True, kw_only=True):
    recording: Id


class ErasureCarryOut(Arguments, frozen=True, kw_only=True):
    """A tombstone of the console (`cloud.orders.Tombstone`)."""

    request: Id
    number: Annotated[int, msgspec.Meta(ge=0)]
    contacts: Annotated[tuple[Id, ...], msgspec.Meta(max_length=10_000)] = ()
    customer: Annotated[str, msgspec.Meta(pattern=r"^(\+[0-9]{3,15})?$")] = ""


class HoldSet(Arguments, frozen=True, kw_only=True):
    """A legal hold of the console (`cloud.orders.LegalHold`)."""

    hold: Id
    contacts: Annotated[tuple[Id, ...], msgspec.Meta(max_length=10_000)]
    on: bool = True
