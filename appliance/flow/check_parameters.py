"""Judges an action's parameters against its row of the table."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from appliance.flow.commands import BUILTIN_PROMPT
from appliance.flow.conditions import number
from appliance.flow.model import Action
from appliance.flow.references import path_of
from appliance.flow.row import Dynamic, Kind, Parameter, Row

# fault, whether the action can only fail with it, suggestion
Fault = tuple[str, bool, str]

_TEMPLATE = re.compile(r"\$\{|\{\{|%%?\w+%|<<")
_EXTRA = frozenset({"SkipWhenDTMFBufferEnabled"})


def parameter_findings(row: Row, action: Action) -> Iterator[Fault]:
    """Every fault of the parameters."""
    for parameter in row.parameters:
        yield from _parameter(parameter, action)
    for group in row.exactly_one:
        given = [name for name in group if action.parameter(name) is not None]
        if len(given) != 1:
            count = "none is" if not given else f"{' and '.join(given)} are"
            yield f"exactly one of {', '.join(group)} is wanted; {count} given", not given and not row.silent, ""
    yield from _unknown(row, action)


def _unknown(row: Row, action: Action) -> Iterator[Fault]:
    known = {parameter.path.partition(".")[0] for parameter in row.parameters} | _EXTRA
    if not row.parameters and row.offline in ("C", "D"):
        return
    for name in action.parameters:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            yield f"parameter {name!r} is unknown and ignored", False, close[0] if close else ""


def _parameter(parameter: Parameter, action: Action) -> Iterator[Fault]:
    value = action.parameter(*parameter.path.split("."))
    if value is None:
        if parameter.required:
            instead = f"; {parameter.default} is used" if parameter.default else ""
            yield f"parameter {parameter.path} is missing{instead}", not parameter.default, ""
        return
    if isinstance(value, str) and (dynamic := _dynamic(parameter, value)) is not None:
        yield from dynamic
        return
    fault = _KINDS[parameter.kind](parameter, value)
    if fault:
        yield f"parameter {parameter.path} is {value!r:.60}; {fault}", False, ""


def _dynamic(parameter: Parameter, value: str) -> tuple[Fault, ...] | None:
    """Faults of a value that is not final yet; None for a plain value."""
    if _TEMPLATE.search(value):
        return ()
    if "$." not in value and "$[" not in value:
        return None
    if parameter.dynamic is Dynamic.STATIC:
        return ((f"parameter {parameter.path} can't hold a reference", False, ""),)
    if parameter.dynamic is Dynamic.WHOLE and path_of(value) is None and not value.startswith(BUILTIN_PROMPT):
        return ((f"parameter {parameter.path} takes one reference and nothing else", False, ""),)
    return ()


def _text(_parameter: Parameter, value: Any) -> str:
    return "" if isinstance(value, str | int | float) else "it must be a text"


def _number(parameter: Parameter, value: Any) -> str:
    found = number(value)
    low, high = parameter.low, parameter.high
    if found is None:
        return "it must be a number"
    if (low is not None and found < low) or (high is not None and found > high):
        bounds = f"{low:g} to {high:g}" if low is not None and high is not None else f"at least {low:g}"
        return f"it must be {bounds}"
    return ""


def _boolean(_parameter: Parameter, value: Any) -> str:
    return "" if str(value).lower() in ("true", "false") else 'it must be "True" or "False"'


def _enum(parameter: Parameter, value: Any) -> str:
    known = isinstance(value, str) and value in parameter.values
    return "" if known else f"it must be one of {', '.join(sorted(parameter.values))}"


def _mapping(_parameter: Parameter, value: Any) -> str:
    return "" if isinstance(value, dict) else "it must be an object"


def _list(_parameter: Parameter, value: Any) -> str:
    return "" if isinstance(value, list) else "it must be a list"


_KINDS = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.ENUM: _enum,
    Kind.MAPPING: _mapping,
    Kind.LIST: _list,
}
