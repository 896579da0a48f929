"""The box's identity on disk: `<data>/identity/`, mode 0700, files 0600, each replaced whole by rename.

    credentials.pem  key and certificate, in one file because they change together
    console.json     what the box believes of the console

Must not be part of a backup that goes to another machine: two boxes with one identity are both refused.
"""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from appliance import durable
from appliance.cloud.enrolment import CertificateAnswer
from appliance.cloud.signing import PublicKey, key_id, public_key
from appliance.errors import SyncError
from appliance.sync.identity.key import as_pem, from_pem

RENEW_AFTER = 2 / 3  # of the certificate's lifetime


class Console(msgspec.Struct, frozen=True, kw_only=True):
    """What the console said of itself and of this box at enrolment, and at each renewal since. floor_s: wall time that
    has passed for certain; revoked: why the console took the identity away, "" while it holds."""

    box: str
    branch: str
    url: str
    authorities: str
    signing_keys: tuple[str, ...]
    recipients: tuple[str, ...]
    floor_s: float
    revoked: str = ""


class Identity:
    """One state of the identity; a renewal makes another."""

    def __init__(self, folder: Path, console: Console, credentials: str) -> None:
        self.folder = folder
        self.console = console
        self._credentials = credentials

    @property
    def box(self) -> str:
        return self.console.box

    @property
    def credentials_file(self) -> Path:
        """PEM of key and certificate chain, as `ssl` loads it."""
        return self.folder / "credentials.pem"

    @cached_property
    def key(self) -> EllipticCurvePrivateKey:
        return from_pem(self._credentials)

    @cached_property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self._credentials.encode())

    @cached_property
    def signing_keys(self) -> dict[str, PublicKey]:
        """Whose orders count, by `key_id`."""
        return {key_id(key): key for key in map(public_key, self.console.signing_keys)}

    @property
    def renew_from_s(self) -> float:
        """Wall time from which a new certificate is due."""
        began, ends = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        return began.timestamp() + (ends - began).total_seconds() * RENEW_AFTER


def identity_folder(data: Path) -> Path:
    return data / "identity"


def is_enrolled(data: Path) -> bool:
    return (identity_folder(data) / "console.json").exists()


def load_identity(data: Path) -> Identity:
    """Raises SyncError for a box that isn't enrolled, or whose files can't be used."""
    folder = identity_folder(data)
    try:
        console = msgspec.json.decode((folder / "console.json").read_bytes(), type=Console)
        identity = Identity(folder, console, (folder / "credentials.pem").read_text(encoding="ascii"))
        assert identity.certificate
    except FileNotFoundError as error:
        raise SyncError("this box belongs to no console; say: linekeeper enroll URL CODE") from error
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise SyncError(f"the box's identity in {folder} can't be read ({error}); enrol the box anew") from error
    return identity


def store_identity(data: Path, key: EllipticCurvePrivateKey, certificate: str, console: Console) -> Identity:
    """Durable when it returns. `certificate`: PEM chain, leaf first. Raises SyncError."""
    folder = identity_folder(data)
    credentials = as_pem(key) + certificate
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(folder / "credentials.pem", credentials.encode())
        _replace(folder / "console.json", msgspec.json.encode(console))
    except OSError as error:
        raise SyncError(f"the box's identity can't be stored in {folder}: {error}") from error
    return Identity(folder, console, credentials)


def store_console(data: Path, console: Console) -> None:
    """Only what is believed of the console. Raises SyncError."""
    folder = identity_folder(data)
    try:
        _replace(folder / "console.json", msgspec.json.encode(console))
    except OSError as error:
        raise SyncError(f"what the box knows of its console can't be stored in {folder}: {error}") from error


def renewed(console: Console, answer: CertificateAnswer) -> Console:
    """After a renewal: what the console says now."""
    return msgspec.structs.replace(
        console,
        authorities=answer.authorities,
        signing_keys=answer.signing_keys,
        recipients=answer.recipients,
        floor_s=max(console.floor_s, answer.now_s),
    )


def _replace(file: Path, content: bytes) -> None:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    durable.sync(file.parent)
