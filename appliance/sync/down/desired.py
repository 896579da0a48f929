"""Carries out a desired state: fetch, compare, apply, and put it back where the console can't be reached afterwards.

    fetched → compared → applied whole by the switchboard → on probation → kept, or put back after ten minutes

The probation lies on the disk with what is needed to put everything back; a restart begins its time anew.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from appliance.cloud.orders import DESIRED_APPLIED, DRIFT, DesiredState, Item
from appliance.stamps import Stamp
from appliance.store.connection import Connection
from appliance.sync.down.blobs import fetch_missing
from appliance.sync.down.inbox import Applied
from appliance.sync.down.three_way import Decision, DriftItem, Found, Key, decide
from appliance.sync.ground import Ground

logger = logging.getLogger(__name__)
PROBATION_S = 600.0
AT_ONCE = 10


class Probation(msgspec.Struct, frozen=True, kw_only=True):
    """undo: for `desired.restore`; applied: what the console had got before, as [kind, name, content]."""

    number: int
    version: int
    undo: list[dict[str, Any]]
    applied: list[tuple[str, str, dict[str, Any]]]
    began: Stamp


class Desired:
    def __init__(self, ground: Ground, *, probation_s: float = PROBATION_S) -> None:
        self._ground = ground
        self._probation_s = probation_s

    async def carry_out(self, order: DesiredState) -> bool:
        """Whether something was changed: then the console has to be reached anew. Raises SyncError: try again."""
        await fetch_missing(self._ground, order.items)
        decision, _ = await self._decide(order.items)
        done: dict[str, Any] = {"applied": True, "failed": {}, "undo": [], "configured": False}
        if decision.apply and not decision.failed:
            done = await self._ground.switchboard.call("desired.apply", items=_asked(decision.apply))
        failed = {**decision.failed, **done["failed"]}
        if not failed:
            await self._ground.state.run(lambda c: _remember(c, order, decision, done["undo"], self._ground.clock()))
        applied = [] if failed else [f"{item.kind}/{item.name}" for item in decision.apply]
        await self._report(order.number, order.version, applied=applied, failed=failed)
        await self._tell_drift(order.version, decision.drift)
        if done["configured"]:
            self._ground.reconfigure()
        return bool(applied)

    async def look_for_drift(self, order: DesiredState) -> None:
        """Whether the technician has changed something since. Raises SyncError."""
        decision, found = await self._decide(order.items)
        if not decision.failed:
            await self._tell_drift(order.version, (*decision.drift, *_since(decision, found)))

    async def probation(self) -> Probation | None:
        return await self._ground.state.run(_probation)

    async def passed(self) -> None:
        """The console was reached after the change."""
        await self._ground.state.run(lambda c: c.write("DELETE FROM probation"))

    def left_s(self, probation: Probation) -> float:
        """Until it is put back. Wall time is not asked: the change may have broken it."""
        now = self._ground.clock()
        spent_s = now.mono_s - probation.began.mono_s if now.boot == probation.began.boot else now.mono_s
        return self._probation_s - spent_s

    async def put_back(self, probation: Probation) -> None:
        """Raises SyncError where the switchboard isn't there: try again."""
        logger.warning("the console can't be reached since version %d: it is put back", probation.version)
        done = await self._ground.switchboard.call("desired.restore", undo=probation.undo)
        await self._ground.state.run(lambda c: _forget(c, probation))
        await self._report(probation.number, probation.version, failed=done["failed"], rolled_back=True)
        if done["configured"]:
            self._ground.reconfigure()

    async def _decide(self, items: tuple[Item, ...]) -> tuple[Decision, list[Found]]:
        found: list[Found] = []
        for start in range(0, len(items), AT_ONCE):  # so that the store does other work in between
            asked = _asked(items[start : start + AT_ONCE])
            rows = await self._ground.switchboard.call("desired.compare", items=asked)
            found += msgspec.convert(rows, list[Found])
        before = await self._ground.state.run(lambda c: Applied(c).all())
        return decide(items, found, before), found

    async def _report(self, number: int, version: int, **more: Any) -> None:
        content = {"number": number, "version": version, "applied": [], "failed": {}, "rolled_back": False, **more}
        await self._ground.switchboard.call("outbox.note", kind=DESIRED_APPLIED, content=content)

    async def _tell_drift(self, version: int, drift: tuple[DriftItem, ...]) -> None:
        content = {"version": version, "items": msgspec.to_builtins(drift)}
        text = msgspec.json.encode(content).decode()
        if text == await self._ground.state.run(_told):
            return
        await self._ground.switchboard.call("outbox.note", kind=DRIFT, content=content)
        await self._ground.state.run(
            lambda c: c.write("INSERT OR REPLACE INTO drift (one, told) VALUES (1, ?)", (text,))
        )


def _since(decision: Decision, found: list[Found]) -> tuple[DriftItem, ...]:
    """What would have to be applied again isn't as the console wants it either."""
    again = {(item.kind.value, item.name) for item in decision.apply}
    return tuple(
        DriftItem(kind=row.kind, name=row.name, local=row.local, desired=row.desired)
        for row in found
        if (row.kind, row.name) in again
    )


def _asked(items: tuple[Item, ...]) -> list[dict[str, Any]]:
    return [
        {
            "kind": item.kind.value,
            "name": item.name,
            "content": item.content,
            "blob": item.blob,
            "overwrite": item.overwrite,
        }
        for item in items
    ]


def _remember(
    connection: Connection, order: DesiredState, decision: Decision, undo: list[dict[str, Any]], now: Stamp
) -> None:
    """What the console has got now; a probation that still runs goes on from the state before it."""
    with connection.transaction():
        if undo:
            running, before = _probation(connection), Applied(connection).all()
            probation = Probation(
                number=order.number,
                version=order.version,
                undo=[*undo, *(running.undo if running else [])],
                applied=running.applied if running else [(*key, dict(content)) for key, content in before.items()],
                began=now,
            )
            _keep(connection, probation)
        Applied(connection).replace(decision.applied)


def _keep(connection: Connection, probation: Probation) -> None:
    def text(value: object) -> str:
        return msgspec.json.encode(value).decode()

    connection.write(
        "INSERT OR REPLACE INTO probation (one, number, version, undo, applied, began) VALUES (1, ?, ?, ?, ?, ?)",
        (
            probation.number,
            probation.version,
            text(probation.undo),
            text(probation.applied),
            text(probation.began),
        ),
    )


def _probation(connection: Connection) -> Probation | None:
    row = connection.row("SELECT number, version, undo, applied, began FROM probation")
    if row is None:
        return None
    parts = {name: msgspec.json.decode(row[name]) for name in ("undo", "applied", "began")}
    return msgspec.convert({**row, **parts}, Probation)


def _forget(connection: Connection, probation: Probation) -> None:
    with connection.transaction():
        applied: dict[Key, dict[str, Any]] = {(kind, name): content for kind, name, content in probation.applied}
        Applied(connection).replace(applied)
        connection.write("DELETE FROM probation")


def _told(connection: Connection) -> str:
    return str(connection.value("SELECT told FROM drift") or "")
