"""The forms for what admins want of a branch: which fields each kind has, and how what is typed becomes an item. Pure.

An empty field is left to the box. What has no fields here is typed as JSON.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.cloud.orders import Item, ItemKind
from appliance.errors import ConsoleError

_MOST_JSON = 100_000
_WORDS = {"yes": True, "no": False}


class WishError(ConsoleError):
    """What was typed can't be an item. key: of the text that says why; field: which one."""

    def __init__(self, key: str, field: str) -> None:
        super().__init__(f"{field}: {key}")
        self.key = key
        self.field = field


class Sort(enum.StrEnum):
    """How a field is typed."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    NAMES = "names"  # separated by commas
    CHOICE = "choice"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the item's content. needed: the box can't do without, for a new one."""

    name: str
    sort: Sort = Sort.TEXT
    choices: tuple[str, ...] = ()


def _text(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name) for name in names)


FIELDS: Mapping[ItemKind, tuple[Field, ...]] = {
    ItemKind.QUEUE: (
        *_text("name"),
        Field(name="max_contacts", sort=Sort.NUMBER),
        Field(name="ring_timeout_s", sort=Sort.NUMBER),
        Field(name="wrap_up_s", sort=Sort.NUMBER),
        *_text("flow", "hours", "caller_id", "caller_name"),
        Field(name="enabled", sort=Sort.YES_NO),
    ),
    ItemKind.ROUTING_PROFILE: (*_text("name"), Field(name="queues", sort=Sort.NAMES), *_text("outbound_queue")),
    ItemKind.AGENT: (
        *_text("name", "extension", "profile"),
        Field(name="queues", sort=Sort.NAMES),
        Field(name="wrap_up_s", sort=Sort.NUMBER),
        Field(name="auto_accept", sort=Sort.YES_NO),
        Field(name="supervisor", sort=Sort.YES_NO),
        Field(name="monitorable", sort=Sort.YES_NO),
    ),
    ItemKind.EXTENSION: (
        *_text("name", "always", "busy", "no_answer"),
        Field(name="ring_s", sort=Sort.NUMBER),
        Field(name="do_not_disturb", sort=Sort.YES_NO),
        *_text("pickup_group"),
    ),
    ItemKind.QUICK_CONNECT: (
        Field(name="type", sort=Sort.CHOICE, choices=("QUEUE", "USER", "PHONE_NUMBER", "FLOW")),
        *_text("target"),
    ),
    ItemKind.DISPOSITION: _text("name"),
}
TYPED_AS_JSON = (ItemKind.CONFIGURATION, ItemKind.HOURS)
EDITABLE = (*FIELDS, *TYPED_AS_JSON)


def item_of(kind: ItemKind, name: str, typed: Mapping[str, str]) -> Item:
    """typed: fields by name, `json` for those without, `gone` to take it away. Raises WishError."""
    if not name.strip():
        raise WishError("wanted.fault_empty", "name")
    if typed.get("gone"):
        return Item(kind=kind, name=name.strip(), content=None)
    content = _of_json(kind, typed.get("json", "")) if kind in TYPED_AS_JSON else _of_fields(kind, typed)
    return Item(kind=kind, name=name.strip(), content=content)


def typed_of(item: Item) -> dict[str, str]:
    """What stands in the form of an item."""
    if item.content is None:
        return {"gone": "yes"}
    if item.kind in TYPED_AS_JSON:
        inner = item.content.get("value") if item.kind is ItemKind.CONFIGURATION else item.content
        return {"json": msgspec.json.format(msgspec.json.encode(inner), indent=2).decode()}
    return {name: _shown(value) for name, value in item.content.items()}


def _of_fields(kind: ItemKind, typed: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for field in FIELDS[kind]:
        text = "".join(letter for letter in typed.get(field.name, "") if letter.isprintable()).strip()
        if text:
            found[field.name] = _value(field, text)
    return found


def _value(field: Field, text: str) -> object:
    if field.sort is Sort.NUMBER:
        return _number(field, text)
    if field.sort is Sort.YES_NO:
        if text not in _WORDS:
            raise WishError("wanted.fault_choice", field.name)
        return _WORDS[text]
    if field.sort is Sort.NAMES:
        return [name.strip() for name in text.split(",") if name.strip()]
    if field.sort is Sort.CHOICE and text not in field.choices:
        raise WishError("wanted.fault_choice", field.name)
    return text


def _number(field: Field, text: str) -> float | int:
    try:
        value = float(text)
    except ValueError:
        raise WishError("wanted.fault_number", field.name) from None
    if not abs(value) < 1e9:
        raise WishError("wanted.fault_number", field.name)
    return int(value) if value == int(value) else value


def _of_json(kind: ItemKind, text: str) -> dict[str, object]:
    if len(text) > _MOST_JSON:
        raise WishError("wanted.fault_json", "json")
    try:
        value: Any = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        raise WishError("wanted.fault_json", "json") from None
    if kind is ItemKind.CONFIGURATION:
        return {"value": value}
    if not isinstance(value, dict):
        raise WishError("wanted.fault_json", "json")
    return value


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one.get("queue", "") if isinstance(one, dict) else one) for one in value)
    return "" if value is None else str(value)
