"""How the box stands with its console, read from its files: with a running sync service or without one. Reads only."""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.cloud.chain import Position
from appliance.cloud.reconciling import sentence
from appliance.config.paths import BoxPaths
from appliance.errors import StoreError
from appliance.stamps import iso_utc
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox
from appliance.sync.delivering.outage_store import OutageStore, Reconciliation
from appliance.sync.identity.identity import is_enrolled, load_identity
from appliance.sync.state.state_thread import open_state_reader

Json = dict[str, Any]
MOST_OUTAGES = 10


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """position: what the console has acknowledged; sealed: events made and not acknowledged; unsealed: outbox rows by
    kind; times in ISO, "" for never; link: up, down or unknown; why: the last failure in words; halted: why nothing is
    sent any more; outages: the newest first."""

    enrolled: bool
    box: str = ""
    branch: str = ""
    console: str = ""
    revoked: str = ""
    link: str = "unknown"
    last_success: str = ""
    down_since: str = ""
    last_failure: str = ""
    why: str = ""
    halted: str = ""
    position: int = 0
    sealed: int = 0
    unsealed: dict[str, int] = {}
    outages: tuple[Json, ...] = ()

    @property
    def waiting(self) -> int:
        return self.sealed + sum(self.unsealed.values())


def standing(paths: BoxPaths) -> Standing:
    """Raises SyncError, StoreError where a file can't be read."""
    if not is_enrolled(paths.data):
        return Standing(enrolled=False)
    identity = load_identity(paths.data)
    found = Standing(
        enrolled=True,
        box=identity.box,
        branch=identity.console.branch,
        console=identity.console.url,
        revoked=identity.console.revoked,
    )
    state = open_state_reader(paths.sync_db)
    if state is None:
        return msgspec.structs.replace(found, unsealed=_unsealed(paths, 0))
    try:
        return _of_state(found, state, paths)
    finally:
        state.close()


def position_on_disk(paths: BoxPaths) -> Position | None:
    """What the console has acknowledged; None where nothing was ever sent. Raises StoreError."""
    state = open_state_reader(paths.sync_db)
    if state is None:
        return None
    try:
        row = state.row("SELECT seq, head FROM chain")
    finally:
        state.close()
    return None if row is None else Position(seq=row["seq"], head=row["head"])


def _of_state(found: Standing, state: Connection, paths: BoxPaths) -> Standing:
    row = state.row("SELECT * FROM chain")
    if row is None or row["box"] != found.box:
        return msgspec.structs.replace(found, unsealed=_unsealed(paths, 0))
    sealed_outbox, end = _sealed(state)
    memory = OutageStore(state).link()
    failing, failure, success = memory.failing_since, memory.last_failure, memory.last_success
    return msgspec.structs.replace(
        found,
        link="up" if memory.up else "unknown" if failing is None else "down",
        last_success="" if success is None else iso_utc(success.wall_s),
        down_since="" if failing is None else iso_utc(failing.wall_s),
        last_failure="" if failure is None else iso_utc(failure.wall_s),
        why=memory.last_why,
        halted=row["halted"],
        position=row["seq"],
        sealed=max(0, end - row["seq"]),
        unsealed=_unsealed(paths, max(row["outbox"], sealed_outbox)),
        outages=tuple(_outage(one) for one in OutageStore(state).latest(MOST_OUTAGES)),
    )


def _sealed(state: Connection) -> tuple[int, int]:
    """The last outbox row that is sealed, and the last event."""
    row = state.row("SELECT outbox, last FROM batches ORDER BY first DESC LIMIT 1")
    return (0, 0) if row is None else (row["outbox"], row["last"])


def _unsealed(paths: BoxPaths, after: int) -> dict[str, int]:
    try:
        store = Connection.reader(paths.store)
    except StoreError:
        return {}
    try:
        return Outbox(store).waiting(after=after)
    finally:
        store.close()


def _outage(one: Reconciliation) -> Json:
    verdict = one.verdict
    return {
        "began": iso_utc(one.outage.began_s),
        "ended": iso_utc(one.outage.ended_s),
        "lasted_s": round(one.outage.lasted_s),
        "why": one.outage.why,
        "compared": "not yet" if verdict is None else sentence(verdict),
        "agrees": None if verdict is None else verdict.agrees,
    }
