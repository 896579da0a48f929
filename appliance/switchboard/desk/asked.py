"""What a handler of a box function is given and what it gives back. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from appliance.errors import RequestError
from appliance.flow.defaults import sentences
from appliance.ids import AgentId, ContactId, Extension

NOTHING_TYPED = "Timeout"  # what a flow stores of a caller who pressed no key


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """contact: who asks; extension: the calling phone, None for a stranger from a trunk; agent: who is reached there,
    or who has proved it by PIN; language: of the contact; parameters: as the flow gave them, perhaps secret."""

    contact: ContactId
    extension: Extension | None
    agent: AgentId | None = None
    language: str = "en"
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def argument(self) -> str:
        """What was dialled or typed, "" for nothing."""
        return self.text("argument")

    def text(self, name: str) -> str:
        """A parameter, "" where it is missing or the caller pressed no key."""
        found = self.parameters.get(name, "")
        return "" if found == NOTHING_TYPED else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The outcome: the key of the sentence that is spoken, what fills it, and what the flow learns beside it."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(RequestError):
    """A handler says no, and why: the key of a sentence and what fills it. No value may be a secret."""

    def __init__(self, key: str, /, **values: str) -> None:
        super().__init__(spoken(key, values, "en"), kind="refused")
        self.key = key
        self.values = values


def spoken(key: str, values: Mapping[str, str], language: str) -> str:
    """The sentence `key` in `language` with its `{name}`s filled."""
    return sentences(language)[key].format_map(values)
