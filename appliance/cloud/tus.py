"""What tus 1.0 writes into headers, for both sides: names, metadata, checksums. Pure.

Used of the extensions: creation, checksum, termination, expiration. Every chunk carries its SHA-256. An upload belongs
to a recording, so creating it again gives the same address, and its `GET` says `UploadDone` once it is verified.

Source: https://tus.io/protocols/resumable-upload (1.0.0)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping

from appliance.cloud.errors import MalformedError

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,termination,expiration"
CHUNK_TYPE = "application/offset+octet-stream"
MOST_CHUNK_BYTES = 8_000_000  # of one PATCH; what a checksum covers has to fit into memory

RESUMABLE = "Tus-Resumable"
OFFSET = "Upload-Offset"
LENGTH = "Upload-Length"
METADATA = "Upload-Metadata"
CHECKSUM = "Upload-Checksum"
EXPIRES = "Upload-Expires"

CHECKSUM_MISMATCH = 460  # tus: the chunk is not what its checksum says
_KEY = re.compile(r"^[!-+\--~]{1,64}$")  # no blank, no comma
_NUMBER = re.compile(r"^(0|[1-9][0-9]{0,14})$")
_MOST_METADATA = 4096


def write_metadata(pairs: Mapping[str, str]) -> str:
    """`recording YWJj,name …`: each value in base64."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def read_metadata(text: str) -> dict[str, str]:
    """The inverse of `write_metadata`; a key without a value has "". Raises MalformedError."""
    if len(text) > _MOST_METADATA:
        raise MalformedError(f"{METADATA} of {len(text)} characters; at most {_MOST_METADATA} are taken")
    pairs: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, _, value = part.partition(" ")
        if not _KEY.match(key) or key in pairs:
            raise MalformedError(f"{METADATA} has the key {key[:64]!r} twice, or it is none")
        try:
            pairs[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise MalformedError(f"{METADATA} {key[:64]!r} is no base64 of a text") from error
    return pairs


def write_checksum(data: bytes) -> str:
    """`sha256 …` of a chunk."""
    return f"sha256 {base64.b64encode(hashlib.sha256(data).digest()).decode()}"


def checksum_holds(text: str, data: bytes) -> bool:
    """Raises MalformedError for anything but a SHA-256."""
    name, _, value = text.partition(" ")
    if name != "sha256":
        raise MalformedError(f"{CHECKSUM} {name[:20]!r} is not known here; use sha256")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError(f"{CHECKSUM} is no base64") from error
    return digest == hashlib.sha256(data).digest()


def read_number(name: str, text: str | None) -> int:
    """A length or offset in bytes. Raises MalformedError."""
    if text is None or not _NUMBER.match(text):
        raise MalformedError(f"{name} is {text!r:.40}; it has to be a number of bytes")
    return int(text)
