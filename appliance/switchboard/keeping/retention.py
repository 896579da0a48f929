"""Deletes what may go: copies the console has verified, what a retention limit says, what a lifted hold had kept.

Never a recording that the console hasn't got, but by a limit somebody has set; never what a legal hold keeps. Runs in
the store's thread, each recording in a transaction of its own.
"""

from __future__ import annotations

import logging

from appliance.config.paths import BoxPaths
from appliance.config.schema import Storage
from appliance.store.sealed_recordings import SealedRecording
from appliance.store.store import Store
from appliance.switchboard.keeping.erasing import erase_recording, go_on

logger = logging.getLogger(__name__)

AT_ONCE = 200  # of one look, so that nobody waits for the store
EXPIRED, HOLD_LIFTED = "retention", "message deleted"
_DAY_S = 86400.0


def drop_delivered(store: Store, paths: BoxPaths, storage: Storage, *, wall_s: float, to_free: int) -> int:
    """Copies that have been on the console for long enough, and older ones as far as room is needed; how many."""
    dropped = 0
    freed = 0
    old_s = wall_s - storage.keep_delivered_days * _DAY_S
    for one in store.sealed_recordings.deletable(AT_ONCE):
        if freed >= to_free and (one.delivered_wall_s or 0.0) > old_s:
            break
        _drop(store, paths, one)
        dropped, freed = dropped + 1, freed + one.bytes
    return dropped


def expire(store: Store, paths: BoxPaths, storage: Storage, *, wall_s: float) -> int:
    """What is older than its limit, and messages that were deleted while a hold kept them; how many."""
    limits = [("deleted", wall_s, HOLD_LIFTED)]
    if storage.recordings_days:
        limits.append(("call", wall_s - storage.recordings_days * _DAY_S, EXPIRED))
    if storage.voicemail_days:
        limits.append(("heard", wall_s - storage.voicemail_days * _DAY_S, EXPIRED))
    gone = 0
    for kind, before_s, why in limits:
        for recording in store.sealed_recordings.expired(kind, before_wall_s=before_s, limit=AT_ONCE):
            with store.transaction():
                gone += erase_recording(store, paths, recording, why)
    return gone


def go_on_with_erasures(store: Store, paths: BoxPaths, box: str) -> int:
    """Requests that had too many contacts, or some under way; how many contacts were erased now."""
    erased = 0
    for before in store.erasures.open():
        with store.transaction():
            after = go_on(store, paths, box, before)
        erased += len(after.erased) - len(before.erased)
    return erased


def _drop(store: Store, paths: BoxPaths, one: SealedRecording) -> None:
    """The file first: a row without its file is dropped by the next look."""
    (paths.sealed / one.path).unlink(missing_ok=True)
    store.sealed_recordings.forget(one.recording)
