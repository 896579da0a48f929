"""What a contact process asks of the studio: one request and one reply a connection, each one packet of JSON.

The socket is of type SOCK_SEQPACKET, so that packets keep their borders. Pure: no I/O here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from appliance.flow.commands import Message

LONGEST_PACKET = 120_000  # bytes; 6,000 characters of text need 24,000
_VERSION = "speech-2"  # change it when the same message must sound different


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Make `<key>.wav` in the cache: of `message`, or of the audio file named `source` in the prompt folder."""

    key: str
    message: Message | None = None
    source: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """`file`: the name in the cache, "" where it can't be made; `fault` then says why."""

    file: str = ""
    fault: str = ""


def cleaned(message: Message) -> Message:
    """`message` without characters that no UTF-8 can carry (half surrogates from JSON escapes)."""
    clean = {field: _clean(value) for field, value in msgspec.structs.asdict(message).items() if value is not None}
    return msgspec.structs.replace(message, **clean)


def key_of(message: Message) -> str:
    """The cache's name for the sound of `message`: what is heard depends on nothing else but the box's voices."""
    return _digest((_VERSION, *(str(value) for value in msgspec.structs.astuple(message))))


def key_of_file(name: str, modified_ns: int, size: int) -> str:
    """The cache's name for a converted file, by what a look at the folder tells."""
    return _digest((_VERSION, "file", name, str(modified_ns), str(size)))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256(msgspec.json.encode([_clean(part) for part in parts])).hexdigest()
