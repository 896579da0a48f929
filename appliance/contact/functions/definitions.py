"""What the functions service is told of each function: the published file `functions.json`.

Rendered from `[[functions]]` of the configuration. Holds no secrets: these stay in the files it names. Pure data apart
from `read_definitions`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

MOST_TRIES = 3  # reference flow-language.md, InvokeLambdaFunction
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*?)[ \t]*")  # RFC 9110 §5.1, §5.5


class Function(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=True):
    """Base of the three kinds.

    time_limit_s: of one invocation with all its tries (the flow's own limit counts where it is shorter).
    cache_max_age_s: how old a last good answer may be when the function can't be reached; 0: none is kept.
    cache_for: "caller": an answer is good for the same parameters and the same caller; "everyone": for the same
    parameters, whoever calls.
    """

    name: str
    time_limit_s: float = 8.0
    tries: int = MOST_TRIES
    cache_max_age_s: float = 0.0
    cache_for: Literal["caller", "everyone"] = "caller"


class HttpFunction(Function, frozen=True, kw_only=True, tag="http"):
    """POST the event to `url`. headers_file: lines `Name: value`, read at each call; ca_file: PEM, instead of the
    system's authorities."""

    url: str
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    headers_file: str = ""
    ca_file: str = ""


class CommandFunction(Function, frozen=True, kw_only=True, tag="command"):
    """Run `argv` (no shell) with the event on standard input; the answer is what it writes to standard output."""

    argv: tuple[str, ...]
    environment: dict[str, str] = msgspec.field(default_factory=dict)


class TableFunction(Function, frozen=True, kw_only=True, tag="table"):
    """The first row of `file` whose `column` is the event's `parameter`.

    table: the SQLite table or view; "": the file is CSV with a header line. columns: what is answered, () for all.
    parameter: a name among Details.Parameters, else a path in Details.ContactData ("CustomerEndpoint.Address").
    default: the answer where no row fits; None: the function fails then.
    """

    file: str
    column: str
    parameter: str
    table: str = ""
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    default: dict[str, str] | None = None


AnyFunction = HttpFunction | CommandFunction | TableFunction


class BoxFunction(Function, frozen=True, kw_only=True, tag="box"):
    """An operation of the box itself (`appliance.features`); never in the published file: it comes with the program."""


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[tuple[AnyFunction, ...]] = msgspec.json.Decoder(tuple[AnyFunction, ...])


def encode_definitions(functions: Sequence[AnyFunction]) -> bytes:
    """The content of `functions.json`."""
    return _encoder.encode(list(functions))


def read_definitions(path: Path) -> tuple[AnyFunction, ...]:
    """Raises OSError or msgspec.DecodeError: the file is rendered, not written by hand."""
    return _decoder.decode(path.read_bytes())


def parse_headers(text: str) -> dict[str, str]:
    """HTTP headers from lines `Name: value`; empty lines and lines that begin with # count nothing.

    Raises ValueError naming the first bad line by its number, never its content (it may be a secret).
    """
    headers: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _HEADER.fullmatch(line)
        if found is None:
            raise ValueError(f"line {number} is no header; write Name: value in printable ASCII")
        headers[found[1]] = found[2]
    return headers
