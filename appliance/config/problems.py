"""Says what is wrong with a configuration: one `Problem` per fault, for people.

Turns pydantic's findings into our words, with the key path (`trunks[0].kind`), the value, the remedy and, for a
misspelt key or choice, "did you mean". Must not read files, and must never show a secret's value.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

SECRET_KEYS = frozenset({"password"})
_LONGEST_VALUE = 60
_WORDS = {  # pydantic's error type → fault, remedy
    "bool_type": ("is neither true nor false", "write true or false, without quotes"),
    "float_type": ("is no number", "write a number, without quotes"),
    "dict_type": ("is no table", 'write {{ name = "text", … }}'),
    "string_too_short": ("is empty", "write at least one character"),
    "string_too_long": ("is too long", "use {max_length} characters or fewer"),
    "int_type": ("is no whole number", "write a whole number, without quotes"),
    "greater_than_equal": ("is too small", "use {ge} or more"),
    "less_than_equal": ("is too large", "use {le} or less"),
    "string_type": ("is no text", "write a text in quotes"),
    "string_pattern_mismatch": ("does not have the right form", "it must match {pattern}"),
    "tuple_type": ("is no list", "write a list in square brackets"),
    "too_short": ("is empty", "name at least {min_length}"),
    "path_type": ("is no path", "write a path in quotes"),
    "model_type": ("is no table", "write a table of keys here"),
    "ip_any_address": ("is no address", "write an IPv4 or IPv6 address, no name"),
    "ip_any_network": ("is no network", "write an address or a network such as 203.0.113.0/24"),
}

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault: where it is, what it is, what to do. `value` is already fit to be shown."""

    key: str
    fault: str
    value: str | None = None
    remedy: str

    def __str__(self) -> str:
        value = "" if self.value is None else f" = {self.value}"
        return f"{self.key}{value}: {self.fault}; {self.remedy}"


def key_path(location: Location) -> str:
    """`("trunks", 0, "kind")` as `trunks[0].kind`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def shown(key: int | str, value: object) -> str:
    """`value` as the file would have it, cut to a line's length; a secret as stars."""
    if key in SECRET_KEYS:
        return "***"
    if isinstance(value, Mapping):
        return "{…}"
    text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def did_you_mean(word: object, known: Sequence[str]) -> str:
    """The nearest of `known` as a question, or the list of what is possible."""
    near = difflib.get_close_matches(str(word), known, n=1, cutoff=0.5)
    return f'did you mean "{near[0]}"?' if near else "possible are " + ", ".join(known)


def problem_of(error: ErrorDetails, root: type[BaseModel]) -> Problem:
    """One finding of pydantic in our words. `root` is the model that was validated."""
    location = error["loc"]
    if error["type"] == "extra_forbidden":
        return _unknown_key(location, root)
    if error["type"] == "missing":
        return Problem(key=key_path(location), fault="is missing", remedy=f"add {location[-1]} = …")
    fault, remedy = _words(error, location, root)
    value = shown(_last_name(location), error["input"])
    return Problem(key=key_path(location), value=value, fault=fault, remedy=remedy)


def _unknown_key(location: Location, root: type[BaseModel]) -> Problem:
    known = list(_model_at(location[:-1], root).model_fields)
    return Problem(key=key_path(location), fault="no such key", remedy=did_you_mean(location[-1], known))


def _words(error: ErrorDetails, location: Location, root: type[BaseModel]) -> tuple[str, str]:
    if error["type"] == "literal_error":
        return "is not among the choices", did_you_mean(error["input"], _choices(location, root))
    unknown = (f"is refused ({error['msg']})", "see 'linekeeper up --help' for what may stand here")
    fault, remedy = _WORDS.get(error["type"], unknown)
    return fault, remedy.format(**error.get("ctx", {}))


def _last_name(location: Location) -> str:
    return next((part for part in reversed(location) if isinstance(part, str)), "")


def _model_at(location: Location, root: type[BaseModel]) -> type[BaseModel]:
    model = root
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _inner_model(model.model_fields[part].annotation) or model
    return model


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for inner in get_args(annotation) if (found := _inner_model(inner))), None)


def _choices(location: Location, root: type[BaseModel]) -> list[str]:
    model = _model_at(location, root)
    field = model.model_fields.get(_last_name(location))
    return [] if field is None else _literals(field.annotation)


def _literals(annotation: Any) -> list[str]:
    if get_origin(annotation) is None:
        return []
    return [
        text for inner in get_args(annotation) for text in ([inner] if isinstance(inner, str) else _literals(inner))
    ]
