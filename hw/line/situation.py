"""Where a line is: its state, what is known of its call, what time it waits for. Pure; the rules change it.

A rule takes (situation, event, now) and returns orders and news, in order; a table of rules is by state and event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hw.line.caller_id import CallerId
from hw.line.profile import Profile
from hw.line.signals import CallEnded, EndReason, GoOnHook, Outcome
from hw.line.states import LineState, has_call


class Situation:
    """caller: of the call that rings or is under way. number: that we dial. told: the user knows of the incoming call;
    took: we have answered it. due: when the state's own wait is over; gone_at: when the caller counts as having given
    up."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.state = LineState.IDLE
        self.caller = CallerId()
        self.number = ""
        self.told = self.took = False
        self.due: float | None = None
        self.gone_at: float | None = None

    def enter(self, state: LineState, due: float | None = None) -> None:
        """Whatever was waited for isn't any more; without a call nothing of it is kept."""
        self.state, self.due, self.gone_at = state, due, None
        if not has_call(state):
            self.told, self.took, self.number, self.caller = False, False, "", CallerId()

    def end(self, reason: EndReason, now: float) -> list[Outcome]:
        """The call is over: on-hook, and not used again before the guard time."""
        self.enter(LineState.RELEASING, now + self.profile.guard_s)
        return [GoOnHook(), CallEnded(reason=reason)]


Rule = Callable[[Situation, Any, float], list[Outcome]]
Rules = dict[tuple[LineState, type], Rule]
TimeRules = dict[LineState, Callable[[Situation, float], list[Outcome]]]
