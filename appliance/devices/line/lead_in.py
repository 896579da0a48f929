"""What is said while a line is still going off-hook, kept until it can be heard. Pure.

The box begins to speak when it has answered; the line can be heard half a second later. That much is kept, and the
talk would be that much late for good: so whenever there is a pause, a frame of it is left out until nothing is late.
"""

from __future__ import annotations

import array
from collections import deque

MOST_FRAMES = 100  # 2 s; nobody waits for longer
QUIET = 160  # peak of a frame (of 32768) that may be left out: -46 dBFS


class LeadIn:
    """Frames of 20 ms, signed 16 bit."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque(maxlen=MOST_FRAMES)
        self._begun = False

    @property
    def late(self) -> int:
        """Frames kept."""
        return len(self._frames)

    def put(self, frame: bytes) -> None:
        """Silence before the first word is none that anybody waits for."""
        if self._begun or not _is_quiet(frame):
            self._begun = True
            self._frames.append(frame)

    def take(self) -> bytes | None:
        """The frame that is to be heard now, None where there is none; call it once for each `put`."""
        while len(self._frames) > 1 and _is_quiet(self._frames[0]):
            self._frames.popleft()
        return self._frames.popleft() if self._frames else None


def _is_quiet(frame: bytes) -> bool:
    samples = array.array("h", frame)
    return not samples or (max(samples) < QUIET and min(samples) > -QUIET)
