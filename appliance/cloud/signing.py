"""Signatures of both sides: the console's Ed25519 key over what goes down, the box's P-256 key over its chain.

A signed document is its exact bytes with the signature beside them; it is decoded only after the signature holds.

Source: RFC 8032 (Ed25519), FIPS 186-5 (ECDSA with SHA-256)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from appliance.cloud.errors import MalformedError, SignatureError
from appliance.cloud.orders import Order

MOST_BYTES = 8_000_000  # of one document
PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
PublicKey = Ed25519PublicKey | EllipticCurvePublicKey


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """payload: an Order as JSON; key: `key_id` of who signed; both byte fields are base64 in JSON."""

    key: str
    payload: bytes
    signature: bytes


def key_id(key: PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the key (DER, SubjectPublicKeyInfo)."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()[:16]


def sign(order: Order, key: Ed25519PrivateKey) -> Signed:
    payload = msgspec.json.encode(order)
    return Signed(key=key_id(key.public_key()), payload=payload, signature=key.sign(payload))


def opened(signed: Signed, *, keys: Mapping[str, PublicKey], box: str) -> Order:
    """The order, if one of the console's `keys` (by key_id) signed it for this box.

    Raises SignatureError, MalformedError.
    """
    key = keys.get(signed.key)
    if key is None:
        raise SignatureError(f"a document signed by the unknown key {signed.key[:32]!r}")
    verify(key, signed.payload, signed.signature)
    try:
        order: Order = _ORDER.decode(signed.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedError(f"a signed document that makes no sense: {error}") from error
    if order.box != box:
        raise SignatureError(f"a document for box {order.box!r}, not for this one ({box})")
    return order


def signature_of(key: PrivateKey, text: bytes) -> bytes:
    return key.sign(text) if isinstance(key, Ed25519PrivateKey) else key.sign(text, ECDSA(hashes.SHA256()))


def verify(key: PublicKey, text: bytes, signature: bytes) -> None:
    """Raises SignatureError."""
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, text)
        else:
            key.verify(signature, text, ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SignatureError(f"a signature that is not of key {key_id(key)}") from error


def public_key(pem: str) -> PublicKey:
    """Raises MalformedError for anything but an Ed25519 or elliptic-curve key."""
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise MalformedError(f"no public key: {error}") from error
    if not isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey):
        raise MalformedError("a public key that is neither Ed25519 nor elliptic-curve")
    return key


def decode_signed(text: bytes) -> Signed:
    """Raises MalformedError."""
    if len(text) > MOST_BYTES:
        raise MalformedError(f"a signed document of {len(text)} bytes; at most {MOST_BYTES} are taken")
    try:
        return _SIGNED.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, binascii.Error) as error:
        raise MalformedError(f"no signed document: {error}") from error


def as_header(signature: bytes) -> str:
    return base64.b64encode(signature).decode()


def from_header(text: str) -> bytes:
    """Raises MalformedError."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("a signature that is no base64") from error


_SIGNED = msgspec.json.Decoder(Signed)
_ORDER = msgspec.json.Decoder(Order)
