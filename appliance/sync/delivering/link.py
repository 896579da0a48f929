"""Whether the console can be reached, and what counts as an outage. Pure: stamps come in.

An outage is a stretch of failures that lasted longer than `outage_s`; a box that was switched off had none.
"""

from __future__ import annotations

import msgspec

from appliance.cloud.chain import Position
from appliance.stamps import Stamp

LONGEST_REASON = 500


class LinkMemory(msgspec.Struct, frozen=True, kw_only=True):
    """failing_since: first failure since the last success; after: where the console stood then; why: that failure in
    words; failures: in a row."""

    last_success: Stamp | None = None
    failing_since: Stamp | None = None
    after: Position | None = None
    why: str = ""
    last_failure: Stamp | None = None
    last_why: str = ""
    failures: int = 0

    @property
    def up(self) -> bool:
        return self.last_success is not None and self.failing_since is None


class Interruption(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch without the console that is over. Wall times as the clock stands now."""

    began_s: float
    ended_s: float
    lasted_s: float
    after: Position
    why: str


def failed(memory: LinkMemory, now: Stamp, why: str, *, after: Position) -> LinkMemory:
    """after: where the console stands, as far as the box knows."""
    why = why[:LONGEST_REASON]
    first = memory.failing_since is None
    return msgspec.structs.replace(
        memory,
        failing_since=now if first else memory.failing_since,
        after=after if first else memory.after,
        why=why if first else memory.why,
        last_failure=now,
        last_why=why,
        failures=memory.failures + 1,
    )


def succeeded(memory: LinkMemory, now: Stamp, *, outage_s: float) -> tuple[LinkMemory, Interruption | None]:
    """The memory from now on, and the outage that has just ended."""
    since = memory.failing_since
    fresh = LinkMemory(last_success=now, last_failure=memory.last_failure, last_why=memory.last_why)
    if since is None or memory.after is None:
        return fresh, None
    lasted_s = now.seconds_since(since)
    if lasted_s < outage_s:
        return fresh, None
    began_s = now.wall_s - lasted_s if since.boot == now.boot else since.wall_s
    return fresh, Interruption(
        began_s=began_s, ended_s=now.wall_s, lasted_s=lasted_s, after=memory.after, why=memory.why
    )
