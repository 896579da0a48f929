"""Sessions: what the cookie holds, what the database keeps of it, and when one ends.

The cookie is 256 random bits; the database has their SHA-256 only, so that a copy of the database opens nothing. Each
step of a log-in makes a new one (no fixation), and log-out, a new password or a taken right ends it at once.

Source: OWASP ASVS 5 §7 (sessions), RFC 6265bis §4.1.3.2 (`__Host-`)
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
from typing import Final

IDLE_S: Final = 2 * 3600.0  # two hours without a click
LIFETIME_S: Final = 12 * 3600.0  # a working day, whatever happens
HALFWAY_S: Final = 600.0  # between password and second factor
TOUCH_S: Final = 60.0  # "last seen" is written no more often than that
_PLAIN_COOKIE: Final = "linekeeper"
_SECURE_COOKIE: Final = "__Host-linekeeper"


class Stage(enum.StrEnum):
    """How far a log-in has come."""

    PASSWORD = "password"  # the password was right, the second factor is to come
    NEW_PASSWORD = "new_password"  # the first password is for once: choose one
    ENROL = "enrol"  # no second factor yet: scan the code, type six digits
    SIGNED_IN = "signed_in"


def fresh_token() -> str:
    """A new cookie value."""
    return secrets.token_urlsafe(32)


def kept(token: str) -> str:
    """What the database keeps of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def form_key(token: str) -> str:
    """What every form of the session carries, so that no other site can send one (CSRF)."""
    return hmac.digest(token.encode(), b"linekeeper-form-1", "sha256").hex()


def cookie_name(*, secure: bool) -> str:
    """`__Host-` wherever the browser came by HTTPS: no other host or path can set it."""
    return _SECURE_COOKIE if secure else _PLAIN_COOKIE


def ends_s(*, stage: Stage, begun_s: float, seen_s: float) -> float:
    """When the session is over (wall time)."""
    if stage is not Stage.SIGNED_IN:
        return begun_s + HALFWAY_S
    return min(begun_s + LIFETIME_S, seen_s + IDLE_S)
