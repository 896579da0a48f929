"""When a webhook that was not taken is tried again, and when no more. Pure: clock and chance come in.

Ten tries over some three days; within them nothing later of the same contact overtakes. A receiver that answers 410 is
gone: the webhook is switched off. One that asks for time (`Retry-After`) gets it.

Source: Standard Webhooks 1.0 (deliverability), RFC 9110 §10.2.3 and §15.5.11
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

_WAITS_S: Final = (5.0, 60.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0)
MOST_TRIES: Final = len(_WAITS_S) + 1
_LONGEST_WISH_S: Final = 86400.0


class Fate(enum.StrEnum):
    """What becomes of a delivery after a try."""

    DELIVERED = "delivered"
    AGAIN = "again"
    GIVEN_UP = "given_up"
    GONE = "gone"  # and of the webhook with it


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """wait_s: until the next try, for AGAIN."""

    fate: Fate
    wait_s: float = 0.0


def after_try(*, tries: int, status: int, chance: float, wished_s: float = 0.0) -> Verdict:
    """tries: how many there were, this one included; status: of the answer, 0 for none; chance: 0 … 1, spreads retries
    of many deliveries; wished_s: what the receiver asked for by Retry-After."""
    if 200 <= status < 300:
        return Verdict(fate=Fate.DELIVERED)
    if status == 410:
        return Verdict(fate=Fate.GONE)
    if tries >= MOST_TRIES:
        return Verdict(fate=Fate.GIVEN_UP)
    wait_s = _WAITS_S[tries - 1] * (0.8 + 0.4 * chance)
    return Verdict(fate=Fate.AGAIN, wait_s=max(wait_s, min(wished_s, _LONGEST_WISH_S)))
