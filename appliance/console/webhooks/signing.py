"""How a webhook's receiver can tell that a request is the console's, fresh, and the same event as one before. Pure.

    webhook-id: the event's id, the same at every retry       webhook-timestamp: seconds since the epoch of this try
    webhook-signature: v1,<base64 of HMAC-SHA-256(secret, "<id>.<timestamp>.<body>")>, one more for an old secret

Source: the Standard Webhooks specification 1.0 (standard-webhooks/standard-webhooks, spec/standard-webhooks.md)
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from appliance.console.people.errors import PersonError

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
TOLERANCE_S: Final = 300.0  # how old a request a receiver should take
_PREFIX: Final = "whsec_"


def fresh_secret() -> str:
    """A new signing secret: 256 bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(body: bytes, *, event: str, wall_s: float, secrets_: Sequence[str]) -> dict[str, str]:
    """What goes with the body. `secrets_`: the newest first; an older one for as long as it is being replaced."""
    at = str(int(wall_s))
    said = " ".join(f"v1,{_signature(body, event=event, at=at, secret=secret)}" for secret in secrets_)
    return {ID: event, TIMESTAMP: at, SIGNATURE: said}


def genuine(body: bytes, sent: Mapping[str, str], *, secret: str, wall_s: float) -> bool:
    """What a receiver does: whether one of the signatures is of this secret, and the request fresh."""
    event, at, said = (sent.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not at.isascii() or not at.isdigit() or abs(int(at) - wall_s) > TOLERANCE_S:
        return False
    expected = f"v1,{_signature(body, event=event, at=at, secret=secret)}"
    return any(hmac.compare_digest(one.encode(), expected.encode()) for one in said.split(" "))


def _signature(body: bytes, *, event: str, at: str, secret: str) -> str:
    digest = hmac.digest(_key(secret), f"{event}.{at}.".encode() + body, "sha256")
    return base64.b64encode(digest).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise PersonError(
            "a webhook's secret is whsec_ and base64; make a new one on its page", kind="webhook_secret"
        ) from error
