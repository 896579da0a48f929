"""A sealed recording's audio: opened in memory, checked against what the box has sealed, never written to a disk.

What was opened a moment ago is kept in memory for the next request of the same player; nothing else remembers it.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections import OrderedDict
from collections.abc import Callable, Sequence

import pyrage
from pyrage import x25519

from appliance.console.database.tables import Recording
from appliance.console.recordings.errors import BrokenError, NoKeyError
from appliance.console.storing.storage import Storage, whole

KEPT_S = 120.0
MOST_KEPT_BYTES = 96_000_000
MOST_BYTES = 600_000_000  # of one; an hour takes some 30 MB


class Opener:
    """`open` gives the audio as it was recorded; what one key has opened, no other gets from memory. now: monotonic."""

    def __init__(self, storage: Storage, now: Callable[[], float]) -> None:
        self._storage = storage
        self._now = now
        self._kept: OrderedDict[tuple[str, ...], tuple[float, bytes]] = OrderedDict()

    async def open(self, recording: Recording, identities: Sequence[x25519.Identity]) -> bytes:
        """Raises NoKeyError, BrokenError, StorageError."""
        if recording.sealed and not identities:
            raise NoKeyError(
                f"recording {recording.recording} is sealed and no key is on this console; hand in the organisation's"
            )
        if recording.bytes > MOST_BYTES:
            raise BrokenError(f"recording {recording.recording} is too large to be opened here; download it sealed")
        self._forget()
        place = (recording.location, *(str(identity.to_public()) for identity in identities))
        if (found := self._kept.get(place)) is not None:
            return found[1]
        sealed = await whole(self._storage, recording.location)
        plain = await asyncio.to_thread(_opened, recording, sealed, identities) if recording.sealed else sealed
        if hashlib.sha256(plain).hexdigest() != recording.plain_sha256:
            raise BrokenError(f"recording {recording.recording} is not what its box has recorded")
        self._keep(place, plain)
        return plain

    def _keep(self, place: tuple[str, ...], plain: bytes) -> None:
        self._kept[place] = (self._now(), plain)
        while self._kept and sum(len(data) for _, data in self._kept.values()) > MOST_KEPT_BYTES:
            self._kept.popitem(last=False)

    def _forget(self) -> None:
        for place in [place for place, (at, _) in self._kept.items() if self._now() - at > KEPT_S]:
            del self._kept[place]


def _opened(recording: Recording, sealed: bytes, identities: Sequence[x25519.Identity]) -> bytes:
    plain = io.BytesIO()
    try:
        pyrage.decrypt_io(io.BytesIO(sealed), plain, list(identities))
    except pyrage.DecryptError as error:
        raise NoKeyError(f"recording {recording.recording} can't be opened with this key: {error}") from error
    except OSError as error:  # what pyrage raises for a file that was changed behind its header
        raise BrokenError(f"recording {recording.recording} is damaged: {error}") from error
    return plain.getvalue()
