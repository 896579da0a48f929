"""API tokens as text, and what each of their scopes lets a program do. Pure but for the dice.

    lkt_<id, 12 letters>_<secret, 43 letters>

The id finds the token, the SHA-256 of the secret proves it; the text itself is shown once and never kept. A token may
do what its scopes say *and* its maker still may, at the branches of both: it ends with its maker.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from appliance.console.people.errors import PersonError
from appliance.console.people.roles import Right

PREFIX: Final = "lkt"
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_TEXT: Final = re.compile(rf"^{PREFIX}_([{_ALPHABET}]{{12}})_([A-Za-z0-9_-]{{43}})$")
LONGEST_LIFE_S: Final = 400 * 86400.0


class Scope(enum.StrEnum):
    """What a program may do."""

    READ = "read"
    LISTEN = "listen"
    OPERATE = "operate"
    ERASE = "erase"
    AUDIT = "audit"


RIGHT_OF: Final[Mapping[Scope, Right]] = {
    Scope.READ: Right.READ,
    Scope.LISTEN: Right.LISTEN,
    Scope.OPERATE: Right.OPERATE,
    Scope.ERASE: Right.ERASE,
    Scope.AUDIT: Right.AUDIT,
}  # no token manages people, tokens or webhooks


class FreshToken(msgspec.Struct, frozen=True, kw_only=True):
    """text: shown once; kept: what the database keeps."""

    token: str
    text: str
    kept: str


def fresh_token() -> FreshToken:
    token = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    secret = secrets.token_urlsafe(32)
    return FreshToken(token=token, text=f"{PREFIX}_{token}_{secret}", kept=_kept(secret))


def token_of(text: str) -> str | None:
    """The id, None for a text that is no token."""
    found = _TEXT.match(text)
    return found[1] if found else None


def proves(text: str, kept: str) -> bool:
    """Whether the text's secret is the one of `kept`."""
    found = _TEXT.match(text)
    return found is not None and hmac.compare_digest(_kept(found[2]), kept)


def scopes_of(words: Iterable[str]) -> frozenset[Scope]:
    """Raises PersonError for a word that is no scope, and for none at all."""
    try:
        scopes = frozenset(Scope(word) for word in words)
    except ValueError as error:
        raise PersonError(f"{error}; the scopes are {', '.join(Scope)}", kind="scope") from error
    if not scopes:
        raise PersonError(f"a token without a scope can do nothing; choose of {', '.join(Scope)}", kind="scope")
    return scopes


def rights_of(scopes: Iterable[Scope]) -> frozenset[Right]:
    return frozenset(RIGHT_OF[scope] for scope in scopes)


def _kept(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
