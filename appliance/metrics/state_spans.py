"""From an agent's state changes to stretches of time in each state, with their terms (metrics.md, section 2).

Durations come from the monotonic clock of one boot. A stretch begins at the wall time of its change (restated once the
clock was set) and ends with the agent's next change in the same boot; where the boot ended first, with the last that
was written in that boot, so that hours without power are nobody's idle time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

AVAILABLE, OFFLINE = "Available", "Offline"
ON_CONTACT = frozenset({"on_contact", "after_contact_work"})
ERROR = frozenset({"missed", "error"})


class Boot(msgspec.Struct, frozen=True, kw_only=True):
    """When the box was first and last seen alive in a boot, on its monotonic scale."""

    boot: str
    first_s: float
    last_s: float


class StateChange(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's state from `mono_s` of `boot`, which was `wall_s`, restated."""

    agent: str
    status: str
    activity: str
    boot: str
    mono_s: float
    wall_s: float
    profile: str | None = None


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of one state, seconds since the epoch."""

    agent: str
    status: str
    activity: str
    began: float
    ended: float
    profile: str | None = None

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def within(self, since: float, until: float) -> Span | None:
        """The part of it inside a time range, None where there is none."""
        began, ended = max(self.began, since), min(self.ended, until)
        return msgspec.structs.replace(self, began=began, ended=ended) if ended > began else None


def spans(changes: Iterable[StateChange], boots: Iterable[Boot]) -> list[Span]:
    """Those of all agents; `changes` in the order in which they were stored."""
    known = {boot.boot: boot for boot in boots}
    by_agent: dict[str, list[StateChange]] = {}
    for change in changes:
        by_agent.setdefault(change.agent, []).append(change)
    return [span for of_agent in by_agent.values() for span in _spans_of(of_agent, known)]


def _spans_of(changes: Sequence[StateChange], boots: Mapping[str, Boot]) -> Iterator[Span]:
    for change, following in pairwise([*changes, None]):
        assert change is not None
        boot = boots[change.boot]
        begin_s = max(change.mono_s, boot.first_s)
        same_boot = following is not None and following.boot == change.boot
        end_s = following.mono_s if same_boot and following is not None else boot.last_s
        if end_s > begin_s:
            shift_s = change.wall_s - change.mono_s
            yield Span(
                agent=change.agent,
                status=change.status,
                activity=change.activity,
                began=begin_s + shift_s,
                ended=end_s + shift_s,
                profile=change.profile,
            )


def _while(holds: Callable[[Span], bool]) -> Callable[[Span], float | None]:
    return lambda span: span.seconds if holds(span) else None


TERMS: Mapping[str, Callable[[Span], float | None]] = {
    "on_contact": _while(lambda span: span.status == AVAILABLE and span.activity in ON_CONTACT),
    "idle": _while(lambda span: span.status == AVAILABLE and span.activity not in ON_CONTACT),
    "online": _while(lambda span: span.status != OFFLINE),
    "non_productive": _while(lambda span: span.status not in (AVAILABLE, OFFLINE)),
    "error": _while(lambda span: span.status != OFFLINE and span.activity in ERROR),
}
