"""One analog line, whatever drives it: a pure state machine with the clock passed in.

`handle(event, now)` takes what the driver tells and what the user asks, and returns orders for the driver and news for
the user, in order. `next_timer` says when `handle_timer` wants to be called. Times in seconds on one scale.

    IDLE ── ring, alert ──► CALLER_ID ── caller, second ring, patience ──► RINGING ── Answer ──► SEIZED ──► TALKING
    IDLE ── Dial ──► SEIZED ──► DIAL_TONE ──► DIALLED ── answer seen, or assumed ──► TALKING
    any of them ── end ──► RELEASING ── guard time ──► IDLE;   no voltage: NO_LINE

The rules stand in `incoming`, `outgoing` and `talk`.
"""

from __future__ import annotations

from hw.line import incoming, outgoing, talk
from hw.line.caller_id import CallerId
from hw.line.profile import Profile
from hw.line.signals import Outcome, Request, Signal
from hw.line.situation import Rules, Situation, TimeRules
from hw.line.states import LineState

_RULES: Rules = incoming.RULES | outgoing.RULES | talk.RULES
_TIME_RULES: TimeRules = incoming.TIME_RULES | outgoing.TIME_RULES | talk.TIME_RULES


class Line:
    """The state of one line."""

    def __init__(self, profile: Profile) -> None:
        self._situation = Situation(profile)

    @property
    def state(self) -> LineState:
        return self._situation.state

    @property
    def caller(self) -> CallerId:
        """Of the call that rings or is under way."""
        return self._situation.caller

    def handle(self, event: Signal | Request, now: float) -> list[Outcome]:
        """What follows from `event`; nothing for one that means nothing in this state."""
        rule = _RULES.get((self.state, type(event)))
        return [] if rule is None else rule(self._situation, event, now)

    def next_timer(self) -> float | None:
        """When `handle_timer` is due, None: never."""
        return min((at for at in (self._situation.due, self._situation.gone_at) if at is not None), default=None)

    def handle_timer(self, now: float) -> list[Outcome]:
        """What follows from time alone."""
        if self._situation.gone_at is not None and self._situation.gone_at <= now:
            return incoming.given_up(self._situation)
        if self._situation.due is None or self._situation.due > now:
            return []
        self._situation.due = None
        rule = _TIME_RULES.get(self.state)
        return [] if rule is None else rule(self._situation, now)
