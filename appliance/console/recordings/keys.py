"""The organisation's age keys for recordings: boxes seal to `recipients.txt`, the console opens with `identities.txt`.

Both lie in `<data>/recording-keys`, mode 0700, and are made at the first start, one key each. Whoever has an identity
hears every recording sealed to it: an organisation may take `identities.txt` away and keep it elsewhere; then people
hand it in with each request. Recipients are added by a line; boxes learn of them with their next certificate.

Source: https://age-encryption.org/v1 (X25519)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyrage
from pyrage import x25519

from appliance import durable
from appliance.errors import ConsoleError

FOLDER = "recording-keys"  # in the console's data folder
RECIPIENTS, IDENTITIES = "recipients.txt", "identities.txt"


class RecordingKeyError(ConsoleError):
    """A key that can't be read, or that others may read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingKeys:
    """recipients: public keys, `age1…`; identities: those that the console itself may open with, perhaps none. Secret:
    not in `repr`."""

    recipients: tuple[str, ...]
    identities: tuple[x25519.Identity, ...]

    def __repr__(self) -> str:
        return f"RecordingKeys(recipients={self.recipients!r}, {len(self.identities)} identities)"


def recording_keys(data_dir: Path) -> RecordingKeys:
    """Read anew each time: files may be taken away or added while the console serves. Raises RecordingKeyError."""
    folder = data_dir / FOLDER
    recipients, identities = folder / RECIPIENTS, folder / IDENTITIES
    try:
        if not recipients.exists():
            _make(folder)
        _require_private(identities)
        return RecordingKeys(
            recipients=tuple(_lines(recipients.read_text(encoding="ascii"))),
            identities=parse_identities(identities.read_text(encoding="ascii")) if identities.exists() else (),
        )
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingKeyError(f"the keys of recordings in {folder} can't be read ({error})") from error


def parse_identities(text: str) -> tuple[x25519.Identity, ...]:
    """Of an age key file: lines `AGE-SECRET-KEY-…`, comments after #. Raises RecordingKeyError, without the text."""
    try:
        return tuple(x25519.Identity.from_str(line) for line in _lines(text))
    except pyrage.IdentityError:
        raise RecordingKeyError("this is no age key file; its lines begin with AGE-SECRET-KEY-1") from None


def _make(folder: Path) -> None:
    """The identity first: a recipient without one would seal what nobody opens."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / IDENTITIES).exists():
        durable.keep_first(folder / IDENTITIES, _written([str(x25519.Identity.generate())]))
    keys = parse_identities((folder / IDENTITIES).read_text(encoding="ascii"))
    durable.keep_first(folder / RECIPIENTS, _written(str(key.to_public()) for key in keys))


def _written(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _require_private(file: Path) -> None:
    if file.exists() and file.stat().st_mode & 0o077:
        raise RecordingKeyError(f"{file} may be read by others; say: chmod 600 {file}")


def _lines(text: str) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]
