"""The local API on the wire: one line of JSON a request, one line an answer, over the Unix socket `api.sock`.

    → {"id": 1, "op": "extension.add", "args": {"extension": "101"}}
    ← {"ok": true, "id": 1, "result": {"extension": "101", "password": "…"}}
    ← {"ok": false, "id": 1, "error": {"kind": "not_found", "message": "no extension 101; …", "problems": []}}

`kind` is a stable key for programs, `message` one line for people, `problems` the single faults of a document,
`sentence` what a flow says to the caller (box functions only).
Pure data: no I/O.
"""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.errors import (
    ApplianceError,
    ConfigError,
    ContactError,
    EdgeError,
    FlowError,
    ProblemsError,
    RecordError,
    RequestError,
    StoreError,
)

LONGEST_LINE = 16 << 20  # bytes; a bundle of some thousand flows
_KINDS: tuple[tuple[type[ApplianceError], str], ...] = (
    (ConfigError, "config"),
    (FlowError, "flow"),
    (EdgeError, "edge"),
    (ContactError, "contact"),
    (StoreError, "store"),
    (RecordError, "record"),
)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`id` comes back with the answer; any number the caller likes."""

    op: str
    id: int = 0
    args: dict[str, Any] = msgspec.field(default_factory=dict)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not carried out."""

    kind: str
    message: str
    problems: tuple[str, ...] = ()
    sentence: str | msgspec.UnsetType = msgspec.UNSET


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`result` where `ok`, else `error`."""

    ok: bool
    id: int = 0
    result: Any = None
    error: Fault | None = None


def fault_of(error: ApplianceError) -> Fault:
    """The fault that tells a caller of `error`."""
    if isinstance(error, RequestError):
        return Fault(kind=error.kind, message=str(error), sentence=error.sentence or msgspec.UNSET)
    kind = next((kind for known, kind in _KINDS if isinstance(error, known)), "failed")
    problems = error.problems if isinstance(error, ProblemsError) else ()
    return Fault(kind=kind, message=str(error), problems=problems)


_encoder = msgspec.json.Encoder()
_requests = msgspec.json.Decoder(Request)


def encode(line: Request | Answer) -> bytes:
    """The line, newline included."""
    return _encoder.encode(line) + b"\n"


def decode_request(line: bytes) -> Request:
    """Raises RequestError (`malformed`) for a line that is no request."""
    try:
        return _requests.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestError(f'not a request ({error}); send {{"op": …, "args": {{…}}}}', kind="malformed") from error
