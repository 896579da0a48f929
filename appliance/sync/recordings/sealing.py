"""Seals a recording: an age file that only the organisation can open (https://age-encryption.org/v1).

Interrupted at any byte it leaves the original as it was and a part that the next try replaces: the sealed file is
written aside, made durable, then renamed. Taking away the original is a step of its own, for when the store knows of
the sealed file. Must not keep a key that opens anything.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyrage
from pyrage import x25519

from appliance import durable
from appliance.errors import SyncError

SUFFIX = ".age"
PART = ".part"


class SealingError(SyncError):
    """It can't be sealed now (disk full, original changed); the original stays."""


class SealedFile(msgspec.Struct, frozen=True, kw_only=True):
    """`bytes` and `sha256` of the age file, `plain_sha256` of what is inside."""

    bytes: int
    sha256: str
    plain_sha256: str


def seal(source: Path, target: Path, recipients: Sequence[str], *, expected_sha256: str | None = None) -> SealedFile:
    """Encrypt `source` to every one of `recipients` (age public keys) as `target`, replacing what is there.

    Blocks for some milliseconds a megabyte. Raises SealingError, with `target` as it was, also where `source` is not
    the file of `expected_sha256`.
    """
    keys = [_recipient(recipient) for recipient in recipients]
    if not keys:
        raise SealingError("there is no key of an organisation to seal to; enrol the box ('linekeeper enroll')")
    part = target.with_name(target.name + PART)
    with _disk_errors(source):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            sealed = _encrypt(source, part, keys)
            if expected_sha256 is not None and sealed.plain_sha256 != expected_sha256:
                raise SealingError(f"{source} has changed since it was recorded; look at it with 'recording export'")
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        durable.sync(target.parent)
    return sealed


def require_recipients(recipients: Sequence[str]) -> None:
    """Raises SealingError where one of them is no age public key."""
    for recipient in recipients:
        _recipient(recipient)


def _encrypt(source: Path, part: Path, keys: Sequence[x25519.Recipient]) -> SealedFile:
    with source.open("rb") as plain, part.open("wb") as sealed:
        os.fchmod(sealed.fileno(), 0o600)
        reader, writer = _Counted(plain), _Counted(sealed)
        pyrage.encrypt_io(reader, writer, list(keys))
        sealed.flush()
        os.fsync(sealed.fileno())
    return SealedFile(bytes=writer.bytes, sha256=writer.hexdigest, plain_sha256=reader.hexdigest)


class _Counted:
    """A file that counts and hashes what goes through it."""

    def __init__(self, file: BinaryIO) -> None:
        self.bytes = 0
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def hexdigest(self) -> str:
        return self._digest.hexdigest()

    def read(self, size: int = -1) -> bytes:
        return self._noted(self._file.read(size))

    def write(self, data: bytes) -> int:
        self._file.write(self._noted(data))
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def _noted(self, data: bytes) -> bytes:
        self._digest.update(data)
        self.bytes += len(data)
        return data


def _recipient(text: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise SealingError(f"{text[:80]!r} is no age public key ({error}); enrol the box again") from error


@contextmanager
def _disk_errors(source: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pyrage.EncryptError) as error:
        raise SealingError(f"could not seal {source}: {error}; check the disk") from error
