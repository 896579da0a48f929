"""Reads JSON out of files that are almost JSON: templates with placeholders, comments, trailing commas, and texts
(CloudFormation YAML, Terraform, source code) with a flow somewhere inside. Finds values; judges nothing."""

from __future__ import annotations

import re
from typing import Any

import msgspec

# Placeholders outside a string that must become one: ${x}, $${x}, {{x}}, {{{x}}}, %x%, %%x%%, <<x>>, <%= x %>
_PLACEHOLDER = re.compile(
    r"\$*\$\{[^{}\n]*\}|\{\{\{[^{}\n]*\}\}\}|\{\{[^{}\n]*\}\}|%%?[A-Za-z_][\w.-]*%%?|<<[^<>\n]+>>|<%=?[^%\n]*%>"
)
_INSIDE = re.compile(r"\$\{(?:[^{}\"]|\"[^\"\n]*\")*\}|\{\{(?:[^{}\"]|\"[^\"\n]*\")*\}\}")
_BLANK = re.compile(r"\s+")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|#[^\n]*", re.DOTALL)
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MARK = re.compile(r'"(?:StartAction|modules)"|\\"(?:StartAction|modules)\\"')
_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*(")')
_LONGEST_SEARCH = 200


def decode_text(data: bytes) -> str:
    """The text of a file in UTF-8, with or without a mark, or UTF-16 with one; anything else as Latin-1."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def loads(text: str) -> Any:
    """The value of a JSON text, exact or repaired. Raises ValueError where there is none."""
    for attempt in (text, repaired(text)):
        try:
            return msgspec.json.decode(attempt)
        except (ValueError, RecursionError):
            continue
    raise ValueError("no JSON value")


def repaired(text: str) -> str:
    """`text` with placeholders quoted, control characters escaped, comments and trailing commas dropped."""
    out: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == '"':
            piece, at = _string(text, at)
        elif text[at] in ",}]":
            piece, at = text[at], at + 1
            if piece != ",":
                _drop_trailing_comma(out)
        else:
            piece, at = _outside(text, at)
        out.append(piece)
    return "".join(out)


def _outside(text: str, at: int) -> tuple[str, int]:
    found = _PLACEHOLDER.match(text, at)
    if found is not None:
        return msgspec.json.encode(found.group()).decode(), found.end()
    comment = _COMMENT.match(text, at)
    return (" ", comment.end()) if comment is not None else (text[at], at + 1)


def _drop_trailing_comma(out: list[str]) -> None:
    for back in range(len(out) - 1, -1, -1):
        if not _BLANK.fullmatch(out[back]):
            if out[back] == ",":
                out[back] = " "
            return


def _string(text: str, at: int) -> tuple[str, int]:
    """One string literal from its quote on; quotes inside a placeholder belong to the placeholder."""
    out = ['"']
    at += 1
    while at < len(text):
        char = text[at]
        if char == '"':
            return "".join(out) + '"', at + 1
        if char == "\\" and at + 1 < len(text):
            out.append(text[at : at + 2])
            at += 2
            continue
        inside = _INSIDE.match(text, at) if char in "${" else None
        if inside is not None:
            out.append(inside.group().replace('"', '\\"'))
            at = inside.end()
            continue
        out.append(_ESCAPES.get(char, char))
        at += 1
    return "".join(out), at


def embedded(text: str) -> list[Any]:
    """Every JSON object inside `text` that holds the mark of a flow, in order."""
    found: list[Any] = []
    end = 0
    for mark in _MARK.finditer(text):
        if mark.start() < end:
            continue
        escaped = mark.group().startswith("\\")
        values, stop = (_in_literal if escaped else _around)(text, mark.start(), end)
        found += values
        end = max(end, stop)
    return found


def _around(text: str, mark: int, floor: int) -> tuple[list[Any], int]:
    """The smallest object around `mark` that reads as JSON and holds it as a key of its own."""
    at = mark
    for _ in range(_LONGEST_SEARCH):
        at = text.rfind("{", floor, at)
        if at < 0:
            break
        stop = _closing(text, at)
        if stop > mark and (value := _object(text[at:stop])) is not None:
            return [value], stop
    return [], 0


def _in_literal(text: str, mark: int, floor: int) -> tuple[list[Any], int]:
    """What is inside the string literal around an escaped `mark`."""
    quotes = [found.start(1) for found in _QUOTE.finditer(text, floor)]
    before = [at for at in quotes if at < mark]
    after = [at for at in quotes if at > mark]
    if not before or not after:
        return [], 0
    try:
        inner = loads(text[before[-1] : after[0] + 1])
    except ValueError:
        return [], 0
    return (embedded(inner) if isinstance(inner, str) else []), after[0] + 1


def _object(piece: str) -> Any:
    try:
        value = loads(piece)
    except ValueError:
        return None
    return value if isinstance(value, dict) and ("StartAction" in value or "modules" in value) else None


def _closing(text: str, at: int) -> int:
    """One past the brace that closes the one at `at`, strings skipped; -1 where it is missing."""
    depth, quoted, escaped = 0, False, False
    for position in range(at, len(text)):
        char = text[position]
        if quoted and char == "\\" and not escaped:
            escaped = True
            continue
        if char == '"' and not escaped:
            quoted = not quoted
        elif not quoted:
            depth += (char == "{") - (char == "}")
            if depth == 0:
                return position + 1
        escaped = False
    return -1
