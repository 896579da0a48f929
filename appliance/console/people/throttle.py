"""How fast somebody may try, as rules over numbers; who counts and stores is elsewhere. Pure.

Wrong log-ins: the first few cost nothing, then each locks for twice as long as the one before, up to a quarter of an
hour: a guesser gets some hundred tries a day, and nobody is locked out for longer than a coffee by somebody else.
Requests: a bucket of tokens that refills steadily.
"""

from __future__ import annotations

from typing import Final

import msgspec

FREE_TRIES: Final = 5
FREE_TRIES_ADDRESS: Final = 30  # one office behind one address has many people
_FIRST_LOCK_S: Final = 30.0
_LONGEST_LOCK_S: Final = 900.0
FORGET_S: Final = 3600.0  # after the last wrong try


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong tries of one name or address since the last right one."""

    count: int = 0
    last_s: float = 0.0

    def after_another(self, wall_s: float) -> Tries:
        return Tries(count=(0 if wall_s - self.last_s > FORGET_S else self.count) + 1, last_s=wall_s)


def locked_s(tries: Tries, wall_s: float, *, free: int = FREE_TRIES) -> float:
    """How many more seconds no try is taken, 0.0 for "try now"."""
    if tries.count < free or wall_s - tries.last_s > FORGET_S:
        return 0.0
    lock_s = min(_LONGEST_LOCK_S, _FIRST_LOCK_S * 2.0 ** min(tries.count - free, 10))
    return max(0.0, min(lock_s, tries.last_s + lock_s - wall_s))


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to one caller: `level` tokens at `at_s`."""

    level: float
    at_s: float


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """burst: at once; per_s: for good."""

    burst: float
    per_s: float

    def full(self, now_s: float) -> Bucket:
        return Bucket(level=self.burst, at_s=now_s)

    def taken(self, bucket: Bucket, now_s: float) -> tuple[Bucket, float]:
        """The bucket after one request, and 0.0; or the bucket as it is, and the seconds until one is allowed."""
        level = min(self.burst, bucket.level + max(0.0, now_s - bucket.at_s) * self.per_s)
        if level < 1.0:
            return Bucket(level=level, at_s=now_s), (1.0 - level) / self.per_s
        return Bucket(level=level - 1.0, at_s=now_s), 0.0
