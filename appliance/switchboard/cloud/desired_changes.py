"""What the console wants of this box: compared, applied whole or not at all, put back. Asked for by the sync service.

Runs in the store's thread, inside a transaction; see `api.changes`. Who wins over whom is decided by the sync service.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.acd import events as acd
from appliance.clock import Clock
from appliance.config.paths import BoxPaths
from appliance.errors import ApplianceError, RequestError
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change, install_default_flows
from appliance.switchboard.cloud.steered_configuration import Keys
from appliance.switchboard.cloud.steered_flows import Bundles, Prompts
from appliance.switchboard.cloud.steered_routing import Dispositions, Hours, Profiles, Queues, QuickConnects
from appliance.switchboard.cloud.steered_staff import Agents, Extensions
from appliance.switchboard.cloud.steering import Hands, Steered, Table, Work
from appliance.switchboard.requests.desired import DesiredApply, DesiredCompare, DesiredRestore, WantedItem

logger = logging.getLogger(__name__)
KINDS: Mapping[str, Steered] = {
    "configuration": Keys(),
    "prompt": Prompts(),
    "hours": Hours(),
    "queue": Queues(),
    "routing_profile": Profiles(),
    "extension": Extensions(),
    "agent": Agents(),
    "quick_connect": QuickConnects(),
    "disposition": Dispositions(),
    "flow_bundle": Bundles(),
}


class _RefusedError(Exception):
    """Undoes what the transaction has done so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """The box of which it is said. table: the administration's operations."""

    table: Table
    paths: BoxPaths
    clock: Clock
    domain: str
    language: str

    def operations(self, config_file: Path) -> dict[str, tuple[type[ask.Arguments], Work]]:
        """By name, for the local API."""
        return {
            "desired.compare": (
                DesiredCompare,
                lambda store, given: self.compare(self._hands(store, config_file), given),
            ),
            "desired.apply": (DesiredApply, lambda store, given: self.apply(self._hands(store, config_file), given)),
            "desired.restore": (
                DesiredRestore,
                lambda store, given: self.restore(self._hands(store, config_file), given),
            ),
        }

    def compare(self, hands: Hands, given: DesiredCompare) -> Change:
        """For each item: kind, name, there, local, desired; error where it can't even be read."""
        return Change(result=[_compared(hands, item) for item in given.items])

    def apply(self, hands: Hands, given: DesiredApply) -> Change:
        """applied, failed, undo, removed (extensions), configured (whether the configuration is another)."""
        failed, undo, changes = dict[str, str](), list[dict[str, Any]](), list[Change]()
        done = False
        with suppress(_RefusedError), hands.store.transaction():
            for item in _in_order(given.items):
                _take(hands, item, failed, undo, changes)
            if failed or given.check:
                raise _RefusedError
            self._finish(hands)
            done = True
        if not done:
            for path in hands.undo_files:
                path.unlink(missing_ok=True)
            return Change(result=_told(hands, failed, [], applied=False))
        return _joined(changes, _told(hands, failed, undo[::-1], applied=True))

    def restore(self, hands: Hands, given: DesiredRestore) -> Change:
        """What can be put back is, whatever else fails: there is nobody to ask."""
        failed, changes = dict[str, str](), list[Change]()
        for one in given.undo:
            try:
                with hands.store.transaction():
                    changes.append(_kind(one.kind).put_back(hands, one.name, one.before))
            except ApplianceError as error:
                failed[f"{one.kind}/{one.name}"] = str(error)
        if hands.restored_flows:
            install_default_flows(hands.store, self.clock, self.language)
        self._finish(hands)
        return _joined(changes, _told(hands, failed, [], applied=not failed))

    def _finish(self, hands: Hands) -> None:
        """Raises ApplianceError, OSError: then nothing of the transaction stays."""
        for work in hands.after:
            work()

    def _hands(self, store: Store, config_file: Path) -> Hands:
        return Hands(
            store=store,
            paths=self.paths,
            clock=self.clock,
            table=self.table,
            domain=self.domain,
            language=self.language,
            config_file=config_file,
        )


def _kind(name: str) -> Steered:
    found = KINDS.get(name)
    if found is None:
        raise RequestError(f"this box knows nothing of kind {name!r}; a newer version may", kind="unknown")
    return found


def _in_order(items: Sequence[WantedItem]) -> list[WantedItem]:
    """What others need comes first; what is taken away goes last, in the reverse order."""
    place = {kind: number for number, kind in enumerate(KINDS)}
    kept = [item for item in items if item.content is not None]
    gone = [item for item in items if item.content is None]
    return [
        *sorted(kept, key=lambda item: place.get(item.kind, -1)),
        *sorted(gone, key=lambda item: -place.get(item.kind, -1)),
    ]


def _take(
    hands: Hands, item: WantedItem, failed: dict[str, str], undo: list[dict[str, Any]], changes: list[Change]
) -> None:
    try:
        with hands.store.transaction():
            kind = _kind(item.kind)
            before = kind.before(hands, item)
            if item.content is None and before is None:
                return
            changes.append(kind.apply(hands, item))
            undo.append({"kind": item.kind, "name": item.name, "before": before})
    except ApplianceError as error:
        failed[f"{item.kind}/{item.name}"] = str(error)


def _compared(hands: Hands, item: WantedItem) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": item.kind, "name": item.name, "there": False, "local": None, "desired": None}
    try:
        kind = _kind(item.kind)
        local, desired = kind.shown(hands, item), kind.wanted(hands, item)
    except ApplianceError as error:
        return {**row, "error": str(error)}
    shown = local if local is None or item.content is None else {key: local.get(key) for key in desired}
    return {**row, "there": local is not None, "local": shown, "desired": None if item.content is None else desired}


def _told(hands: Hands, failed: Mapping[str, str], undo: list[dict[str, Any]], *, applied: bool) -> dict[str, Any]:
    configured = applied and bool(hands.reloads)
    return {"applied": applied, "failed": failed, "undo": undo, "removed": hands.gone, "configured": configured}


def _joined(changes: Sequence[Change], result: dict[str, Any]) -> Change:
    told: tuple[acd.AcdEvent, ...] = tuple(event for change in changes for event in change.told)
    return Change(result=result, told=told, published=any(change.published for change in changes))
