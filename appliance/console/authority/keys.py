"""The console's own keys: the authority that signs certificates, the key that signs orders.

They lie in one folder, mode 0700, files 0600, made at the first start. Consoles that share a database share this folder
(or a copy of it): whoever has these files is the console. Must not lie in the database, which is copied more often.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from appliance import durable
from appliance.errors import ConsoleError

AUTHORITY_YEARS = 20
BACKDATED = timedelta(days=1)  # boxes' clocks are behind


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleKeys:
    """`certificate`: the authority's own; `authority` signs certificates, `signing` signs orders."""

    authority: EllipticCurvePrivateKey
    certificate: x509.Certificate
    signing: Ed25519PrivateKey

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def signing_pem(self) -> str:
        """The public half."""
        key = self.signing.public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def fingerprint(self) -> str:
        """What a technician compares: SHA-256 of the authority's certificate, 64 hexadecimal digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def authority_folder(data_dir: Path) -> Path:
    """Where the keys lie."""
    return data_dir / "authority"


def console_keys(folder: Path, *, now: datetime | None = None) -> ConsoleKeys:
    """Those of `folder`, made where there are none. Several processes may begin at the same time.

    Raises ConsoleError for files that can't be read or that others may read.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, signing = folder / "authority.pem", folder / "signing.pem"
    if not authority.exists():
        durable.keep_first(authority, _new_authority(now or datetime.now(UTC)))
    if not signing.exists():
        durable.keep_first(signing, private_pem(Ed25519PrivateKey.generate()))
    try:
        text = _guarded(authority)
        key, signer = load_pem_private_key(text, None), load_pem_private_key(_guarded(signing), None)
        certificate = x509.load_pem_x509_certificate(text)
    except (OSError, ValueError) as error:
        raise ConsoleError(f"the console's keys in {folder} can't be used ({error}); put back a copy") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(signer, Ed25519PrivateKey):
        raise ConsoleError(f"the keys in {folder} are of another kind; put back a copy")
    return ConsoleKeys(authority=key, certificate=certificate, signing=signer)


def private_pem(key: EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _new_authority(now: datetime) -> bytes:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Linekeeper authority {secrets.token_hex(4)}")])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return private_pem(key) + certificate.public_bytes(Encoding.PEM)


def _guarded(file: Path) -> bytes:
    if file.stat().st_mode & 0o077:
        raise ConsoleError(f"{file} may be read by others; say: chmod 600 {file}")
    return file.read_bytes()
