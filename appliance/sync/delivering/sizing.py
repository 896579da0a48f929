"""How many events go into one request: few on a link that breaks, many on one that holds. Pure."""

from __future__ import annotations

from appliance.cloud.batch import MOST_EVENTS

FIRST_EVENTS = 250
MOST_BATCH_BYTES = 1_000_000  # unpacked


class Sizing:
    """`events`: most of the next request."""

    def __init__(self) -> None:
        self.events = FIRST_EVENTS

    def went_well(self) -> None:
        self.events = min(MOST_EVENTS, self.events * 2)

    def broke(self) -> None:
        self.events = max(1, self.events // 2)
