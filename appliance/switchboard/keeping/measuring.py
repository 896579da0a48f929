"""Measures what the box's disk holds. Runs in the store's thread."""

from __future__ import annotations

import os

from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.store.store import Store
from appliance.switchboard.keeping.budget import Policy, Usage

MEGABYTE = 1_000_000
LOOKED_BACK_DAYS = 7
_DAY_S = 86400.0


def measure(store: Store, paths: BoxPaths, *, wall_s: float) -> Usage:
    """Raises OSError where the disk can't be asked, StoreError."""
    disk = os.statvfs(paths.data)
    totals = store.sealed_recordings.totals()
    contacts, recorded = store.sealed_recordings.growth(since_wall_s=wall_s - LOOKED_BACK_DAYS * _DAY_S)
    a_contact = paths.store.stat().st_size // max(1, store.contacts.count()) if paths.store.exists() else 0
    return Usage(
        free=disk.f_bavail * disk.f_frsize,
        recordings=totals.plain_bytes + totals.waiting_bytes + totals.delivered_bytes,
        delivered=totals.delivered_bytes,
        records_a_day=contacts * min(a_contact, MEGABYTE) // LOOKED_BACK_DAYS,
        recordings_a_day=recorded // LOOKED_BACK_DAYS,
        waiting=totals.waiting,
    )


def policy(configuration: Configuration) -> Policy:
    """What the configuration says of it."""
    storage = configuration.storage
    return Policy(
        reserve=configuration.recording.reserve_mb * MEGABYTE,
        budget=storage.budget_mb * MEGABYTE,
        warn=storage.warn_percent / 100,
        records_days=storage.records_days,
    )
