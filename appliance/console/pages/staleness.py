"""How much what a branch said last is still worth: one rule for fleet and live board."""

from __future__ import annotations

import enum

from appliance.console.reading.fleet import STALE_S

LATE_S = 300.0


class Link(enum.StrEnum):
    """The value ends the text `link.<value>`."""

    CURRENT = "current"  # what is shown is so
    LATE = "late"  # a moment without news
    CUT = "cut"  # the branch goes on by itself; what is shown was so then
    NEVER = "never"  # no box, or one that has not been heard yet

    @property
    def look(self) -> str:
        """The chip's class."""
        return {"current": "ok", "late": "warn", "cut": "bad", "never": ""}[self.value]


def link_of(heard_s: float | None, now_s: float) -> Link:
    """From when the branch was last heard."""
    if heard_s is None:
        return Link.NEVER
    age_s = now_s - heard_s
    if age_s <= STALE_S:
        return Link.CURRENT
    return Link.LATE if age_s <= LATE_S else Link.CUT
