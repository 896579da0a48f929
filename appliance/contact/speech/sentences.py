"""What the box can say by itself in a language: `builtin/<sentence>`, with parameters `?name=value&…`.

The sentences stand in `sentences/<language>.json` as SSML without its root; `{name}` takes a parameter. A further
language is a further file with the same keys.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple
from xml.sax.saxutils import escape

import msgspec

from appliance.contact.speech.voices import family
from appliance.errors import ContactError
from appliance.flow.commands import BUILTIN_PROMPT

_LONGEST_VALUE = 80
_FIELD = re.compile(r"(?:^|&)([a-z_]+)=")  # values stand as they are: a flow puts names and numbers in, not URLs


class Builtin(NamedTuple):
    """A sentence of the box and what it is filled with."""

    name: str
    parameters: Mapping[str, str]


def builtin(prompt: str) -> Builtin | None:
    """What `builtin/queue_position?position=3` asks for; None for any other prompt."""
    if not prompt.startswith(BUILTIN_PROMPT):
        return None
    name, _, query = prompt.removeprefix(BUILTIN_PROMPT).partition("?")
    _, *parts = _FIELD.split(query)
    return Builtin(name, dict(zip(parts[::2], parts[1::2], strict=True)))


def markup(asked: Builtin, language: str) -> str:
    """The SSML of a sentence; English where the language has no file. Raises ContactError: no such, not filled."""
    known = sentences(language)
    if asked.name not in known:
        raise ContactError(f"there is no sentence {asked.name!r}; see 'linekeeper prompt list --builtin'")
    needed = fields(known[asked.name])
    absent = [field for field in needed if not asked.parameters.get(field)]
    if absent:
        example = "&".join(f"{field}=…" for field in needed)
        raise ContactError(
            f"sentence {asked.name!r} lacks {', '.join(absent)}; write {BUILTIN_PROMPT}{asked.name}?{example}"
        )
    return known[asked.name].format_map({name: escape(asked.parameters[name][:_LONGEST_VALUE]) for name in needed})


def fields(sentence: str) -> list[str]:
    """The parameters a sentence takes."""
    return [name for _, name, _, _ in string.Formatter().parse(sentence) if name]


@functools.cache
def sentences(language: str) -> dict[str, str]:
    """Every sentence by its name: of the language, of its family, or English."""
    for name in (language, family(language)):
        if name in languages():
            return _read(name)
    return _read("en")


def spoken_language(language: str) -> str:
    """The language in which `sentences(language)` are."""
    return language if {language, family(language)} & set(languages()) else "en-US"


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that have a file, sorted."""
    return tuple(sorted(file.name.removesuffix(".json") for file in _folder().iterdir()))


def _read(language: str) -> dict[str, str]:
    return msgspec.json.decode((_folder() / f"{language}.json").read_bytes(), type=dict[str, str])


def _folder() -> Traversable:
    return resources.files(__package__) / "sentences"
