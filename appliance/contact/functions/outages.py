"""Which functions are out of reach just now, so that not every caller waits for the whole time limit again.

While a function is down a last good answer is given at once and the function is asked in the background, by one
question at a time; its first success ends the outage. Pure: the clock is passed in.
"""

from __future__ import annotations

RETRY_S = 30.0


class Outages:
    """Names of functions and how long each counts as down."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._probed: set[str] = set()

    def failed(self, function: str, now_s: float) -> None:
        """It could not be reached."""
        self._until[function] = now_s + RETRY_S

    def worked(self, function: str) -> None:
        """It has answered."""
        self._until.pop(function, None)

    def is_down(self, function: str, now_s: float) -> bool:
        return self._until.get(function, float("-inf")) > now_s

    def begin_probe(self, function: str) -> bool:
        """Whether the caller may ask in the background; `end_probe` must follow then."""
        if function in self._probed:
            return False
        self._probed.add(function)
        return True

    def end_probe(self, function: str) -> None:
        self._probed.discard(function)
