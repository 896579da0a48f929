"""One question to a function, as the three kinds get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """event: the documented Lambda event; body: the same as JSON; key: names this question, the same for every try;
    left_s: seconds until nobody wants the answer any more; contact: who asks, as the contact process says."""

    event: Mapping[str, Any]
    body: bytes
    key: str
    left_s: float
    contact: str = ""


class Caller(Protocol):
    """One function, ready to be called. `call` may be cancelled at any time and leaves nothing running then."""

    async def call(self, asked: Asked) -> bytes:
        """The answer as sent: JSON text. Raises FunctionError."""

    async def close(self) -> None:
        """Let go of connections and threads. No call is under way."""


def details(event: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """`Details.Parameters` or `Details.ContactData` of an event; empty where it has none."""
    found = event.get("Details")
    inner = found.get(part) if isinstance(found, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}
