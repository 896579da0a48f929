"""Reads what a function has answered: one JSON object, flat where the action asks for STRING_MAP, at most 32 KB.

Reference: flow-language.md, InvokeLambdaFunction ("STRING_MAP must be a flat map of strings") and section 4. In a
STRING_MAP numbers, booleans and null become texts, as the flow engine itself reads them; lists and objects are faults.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.contact.functions.faults import FunctionError
from appliance.flow.references import as_text

MOST_BYTES = 32 * 1024  # of the answer in compact JSON (UTF-8)
MOST_RAW_BYTES = 4 * MOST_BYTES  # as sent: JSON may be indented
DEEPEST = 32
STRING_MAP = "STRING_MAP"


def read_answer(raw: bytes, response_type: str) -> dict[str, Any]:
    """The answer in `raw`. Raises FunctionError."""
    if len(raw) > MOST_RAW_BYTES:
        raise too_large()
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FunctionError("the answer is no JSON") from error
    if not isinstance(value, dict):
        raise FunctionError("the answer is no JSON object")
    return checked(value, response_type)


def checked(value: Mapping[str, Any], response_type: str) -> dict[str, Any]:
    """`value` as an answer of that type. Raises FunctionError."""
    if response_type == STRING_MAP:
        if any(isinstance(part, dict | list) for part in value.values()):
            raise FunctionError("the answer is no flat map of texts; STRING_MAP was asked for")
        value = {key: as_text(part) for key, part in value.items()}
    elif _too_deep(value):
        raise FunctionError(f"the answer is nested deeper than {DEEPEST} levels")
    if len(msgspec.json.encode(value)) > MOST_BYTES:
        raise too_large()
    return dict(value)


def too_large() -> FunctionError:
    """The fault of an answer past the limit."""
    return FunctionError(f"the answer exceeds {MOST_BYTES} bytes")


def _too_deep(value: object) -> bool:
    """Level by level, so that no depth can exhaust the stack."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return False
    return True


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []
