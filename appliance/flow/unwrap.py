"""Finds the flow documents in whatever a customer hands over: a flow, an older export, the output of describe calls,
CloudFormation (Fn::Sub, Fn::Join), Terraform and other templates, several flows in one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from appliance.flow.legacy import is_legacy
from appliance.flow.tolerant import decode_text, embedded, loads

DEEPEST = 40
_OWN_IDS = ("Arn", "Id", "ContactFlowArn", "ContactFlowId", "ContactFlowModuleArn", "ContactFlowModuleId")
_CLOUDFORMATION = {
    "AWS::Connect::ContactFlow": (".ContactFlowArn",),
    "AWS::Connect::ContactFlowModule": (".ContactFlowModuleArn",),
}


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A document with the name and type its wrapping gave it ("" where none), and how it was wrapped.

    ids: what other flows call it: ARN, id, or the placeholder of its CloudFormation resource.
    """

    document: dict[str, Any]
    name: str = ""
    flow_type: str = ""
    wrapping: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


class _Wrapped(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt on the way down."""

    name: str = ""
    flow_type: str = ""
    steps: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    depth: int = 0

    def inside(self, step: str, holder: Mapping[str, Any] | None = None) -> _Wrapped:
        name = _text(holder, "Name") or self.name
        kind = _text(holder, "Type") or self.flow_type
        kind = self.flow_type if "::" in kind or "_" not in kind else kind
        ids = self._ids(holder) or self.ids
        return _Wrapped(name=name, flow_type=kind, steps=(*self.steps, step), ids=ids, depth=self.depth + 1)

    def _ids(self, holder: Mapping[str, Any] | None) -> tuple[str, ...]:
        """Describe output carries Arn and Id; a CloudFormation resource is referred to by its logical name."""
        if _text(holder, "Type") in _CLOUDFORMATION and self.steps:
            logical = self.steps[-1]
            return tuple(f"${{{logical}{end}}}" for end in ("", *_CLOUDFORMATION[_text(holder, "Type")]))
        return tuple(found for key in _OWN_IDS if (found := _text(holder, key)))


def flows_in(data: bytes) -> list[Found]:
    """Every flow of a file, in order; empty where there is none. Never raises."""
    text = decode_text(data)
    try:
        value = loads(text)
    except ValueError:
        return [found for part in embedded(text) for found in _walk(part, _Wrapped(steps=("text around it",)))]
    return list(_walk(value, _Wrapped())) or [
        found for part in embedded(text) for found in _walk(part, _Wrapped(steps=("text around it",)))
    ]


def is_flow(value: Any) -> bool:
    """Whether this is a flow document of either format."""
    return isinstance(value, dict) and (isinstance(value.get("Actions"), list) and "StartAction" in value)


def _walk(value: Any, way: _Wrapped) -> Iterator[Found]:
    if way.depth > DEEPEST:
        return
    if is_flow(value) or is_legacy(value):
        yield Found(document=value, name=way.name, flow_type=way.flow_type, wrapping=way.steps, ids=way.ids)
    elif isinstance(value, Mapping):
        yield from _walk_mapping(value, way)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _walk(part, way.inside(f"[{number}]"))
    elif isinstance(value, str) and "{" in value and ("StartAction" in value or "modules" in value):
        yield from _walk_text(value, way)


def _walk_mapping(value: Mapping[str, Any], way: _Wrapped) -> Iterator[Found]:
    joined = _intrinsic(value)
    if joined is not None:
        yield from _walk(joined[1], way.inside(joined[0]))
        return
    for key, part in value.items():
        yield from _walk(part, way.inside(str(key), value))


def _walk_text(value: str, way: _Wrapped) -> Iterator[Found]:
    try:
        inner = loads(value)
    except ValueError:
        for part in embedded(value):
            yield from _walk(part, way.inside("text"))
        return
    yield from _walk(inner, way.inside("text"))


def _intrinsic(value: Mapping[str, Any]) -> tuple[str, str] | None:
    """The text of a CloudFormation function, other functions inside it as ${Name} placeholders."""
    if len(value) != 1:
        return None
    name, argument = next(iter(value.items()))
    if name == "Fn::Sub":
        text = argument[0] if isinstance(argument, list) and argument else argument
        return (name, text) if isinstance(text, str) else None
    if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        return name, str(argument[0]).join(_part(part) for part in argument[1])
    return None


def _part(part: Any) -> str:
    """A piece of a join; a reference to a resource becomes its placeholder."""
    if not isinstance(part, Mapping):
        return str(part)
    joined = _intrinsic(part)
    if joined is not None:
        return joined[1]
    argument = next(iter(part.values()), "")
    return "${" + (".".join(map(str, argument)) if isinstance(argument, list) else str(argument)) + "}"


def _text(holder: Mapping[str, Any] | None, key: str) -> str:
    found = holder.get(key) if holder is not None else None
    return found if isinstance(found, str) else ""
