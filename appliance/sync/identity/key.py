"""The box's private key and the request for a certificate. Made here, never sent anywhere.

Source: RFC 2986 (PKCS #10), FIPS 186-5 (P-256)
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from appliance.errors import SyncError


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def signing_request(key: EllipticCurvePrivateKey, name: str) -> str:
    """PEM; `name` is for people, the console decides who the box is."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


def as_pem(key: EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def from_pem(text: str) -> EllipticCurvePrivateKey:
    """Raises SyncError."""
    try:
        key = load_pem_private_key(text.encode(), None)
    except ValueError as error:
        raise SyncError(f"the box's key can't be read ({error}); enrol the box anew") from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise SyncError("the box's key is of another kind; enrol the box anew")
    return key
