"""A bundle: everything a branch's flows need, in one document with one hash, so that an installation is all or nothing.

Shape: {"Format", "Flows": {name: {"Type", "Document"}}, "Hours": {name: {"Resource", "Overrides"}},
"Bots": {name: menu}, "Functions": {name: settings of the substitute}, "Prompts": {name: SHA-256 of its file},
"Map": {foreign: local}}.
Pure: files and folders are the business of whoever installs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from appliance.errors import FlowError
from appliance.flow.document import canonical, parse, read_json
from appliance.flow.facts import BotMenu, Library, QueueFacts
from appliance.flow.hours_model import Hours
from appliance.flow.hours_wire import hours_of
from appliance.flow.model import Flow, FlowType
from appliance.flow.placeholders import fill
from appliance.flow.resources import Need, missing
from appliance.ids import AgentId, FlowId

T = TypeVar("T")
FORMAT = "linekeeper-flows/1"
_PARTS = ("Flows", "Hours", "Bots", "Functions", "Prompts", "Map")


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that was read. functions: name → settings, for whoever runs them; prompts: name → SHA-256."""

    sha256: str
    flows: Mapping[str, Flow]
    modules: Mapping[str, Flow]
    hours: Mapping[str, Hours]
    bots: Mapping[str, BotMenu]
    functions: Mapping[str, Any]
    prompts: Mapping[str, str]
    names: Mapping[str, str]


def make_bundle(
    flows: Mapping[str, tuple[FlowType, dict[str, Any]]], names: Mapping[str, str] | None = None, **parts: Any
) -> bytes:
    """The canonical text of a bundle. flows: name → type and document; parts: Hours, Bots, Functions, Prompts."""
    document = {
        "Format": FORMAT,
        "Flows": {name: {"Type": kind.value, "Document": given} for name, (kind, given) in flows.items()},
        "Map": dict(names or {}),
        **parts,
    }
    return canonical({**{part: {} for part in _PARTS}, **document})


def read_bundle(data: bytes) -> Bundle:
    """Raises FlowError with every problem of every flow and calendar: a bundle is good as a whole or not at all."""
    document = read_json(data)
    if not isinstance(document, dict) or document.get("Format") != FORMAT:
        raise FlowError("this is no flow bundle", [f"Format must be {FORMAT!r}"])
    problems: list[str] = []
    parts = {name: _part(document, name, problems) for name in _PARTS}
    names = {str(key): str(value) for key, value in parts["Map"].items()}
    flows = [_flow(name, raw, names, problems) for name, raw in parts["Flows"].items()]
    bundle = Bundle(
        sha256=hashlib.sha256(canonical(document)).hexdigest(),
        flows={flow.name: flow for flow in flows if flow is not None and flow.flow_type is not FlowType.MODULE},
        modules={flow.name: flow for flow in flows if flow is not None and flow.flow_type is FlowType.MODULE},
        hours=_each(parts["Hours"], _hours, problems),
        bots=_each(parts["Bots"], _bot, problems),
        functions=parts["Functions"],
        prompts={str(name): str(digest) for name, digest in parts["Prompts"].items()},
        names=names,
    )
    if problems:
        raise FlowError("the flow bundle can't be used", problems)
    return bundle


def library_of(
    bundle: Bundle, *, queues: Mapping[str, QueueFacts] | None = None, agents: Mapping[str, AgentId] | None = None
) -> Library:
    """The library of a box that has this bundle and these queues and agents."""
    return Library(
        flows=bundle.flows,
        modules=bundle.modules,
        queues=queues or {},
        hours=bundle.hours,
        agents=agents or {},
        functions={name: name for name in bundle.functions},
        bots=bundle.bots,
        names=bundle.names,
    )


def unmet(bundle: Bundle, library: Library) -> list[tuple[str, Need]]:
    """What the bundle's flows name and the box lacks: flow and need."""
    flows = [*bundle.flows.values(), *bundle.modules.values()]
    return [(flow.name, need) for flow in flows for need in missing(flow, library)]


def _part(document: Mapping[str, Any], name: str, problems: list[str]) -> dict[str, Any]:
    found = document.get(name, {})
    if not isinstance(found, dict):
        problems.append(f"{name} must be an object")
    return found if isinstance(found, dict) else {}


def _flow(name: str, raw: Any, names: Mapping[str, str], problems: list[str]) -> Flow | None:
    """Placeholders take the value the map gives them, before anything looks at the flow."""
    kind = raw.get("Type") if isinstance(raw, dict) else None
    document = raw.get("Document") if isinstance(raw, dict) else None
    if not isinstance(kind, str) or kind not in FlowType.__members__ or not isinstance(document, dict):
        problems.append(f"flow {name}: it needs Type and Document")
        return None
    try:
        return parse(fill(document, names), name=FlowId(name), flow_type=FlowType(kind))
    except FlowError as error:
        problems += [f"flow {name}: {problem}" for problem in error.problems]
        return None


def _hours(raw: Any) -> Hours:
    resource = raw.get("Resource") if isinstance(raw, dict) else None
    overrides = raw.get("Overrides", []) if isinstance(raw, dict) else None
    if not isinstance(resource, dict) or not isinstance(overrides, list):
        raise FlowError("hours", ["they need Resource, and Overrides as a list"])
    return hours_of(resource, [part for part in overrides if isinstance(part, dict)])


def _bot(raw: Any) -> BotMenu:
    try:
        return msgspec.convert(raw, BotMenu)
    except msgspec.ValidationError as error:
        raise FlowError("bot", [str(error)]) from error


def _each(raw: Mapping[str, Any], make: Callable[[Any], T], problems: list[str]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, part in raw.items():
        try:
            found[name] = make(part)
        except FlowError as error:
            problems += [f"{error.summary} {name}: {problem}" for problem in error.problems]
    return found
