"""Keeps secrets that the console itself must read again (second factors, webhook secrets) unreadable in the database.

The key lies beside the database, not in it: `<data dir>/secrets.key`, 32 bytes, mode 0600, made at the first use. All
processes of one console share it: copy the file where they run on several machines. AES-256-GCM, bound to its purpose.

Source: NIST SP 800-38D
"""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from appliance import durable
from appliance.errors import ConsoleError

KEY_FILE: Final = "secrets.key"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class VaultError(ConsoleError):
    """The key is missing, unreadable, or not the one that sealed."""


class Vault:
    """purpose: what the secret is of (`factor:kim`); a sealed text opens for the same purpose only."""

    def __init__(self, data_dir: Path) -> None:
        """Raises VaultError."""
        self._cipher = AESGCM(_key(data_dir / KEY_FILE))

    def seal(self, secret: str, *, purpose: str) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), purpose.encode())).decode()

    def open(self, sealed: str, *, purpose: str) -> str:
        """Raises VaultError."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise VaultError(
                f"a secret of {purpose} doesn't open with this {KEY_FILE}; restore the file of this database"
            ) from error


def _key(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise VaultError(f"{path} has {len(key)} bytes; a key has {_KEY_BYTES}: restore it from its copy")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and only one of several processes that begin at once makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.keep_first(path, secrets.token_bytes(_KEY_BYTES))
