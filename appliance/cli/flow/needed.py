"""What flows name, where it leads on this box, and what it may have been called in the cloud: the rows of the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from appliance.errors import FlowError
from appliance.flow.cloud_names import cloud_names
from appliance.flow.facts import Library
from appliance.flow.model import Flow
from appliance.flow.placeholders import placeholders
from appliance.flow.resources import Need, Resource, missing, needs

VALUE = "value"  # a placeholder in a text: it stands for no thing


class MapRow(msgspec.Struct, frozen=True, kw_only=True):
    """One foreign name. local "": nothing is said yet; state: mapped, here (found by its own name), missing, unused;
    cloud_name: what the editor called it."""

    kind: str
    foreign: str
    local: str
    state: str
    cloud_name: str = ""
    flows: tuple[str, ...] = ()


def map_rows(
    flows: Iterable[tuple[Flow, Mapping[str, Any]]], library: Library, names: Mapping[str, str]
) -> list[MapRow]:
    """A row for everything that `flows` (with their documents) name, missing first, then what nobody names."""
    rows: dict[str, MapRow] = {}
    for flow, document in flows:
        lacking = {need.reference for need in missing(flow, library)}
        called = names_in_cloud(document)
        for need in [*needs(flow), *_loose(flow, document)]:
            state = _state(need, names, lacking)
            row = MapRow(
                kind=need.resource.value if need.action else VALUE,
                foreign=need.reference,
                local=_local(need.reference, names),
                state=state,
                cloud_name=called.get(need.reference, ""),
                flows=(flow.name,),
            )
            rows[need.reference] = _merged(rows.get(need.reference), row)
    unused = [
        MapRow(kind="", foreign=key, local=local, state="unused") for key, local in names.items() if key not in rows
    ]
    wanted = sorted(rows.values(), key=lambda row: (row.state != "missing", row.kind, row.foreign))
    return [*wanted, *(row for row in unused if not _is_tail(row.foreign, rows))]


def guess(rows: Iterable[MapRow], library: Library) -> dict[str, str]:
    """Foreign → local for what is missing and has a namesake here, by its name in the cloud."""
    things: dict[str, Iterable[str]] = {
        Resource.QUEUE: library.queues,
        Resource.FLOW: library.flows,
        Resource.MODULE: library.modules,
        Resource.HOURS: library.hours,
        Resource.AGENT: library.agents,
        Resource.FUNCTION: library.functions,
        Resource.BOT: library.bots,
        Resource.PROMPT: library.prompts,
    }
    found: dict[str, str] = {}
    for row in rows:
        known = {_folded(name): name for name in things.get(row.kind, ())}
        if row.state == "missing" and row.cloud_name and _folded(row.cloud_name) in known:
            found[row.foreign] = known[_folded(row.cloud_name)]
    return found


def names_in_cloud(document: Mapping[str, Any]) -> dict[str, str]:
    """As `cloud_names`, nothing for a document that can't be read."""
    try:
        return cloud_names(document)
    except FlowError:
        return {}


def _loose(flow: Flow, document: Mapping[str, Any]) -> list[Need]:
    """Placeholders that stand for no thing: in texts, attributes …"""
    inside = {found for need in needs(flow) for found in placeholders(need.reference)}
    loose = [found for found in placeholders(document.get("Actions")) if found not in inside]
    return [Need(resource=Resource.FLOW, reference=found, action="") for found in loose]


def _state(need: Need, names: Mapping[str, str], lacking: set[str]) -> str:
    mapped = bool(_local(need.reference, names))
    if not need.action:
        return "mapped" if mapped else "missing"
    if need.reference in lacking:
        return "missing"
    return "mapped" if mapped else "here"


def _merged(before: MapRow | None, row: MapRow) -> MapRow:
    if before is None:
        return row
    name = before.cloud_name or row.cloud_name
    flows = tuple(dict.fromkeys((*before.flows, *row.flows)))
    return msgspec.structs.replace(before, cloud_name=name, flows=flows)


def _local(reference: str, names: Mapping[str, str]) -> str:
    return names.get(reference) or names.get(reference.rpartition("/")[2]) or ""


def _is_tail(foreign: str, rows: Mapping[str, MapRow]) -> bool:
    """An id that stands for an ARN in the rows is not unused."""
    return any(reference.rpartition("/")[2] == foreign for reference in rows)


def _folded(name: str) -> str:
    return name.casefold().removesuffix(".wav").strip()
