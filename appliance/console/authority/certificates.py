"""Certificates that the authority issues: for boxes (client) and for the console's own port (server).

What a signing request asks for is ignored but for its key: the authority says who the box is.

Source: RFC 5280, RFC 2986
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.cloud.envelope import source_of
from appliance.cloud.errors import MalformedError
from appliance.console.authority.keys import BACKDATED, ConsoleKeys, private_pem

BOX_LIFETIME = timedelta(days=180)
SERVER_LIFETIME = timedelta(days=397)
MOST_CSR_BYTES = 8192


class BoxCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What a client certificate of ours says. serial: hexadecimal; times: wall seconds."""

    box: str
    serial: str
    began_s: float
    ends_s: float
    public_key: EllipticCurvePublicKey


def requested_key(csr: str) -> EllipticCurvePublicKey:
    """The P-256 key of a signing request (PEM), whose private half the sender has. Raises MalformedError."""
    if len(csr) > MOST_CSR_BYTES:
        raise MalformedError(f"a signing request of {len(csr)} characters; at most {MOST_CSR_BYTES} are taken")
    try:
        request = x509.load_pem_x509_csr(csr.encode())
        key, holds = request.public_key(), request.is_signature_valid
    except (ValueError, InvalidSignature) as error:
        raise MalformedError(f"no signing request (PEM): {error}") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise MalformedError("a signing request for another kind of key; boxes have P-256 keys")
    if not holds:
        raise MalformedError("a signing request that isn't signed by its own key")
    return key


def issue_box(keys: ConsoleKeys, *, box: str, key: EllipticCurvePublicKey, now: datetime) -> x509.Certificate:
    """A client certificate for `box`."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, box)])
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(source_of(box))])
    extensions = (names, _purpose(ExtendedKeyUsageOID.CLIENT_AUTH))
    return _issue(keys, name, key, (now, now + BOX_LIFETIME), extensions)


def issue_server(keys: ConsoleKeys, names: Sequence[str], *, now: datetime) -> bytes:
    """A new key with a certificate for these host names and addresses, and the authority's: PEM, as `ssl` loads it."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    extensions = (
        x509.SubjectAlternativeName([_host(name) for name in names]),
        _purpose(ExtendedKeyUsageOID.SERVER_AUTH),
    )
    certificate = _issue(keys, subject, key.public_key(), (now, now + SERVER_LIFETIME), extensions)
    return private_pem(key) + certificate.public_bytes(Encoding.PEM) + keys.certificate_pem.encode()


def hosts_of(certificate: x509.Certificate) -> set[str]:
    """The names and addresses that a server certificate is for."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def serial_of(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:x}"


def shown(der: bytes, authority: x509.Certificate) -> BoxCertificate:
    """What a certificate says that this authority issued to a box. Raises MalformedError for any other."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(authority)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        key = certificate.public_key()
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as error:
        raise MalformedError("a client certificate that this console's authority didn't issue") from error
    if (
        ExtendedKeyUsageOID.CLIENT_AUTH not in purposes
        or len(names) != 1
        or not isinstance(key, EllipticCurvePublicKey)
    ):
        raise MalformedError("a certificate that is for no box")
    return BoxCertificate(
        box=str(names[0].value),
        serial=serial_of(certificate),
        began_s=certificate.not_valid_before_utc.timestamp(),
        ends_s=certificate.not_valid_after_utc.timestamp(),
        public_key=key,
    )


def _issue(
    keys: ConsoleKeys,
    subject: x509.Name,
    key: EllipticCurvePublicKey,
    valid: tuple[datetime, datetime],
    extensions: Sequence[x509.ExtensionType],
) -> x509.Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(keys.authority.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(keys.certificate.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0] - BACKDATED)
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(issuer, critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(keys.authority, hashes.SHA256())


def _purpose(oid: x509.ObjectIdentifier) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([oid])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
