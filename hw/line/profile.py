"""What a line must know of its exchange, as data: times, caller-id start, disconnect signs. Seconds unless said."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from hw.line.tones import ToneSpec, tones_of


class CallerIdStart(enum.StrEnum):
    """When the exchange sends the caller."""

    AFTER_RING = "after_ring"  # between the first two rings
    BEFORE_RING = "before_ring"  # behind a polarity reversal or a dual-tone alert
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """country: ISO 3166, or "" for what fits most. ring_gap_s: no ring for so long means that the caller gave up.

    caller_id_wait_s: a ringing call is offered without a number after that. settle_s: off-hook to anything else.
    dial_tone_wait_s: none by then: no line. blind_dial: dial without a dial tone. answer_s: a dialled call counts as
    answered after so long without any other sign; loop_drop_s: a break at least so long is a disconnect. guard_s:
    on-hook before the line may be used again. busy_cycles: of busy tone until the other side counts as gone.
    ringback_gap_s: so long after the last ringback that was heard somebody must have answered. tones: of this exchange,
    beside the country's. silence_s: nobody has said anything for so long: the far end is gone; 0: never.
    """

    country: str = ""
    caller_id: CallerIdStart = CallerIdStart.AFTER_RING
    ring_gap_s: float = 7.0
    caller_id_wait_s: float = 4.5
    settle_s: float = 0.4
    dial_tone_wait_s: float = 3.0
    blind_dial: bool = False
    answer_s: float = 30.0
    ringback_gap_s: float = 7.0
    loop_drop_s: float = 0.25
    flash_s: float = 0.3
    guard_s: float = 2.0
    busy_cycles: int = 3
    silence_s: float = 0.0
    tones: tuple[ToneSpec, ...] = ()

    def all_tones(self) -> tuple[ToneSpec, ...]:
        """The country's, and the exchange's own."""
        return (*tones_of(self.country), *self.tones)


PROFILES: dict[str, Profile] = {
    profile.country: profile
    for profile in (
        Profile(),
        Profile(country="US", flash_s=0.5, loop_drop_s=0.5),
        Profile(country="GB", ringback_gap_s=4.0, caller_id=CallerIdStart.BEFORE_RING, flash_s=0.1, loop_drop_s=0.3),
        Profile(country="DE", flash_s=0.1, loop_drop_s=0.4),
        Profile(country="FR", flash_s=0.27, loop_drop_s=0.4),
        Profile(country="KR", ringback_gap_s=4.0, flash_s=0.5, loop_drop_s=0.4),
        Profile(country="NL", caller_id=CallerIdStart.BEFORE_RING, flash_s=0.1),
        Profile(country="DK", caller_id=CallerIdStart.BEFORE_RING, flash_s=0.1),
        Profile(country="SE", caller_id=CallerIdStart.BEFORE_RING, flash_s=0.1),
    )
}


def profile_of(country: str) -> Profile:
    """The country's, else what fits most."""
    return PROFILES.get(country, PROFILES[""])
