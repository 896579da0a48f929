"""The flows that come with the box, read from package data, in a language the box speaks.

Default flows (`defaults`) are installed once, for people to change; system flows (`system`) are what feature codes run:
they come with the program, and one that is installed under the same name goes before.

A further language is a file in `sentences`. The only module of the room that reads files.
"""

from __future__ import annotations

import functools
from importlib import resources
from importlib.resources.abc import Traversable

from appliance.errors import FlowError
from appliance.flow.document import canonical, parse, read_json
from appliance.flow.model import Flow
from appliance.flow.placeholders import fill
from appliance.ids import FlowId


def default_document(name: str, language: str = "en") -> bytes:
    """The JSON text of a default flow in `language` (ko-KR, ko); English where there is none of it.

    Raises FlowError for a name that has none.
    """
    file = _folder("defaults") / f"{name}.json"
    if not name.isidentifier() or not file.is_file():
        raise FlowError(f"there is no default flow {name!r}; there are {', '.join(default_names())}", [])
    return _document(file, language)


@functools.cache
def system_documents(language: str = "en") -> dict[FlowId, bytes]:
    """The JSON text of every system flow by name, in `language`."""
    return {FlowId(name): _document(_folder("system") / f"{name}.json", language) for name in _names("system")}


@functools.cache
def default_flow(name: str, language: str = "en") -> Flow:
    """A default flow, parsed. Raises FlowError for a name that has none."""
    return parse(default_document(name, language), name=FlowId(name))


def default_names() -> list[str]:
    """The names of all default flows, sorted."""
    return _names("defaults")


def languages() -> list[str]:
    """The languages that have sentences, sorted."""
    return _names("sentences")


@functools.cache
def sentences(language: str) -> dict[str, str]:
    """The box's own sentences by key: the language's, its family's, or English; what a language lacks is English."""
    known = languages()
    chosen = next((name for name in (language, language.partition("-")[0]) if name in known), "en")
    return {**_sentences("en"), **_sentences(chosen)}


def _document(file: Traversable, language: str) -> bytes:
    spoken = {f"{{{{{key}}}}}": text for key, text in sentences(language).items()}
    return canonical(fill(read_json(file.read_bytes()), spoken))


def _sentences(language: str) -> dict[str, str]:
    found = read_json((_folder("sentences") / f"{language}.json").read_bytes())
    return {str(key): str(text) for key, text in found.items()}


def _names(folder: str) -> list[str]:
    files = [file.name for file in _folder(folder).iterdir()]
    return sorted(name.removesuffix(".json") for name in files if name.endswith(".json"))


def _folder(name: str) -> Traversable:
    return resources.files("appliance.flow") / name
