"""The second factor: six digits of a phone's authenticator, each good for one log-in only. Pure: the clock comes in.

Source: RFC 6238 (30 s steps, SHA-1, 6 digits: what every authenticator does), RFC 4226 §7.2 and RFC 6238 §5.2 (one use)
"""

from __future__ import annotations

import hmac
from typing import Final

import pyotp

STEP_S: Final = 30
DIGITS: Final = 6
_DRIFT_STEPS: Final = 1  # a phone's clock may be half a minute off either way
ISSUER: Final = "Linekeeper"


def fresh_secret() -> str:
    """A new shared secret: 160 bits, base32."""
    return pyotp.random_base32()


def address(secret: str, *, name: str, host: str) -> str:
    """What the QR code says (otpauth URI)."""
    return pyotp.TOTP(secret).provisioning_uri(name=f"{name}@{host}" if host else name, issuer_name=ISSUER)


def step_of(code: str, *, secret: str, wall_s: float, after_step: int) -> int | None:
    """The time step whose code this is, None where it is none of now or not later than `after_step` (used already).

    The caller stores the step as the new `after_step`: no code opens twice.
    """
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    now = int(wall_s // STEP_S)
    machine = pyotp.HOTP(secret)
    found = [
        step
        for step in range(max(0, now - _DRIFT_STEPS), now + _DRIFT_STEPS + 1)
        if hmac.compare_digest(machine.at(step), typed)
    ]
    return next((step for step in found if step > after_step), None)


def code_at(secret: str, wall_s: float) -> str:
    """What an authenticator with that secret shows then: the demonstration's visitor has no telephone."""
    return pyotp.TOTP(secret).at(int(wall_s))
