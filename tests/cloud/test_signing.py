"""Signatures hold for the very bytes, key and box, and for nothing else."""

from __future__ import annotations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from appliance.cloud import signing
from appliance.cloud.errors import MalformedError, SignatureError
from appliance.cloud.orders import Command, CommandKind

KEY = Ed25519PrivateKey.generate()
KEYS = {signing.key_id(KEY.public_key()): KEY.public_key()}
ORDER = Command(box="b", number=1, issued_s=0.0, command=CommandKind.RESTART, expires_s=9.0)


def test_order_when_signed_and_opened_then_the_same() -> None:
    travelled = signing.decode_signed(msgspec.json.encode(signing.sign(ORDER, KEY)))
    assert signing.opened(travelled, keys=KEYS, box="b") == ORDER


@pytest.mark.parametrize("field", ["payload", "signature"])
def test_order_when_a_bit_is_turned_then_refused(field: str) -> None:
    signed = signing.sign(ORDER, KEY)
    turned = bytearray(getattr(signed, field))
    turned[5] ^= 1
    with pytest.raises(SignatureError):
        signing.opened(msgspec.structs.replace(signed, **{field: bytes(turned)}), keys=KEYS, box="b")


def test_order_when_for_another_box_or_by_a_stranger_then_refused() -> None:
    with pytest.raises(SignatureError, match="not for this one"):
        signing.opened(signing.sign(ORDER, KEY), keys=KEYS, box="c")
    with pytest.raises(SignatureError, match="unknown key"):
        signing.opened(signing.sign(ORDER, Ed25519PrivateKey.generate()), keys=KEYS, box="b")


def test_order_when_signed_but_no_order_then_refused() -> None:
    signed = signing.Signed(key=next(iter(KEYS)), payload=b'{"type":"party"}', signature=KEY.sign(b'{"type":"party"}'))
    with pytest.raises(MalformedError):
        signing.opened(signed, keys=KEYS, box="b")


@pytest.mark.parametrize("key", [KEY, generate_private_key(SECP256R1())])
def test_signature_when_checked_then_only_of_that_text(key: signing.PrivateKey) -> None:
    signature = signing.from_header(signing.as_header(signing.signature_of(key, b"text")))
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    signing.verify(signing.public_key(pem), b"text", signature)
    with pytest.raises(SignatureError):
        signing.verify(signing.public_key(pem), b"other", signature)


def test_what_makes_no_sense_when_read_then_said() -> None:
    for read in (
        lambda: signing.public_key("no"),
        lambda: signing.from_header("-"),
        lambda: signing.decode_signed(b"{}"),
    ):
        with pytest.raises(MalformedError):
            read()
