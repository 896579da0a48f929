"""Passwords: what is taken as one, and how it is kept (argon2id). Must not log or echo one.

Length counts, not composition, and what everybody tries first is no password (NIST SP 800-63B §5.1.1.2). Hashes carry
their own parameters, so that stronger ones take over at the next log-in.

Source: RFC 9106 §4 (argon2id, second recommended option), NIST SP 800-63B
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from functools import cache
from typing import Final

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from appliance.console.people.errors import PersonError

SHORTEST: Final = 12
LONGEST: Final = 200
_FIRST_TRIES: Final = (
    "password",
    "passwort",
    "linekeeper",
    "letmein",
    "qwerty",
    "administrator",
    "welcome",
    "iloveyou",
)
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789")
_FRESH_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_OF_RANDOM = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP: the least for argon2id


def checked(password: str, *, name: str) -> str:
    """The password, if it will do for the person of that log-in name. Raises PersonError."""
    plain = password.casefold()
    if len(password) < SHORTEST:
        raise PersonError(
            f"a password of {len(password)} characters is too short; take at least {SHORTEST}",
            kind="password_short",
            least=SHORTEST,
        )
    if len(password) > LONGEST:
        raise PersonError(
            f"a password of {len(password)} characters is too long; take at most {LONGEST}",
            kind="password_long",
            most=LONGEST,
        )
    if len(set(plain)) < 5 or any(plain in row or plain in row[::-1] for row in _ROWS):
        raise PersonError(
            "a password of repeated or neighbouring characters is guessed first; take another", kind="password_row"
        )
    rest = plain
    for word in (*_FIRST_TRIES, name.casefold()):
        rest = rest.replace(word, "") if word else rest
    if len(rest) < 6:
        raise PersonError(
            "a password made of a common word or the log-in name is guessed first; take another",
            kind="password_common",
        )
    return password


def hashed(password: str) -> str:
    """What is stored (PHC string). Takes about 50 ms and 64 MiB: call it off the event loop."""
    return _HASHER.hash(password)


def matches(password: str, kept: str) -> bool:
    """Whether it is the password of that hash. An empty `kept` (nobody of that name) never fits, but takes as long."""
    try:
        return _HASHER.verify(kept or _nobody(), password[:LONGEST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether the hash was made with parameters that are no longer the ones of now."""
    return _HASHER.check_needs_rehash(kept)


def hashed_alike(texts: Sequence[str]) -> list[str]:
    """Of random texts, which nobody guesses as people's passwords are: quicker (15 ms each), and all with one new salt,
    so that a text is looked for among them by one hash."""
    salt = secrets.token_bytes(_OF_RANDOM.salt_len)
    return [_OF_RANDOM.hash(text, salt=salt) for text in texts]


def hashed_like(text: str, kept: str) -> str:
    """The hash of the text with the salt and the parameters of another one."""
    salt = kept.split("$")[4]
    salted = base64.b64decode(salt + "=" * (-len(salt) % 4))
    return PasswordHasher.from_parameters(extract_parameters(kept)).hash(text[:LONGEST], salt=salted)


def fresh() -> str:
    """A password for once, to be read out: `kx3m-99pw-ab7d-qq2f` (79 bits)."""
    return "-".join(letters(4) for _ in range(4))


def letters(count: int) -> str:
    """As many random ones that nobody takes for others, digits among them (4.9 bits each)."""
    return "".join(secrets.choice(_FRESH_ALPHABET) for _ in range(count))


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))
