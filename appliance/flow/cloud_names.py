"""What a thing was called where a flow came from: the editor keeps names beside ARNs, for people.

With them a resource map can be filled by name instead of by ARN. Guesses nothing: a reference without a name has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from appliance.flow.document import parse
from appliance.flow.resources import Need, needs
from appliance.ids import FlowId

_NAME_KEYS = {
    "PromptId": "promptName",
    "FlowModuleId": "contactFlowModuleName",
    "AliasArn": "lexV2BotName",
}


def cloud_names(document: Mapping[str, Any]) -> dict[str, str]:
    """Reference → name, for every resource of a flow document that its Metadata names. Raises FlowError."""
    metadata = document.get("Metadata")
    listed = metadata.get("ActionMetadata") if isinstance(metadata, Mapping) else None
    if not isinstance(listed, Mapping):
        return {}
    flow = parse(dict(document), name=FlowId("named"))
    wanted: dict[str, list[Need]] = {}
    for need in needs(flow):
        wanted.setdefault(need.action, []).append(need)
    found: dict[str, str] = {}
    for action, its in wanted.items():
        about = listed.get(action)
        if isinstance(about, Mapping):
            found |= _named(its, flow.actions[action].parameters, about)
    return found


def _named(wanted: list[Need], parameters: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, str]:
    references = {need.reference for need in wanted}
    pairs = [*_parallel(parameters, about.get("parameters")), *_beside(parameters, about), *_by_id(about)]
    found = {reference: name for reference, name in pairs if reference in references and name != reference}
    if not found and len(references) == 1:  # an older export names parameters differently
        names = {name for name in _display_names(about) if name not in references}
        found = dict(zip(references, names, strict=True)) if len(names) == 1 else {}
    return found


def _parallel(value: Any, about: Any) -> Iterator[tuple[str, str]]:
    """`displayName` at the place in the metadata where the reference stands in the parameters."""
    if isinstance(value, str) and isinstance(about, Mapping) and isinstance(about.get("displayName"), str):
        yield value, about["displayName"]
    elif isinstance(value, Mapping) and isinstance(about, Mapping):
        for key, part in value.items():
            yield from _parallel(part, about.get(key))
    elif isinstance(value, list) and isinstance(about, list):
        for part, beside in zip(value, about, strict=False):
            yield from _parallel(part, beside)


def _beside(parameters: Mapping[str, Any], about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, reference in _texts(parameters):
        name = about.get(_NAME_KEYS.get(key, ""))
        if isinstance(name, str) and name:
            yield reference, name


def _texts(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in parameters.items():
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, Mapping):
            yield from _texts(value)


def _by_id(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """`{"queue": {"id": …, "text": …}}`."""
    for part in about.values():
        if isinstance(part, Mapping) and isinstance(part.get("id"), str) and isinstance(part.get("text"), str):
            yield part["id"], part["text"]


def _display_names(about: Mapping[str, Any]) -> Iterator[str]:
    for key, part in about.items():
        if isinstance(part, Mapping):
            yield from _display_names(part)
        elif isinstance(part, str) and part and (key == "displayName" or (key == "text" and "id" not in about)):
            yield part
