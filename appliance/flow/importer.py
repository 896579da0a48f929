"""Imports what customers already have: any file that holds flows becomes documents this box can install.

Never fails on a file that holds a flow; `changes` says exactly what was altered. Writes nothing.
"""

from __future__ import annotations

import copy
from typing import Any

import msgspec

from appliance.errors import FlowError
from appliance.flow.document import parse
from appliance.flow.legacy import convert, is_legacy
from appliance.flow.mend import mend
from appliance.flow.model import Flow, FlowType
from appliance.flow.placeholders import placeholders
from appliance.flow.unwrap import Found, flows_in
from appliance.ids import FlowId


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A flow ready to install. placeholders: texts of the template that the resource map must replace, in order;
    ids: what other flows may call it beside its name."""

    name: FlowId
    document: dict[str, Any]
    flow: Flow
    legacy: bool
    changes: tuple[str, ...]
    placeholders: tuple[str, ...]
    ids: tuple[str, ...] = ()


def import_flows(data: bytes, *, name: str) -> list[Imported]:
    """Every flow of a file; name: for a flow that does not say its own. Raises FlowError where there is none."""
    found = flows_in(data)
    if not found:
        raise FlowError(f"{name} holds no flow", ["a flow has StartAction and Actions, an older export has modules"])
    imported: list[Imported] = []
    for number, part in enumerate(found, 1):
        fallback = name if len(found) == 1 else f"{name}-{number}"
        imported.append(_imported(part, fallback))
    return imported


def _imported(found: Found, fallback: str) -> Imported:
    legacy = is_legacy(found.document)
    changes = [f"unwrapped from {' / '.join(found.wrapping)}"] if found.wrapping else []
    document = copy.deepcopy(found.document)
    if legacy:
        document, said = convert(document)
        changes += said
    document, said = mend(document)
    changes += said
    name = FlowId(_name(document) or found.name or fallback)
    flow = parse(document, name=name, flow_type=_type(found.flow_type))
    return Imported(
        name=name,
        document=document,
        flow=flow,
        legacy=legacy,
        changes=tuple(changes),
        placeholders=tuple(placeholders(document.get("Actions"))),
        ids=found.ids,
    )


def _name(document: dict[str, Any]) -> str:
    metadata = document.get("Metadata")
    named = metadata.get("name") if isinstance(metadata, dict) else None
    return named if isinstance(named, str) else ""


def _type(named: str) -> FlowType | None:
    return FlowType(named) if named in FlowType.__members__ else None
