"""Identities on disk for boxes under test: real keys, a certificate that signs itself."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from appliance.sync.identity.identity import Console, Identity, store_identity
from appliance.sync.identity.key import new_key


def give_identity(data: Path, box: str, url: str) -> Identity:
    """As after enrolment at `url`; no console would believe it."""
    key, now = new_key(), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, box)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM).decode()
    console = Console(box=box, branch="seoul", url=url, authorities=pem, signing_keys=(), recipients=(), floor_s=0.0)
    return store_identity(data, key, pem, console)
