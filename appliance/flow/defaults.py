"""The flows that come with the box, read from package data. The only module of the room that reads files."""

from __future__ import annotations

import functools
from importlib import resources

from appliance.errors import FlowError
from appliance.flow.document import parse
from appliance.flow.model import Flow
from appliance.ids import FlowId


def default_document(name: str) -> bytes:
    """The JSON text of a default flow. Raises FlowError for a name that has none."""
    file = resources.files("appliance.flow") / "defaults" / f"{name}.json"
    if not name.isidentifier() or not file.is_file():
        raise FlowError(f"there is no default flow {name!r}; there are {', '.join(default_names())}", [])
    return file.read_bytes()


@functools.cache
def default_flow(name: str) -> Flow:
    """A default flow, parsed. Raises FlowError for a name that has none."""
    return parse(default_document(name), name=FlowId(name))


def default_names() -> list[str]:
    """The names of all default flows, sorted."""
    files = (resources.files("appliance.flow") / "defaults").iterdir()
    return sorted(file.name.removesuffix(".json") for file in files if file.name.endswith(".json"))
