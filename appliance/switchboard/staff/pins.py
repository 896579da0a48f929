"""PINs of agents: what may be one, its hash (scrypt, RFC 7914), and the check. Must not log, store or show any."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import re
import secrets

from appliance.errors import RequestError

PIN = re.compile(r"[0-9]{4,10}")
MADE_DIGITS = 6
COST, BLOCK, PARALLEL = 2**14, 8, 1  # 16 MB and about 0.1 s on a Pi 4
_SALT_BYTES = 16
_NOBODY = "scrypt$00$00"


def make_pin() -> str:
    """A PIN that `checked_pin` takes."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(MADE_DIGITS))
        if not _is_easy(pin):
            return pin


def checked_pin(pin: str) -> str:
    """`pin`, if it may be one. Raises RequestError, without the PIN in its text."""
    if not PIN.fullmatch(pin):
        raise RequestError("this is no PIN; use 4 to 10 digits")
    if _is_easy(pin):
        raise RequestError("this PIN is too easy to guess; use digits that are neither all the same nor in a row")
    return pin


def hash_pin(pin: str) -> str:
    """The hash to keep: `scrypt$<salt>$<key>`, hexadecimal."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt${salt.hex()}${_key(pin, salt).hex()}"


def is_pin(pin: str, kept: str) -> bool:
    """Whether `kept` is the hash of `pin`. Takes as long for no hash at all ("")."""
    _, salt, key = (kept or _NOBODY).split("$")
    right = hmac.compare_digest(_key(pin, bytes.fromhex(salt)), bytes.fromhex(key))
    return right and bool(kept)


def _key(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK, p=PARALLEL, dklen=32)


def _is_easy(pin: str) -> bool:
    steps = {int(after) - int(before) for before, after in itertools.pairwise(pin)}
    return steps in ({0}, {1}, {-1})
