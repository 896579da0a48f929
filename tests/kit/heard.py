"""What a media report says about the two ways of each conversation: expected, heard, lost frames; jitter. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FRAMES_PER_S = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One direction of one conversation, counted in frames of 20 ms of the sender."""

    sender: int
    listener: int
    expected: int
    heard: int

    @property
    def lost(self) -> int:
        return self.expected - self.heard


def ways(report: dict[str, Any], *, least_s: float) -> list[Way]:
    """Every direction in which anything was heard.

    Expected are all frames between the first and the last one heard, and no fewer than `least_s` seconds of them: a
    direction that starts late or dies early has lost what is missing.
    """
    found: list[Way] = []
    for stream in report["streams"]:
        for sender, heard in stream["heard"].items():
            span = heard["last"] - heard["first"] + 1
            expected = max(span, round(least_s * FRAMES_PER_S))
            found.append(Way(sender=int(sender), listener=stream["stream"], expected=expected, heard=heard["distinct"]))
    return found


def pairs(found: list[Way]) -> set[tuple[int, int]]:
    """(lower, higher) numbers of streams that hear each other, both ways."""
    one_way = {(way.sender, way.listener) for way in found}
    return {(sender, listener) for sender, listener in one_way if sender < listener and (listener, sender) in one_way}


def lost_pct(found: list[Way]) -> float:
    """Share of expected frames that never arrived, in percent; 100 where nothing was expected."""
    expected = sum(way.expected for way in found)
    return 100.0 * sum(way.lost for way in found) / expected if expected else 100.0


def worst_jitter_ms(report: dict[str, Any]) -> float:
    """Highest interarrival jitter (RFC 3550 section 6.4.1) that any stream saw."""
    return max((float(stream["jitter_ms"]) for stream in report["streams"]), default=0.0)
