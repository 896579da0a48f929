"""What time it is at least: a Pi without a battery boots in 1970, and TLS needs the time before any clock is set.

Time never runs backwards: whatever the box has seen for certain (its build, its certificate, the console's clock) has
passed. Below that floor the clock is wrong and the floor is used. Pure.
"""

from __future__ import annotations

from cryptography import x509

BUILT_S = 1_794_960_000.0  # 2026-11-18: no box runs this software earlier


def floor_of(known_s: float, certificate: x509.Certificate | None = None) -> float:
    """known_s: the latest time the console told. The certificate's beginning is backdated, so it has passed, too."""
    began = certificate.not_valid_before_utc.timestamp() if certificate is not None else 0.0
    return max(BUILT_S, known_s, began)


def surely_s(wall_s: float, floor_s: float) -> float:
    """The wall time, or the floor where the clock is behind it."""
    return max(wall_s, floor_s)


def has_ended(certificate: x509.Certificate, at_s: float) -> bool:
    """Whether the certificate is over at a time that is known to have passed."""
    return certificate.not_valid_after_utc.timestamp() < at_s
