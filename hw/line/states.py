"""The states of an analog line, and what they have in common. Pure data."""

from __future__ import annotations

import enum


class LineState(enum.StrEnum):
    IDLE = "idle"
    CALLER_ID = "caller_id"  # it rings or is about to; who calls isn't known yet
    RINGING = "ringing"
    SEIZED = "seized"  # off-hook, settling
    DIAL_TONE = "dial_tone"
    DIALLED = "dialled"
    TALKING = "talking"
    RELEASING = "releasing"
    NO_LINE = "no_line"


INCOMING = frozenset({LineState.CALLER_ID, LineState.RINGING})
OFF_HOOK = frozenset({LineState.SEIZED, LineState.DIAL_TONE, LineState.DIALLED, LineState.TALKING})
CARRIES = frozenset({LineState.DIALLED, LineState.TALKING})  # voice; before an answer too, which can't always be seen
_ABSENT = frozenset({LineState.IDLE, LineState.RELEASING, LineState.NO_LINE})


def has_call(state: LineState) -> bool:
    """Whether a call is under way, or on its way in."""
    return state not in _ABSENT
