"""Placeholders of templates (${Name}, {{name}}, %Name%, <<Name>>) that stand in a flow for values of another place.

They are texts like any other to the engine; the resource map gives them values before a flow is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_ONE = re.compile(r"\$\{[^{}]+\}|\{\{[^{}]+\}\}|%%?[A-Za-z_][\w.-]*%%?|<<[^<>]+>>|<%=?[^%]*%>")


def placeholders(value: Any) -> list[str]:
    """Every placeholder in the texts of a JSON value, each once, in order."""
    return list(dict.fromkeys(found for text in _texts(value) for found in _ONE.findall(text)))


def fill(value: Any, values: Mapping[str, str]) -> Any:
    """A copy of a JSON value with the placeholders that `values` names (as they stand, ${Name}) replaced."""
    if isinstance(value, dict):
        return {key: fill(part, values) for key, part in value.items()}
    if isinstance(value, list):
        return [fill(part, values) for part in value]
    if not isinstance(value, str):
        return value
    return _ONE.sub(lambda found: values.get(found.group(), found.group()), value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value
