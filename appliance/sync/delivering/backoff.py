"""How long to wait after a failure: exponential, with full jitter, so that a thousand boxes don't come back at once.

Pure: chance comes in as a number from 0 to 1.
"""

from __future__ import annotations

FIRST_S = 1.0
LONGEST_S = 300.0
LEAST_S = 0.1


def wait_s(failures: int, chance: float, *, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> float:
    """Before the next try, after `failures` (at least 1) in a row."""
    ceiling = min(longest_s, first_s * 2.0 ** min(failures - 1, 30))
    return max(LEAST_S, ceiling * chance)
