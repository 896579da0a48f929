"""Strips: a level in a budget, stretches of one contact's time, a recording's wave form."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from markupsafe import Markup

WARN, FULL = 0.8, 0.95
_LONG = 1000


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """From and to as shares 0 … 1 of the whole; look: a class of the style sheet; says: what it is."""

    begin: float
    end: float
    look: str
    says: str


def meter(share: float, says: str) -> Markup:
    """How much of a budget is used; amber from four fifths on, red when it is nearly gone."""
    look = "bad" if share >= FULL else "warn" if share >= WARN else ""
    return Markup(
        '<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="ground" width="100" height="8"/><rect class="level {}" width="{:.1f}" height="8"/></svg>'
    ).format(says, look, 100 * min(1.0, max(0.0, share)))


def lane(stretches: Sequence[Stretch], says: str) -> Markup:
    """One party's time line."""
    rects = Markup("").join(
        Markup('<g><title>{}</title><rect class="{}" x="{:.1f}" width="{:.1f}" height="14"/></g>').format(
            one.says, one.look, _LONG * one.begin, max(2.0, _LONG * (one.end - one.begin))
        )
        for one in stretches
    )
    return Markup(
        '<svg class="chart lane" viewBox="0 0 {} 14" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="party" width="{}" height="14"/>{}</svg>'
    ).format(_LONG, says, _LONG, rects)


def wave(customer: Sequence[int], agent: Sequence[int], says: str) -> Markup:
    """A stereo recording: the customer above the middle, the agent below. Peaks are 0 … 100, evenly over time."""
    count = max(len(customer), len(agent), 1)
    return Markup(
        '<svg class="wave chart" viewBox="0 0 {} 200" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="customer" d="{}"/><path class="agent" d="{}"/></svg>'
    ).format(count, says, _half(customer, 100, -1), _half(agent, 100, 1))


def _half(peaks: Sequence[int], middle: int, side: int) -> str:
    heights = [(place, middle + side * peak) for place, peak in enumerate(peaks)]
    points = " ".join(f"L{place},{height} L{place + 1},{height}" for place, height in heights)
    return f"M0,{middle} {points} L{len(peaks)},{middle} Z"
