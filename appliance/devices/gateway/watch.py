"""The state of a line behind a gateway box: the line's own machine, fed with what SIP tells. Pure, the clock passed in.

    gateway answers OPTIONS, or not    ──► VoltageBack, VoltageGone
    a call comes in, is taken, ends    ──► Rang and CallerRead, Answer, LoopBroken
    a call goes out, is answered, ends ──► Dial, AnswerSeen, LoopBroken

One line has one call at a time; the gateway sees to it. Must not ask the edge: `service` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.edge.requests import TrunkCall
from hw.line.caller_id import CallerId, number_of
from hw.line.machine import Line
from hw.line.profile import CallerIdStart, Profile
from hw.line.signals import (
    Alerted,
    Answer,
    AnswerSeen,
    CallArrived,
    CallEnded,
    CallerRead,
    Dial,
    HangUp,
    LoopBroken,
    Outcome,
    Rang,
    Request,
    Signal,
    VoltageBack,
    VoltageGone,
)
from hw.line.states import INCOMING, LineState

MOST_SILENT = 3  # OPTIONS without an answer: the gateway is gone
_FOREVER_S = 86_400.0
PROFILE = Profile(  # everything that an exchange would need time for is the gateway's business
    caller_id=CallerIdStart.NONE, ring_gap_s=_FOREVER_S, settle_s=0.0, blind_dial=True, answer_s=_FOREVER_S, guard_s=0.0
)


class GatewayWatch:
    """`state` as of any line. calls_in, calls_out: since the watch began."""

    def __init__(self) -> None:
        self.calls_in = self.calls_out = 0
        self.last_end = ""
        self._line = Line(PROFILE)
        self._call: TrunkCall | None = None
        self._silent = 0

    @property
    def state(self) -> LineState:
        return self._line.state

    def pinged(self, now: float, *, answered: bool) -> list[Outcome]:
        """An OPTIONS was answered (however), or was not; whoever carries a call is there all the same."""
        if self._call is not None:
            return []
        self._silent = 0 if answered else self._silent + 1
        if answered and self.state is LineState.NO_LINE:
            return self._signal(VoltageBack(), now)
        return self._signal(VoltageGone(), now) if self._silent == MOST_SILENT else []

    def seen(self, calls: Sequence[TrunkCall], now: float) -> list[Outcome]:
        """All calls by this trunk, as the edge has them now."""
        before = self._call
        still = next((call for call in calls if before is not None and call.sip_call_id == before.sip_call_id), None)
        news: list[Outcome] = []
        if before is not None and still is None:
            news += self._ended(now)
        self._call = still or next(iter(calls), None)
        if self._call is not None and self._call is not still:
            news += self._began(self._call, now)
        if self._call is not None and self._call.answered:
            news += self._signal(Answer() if self._call.inward else AnswerSeen(), now)
        return self._noted(news)

    def _began(self, call: TrunkCall, now: float) -> list[Outcome]:
        """A gateway that carries a call is there."""
        self._silent = 0
        news = self._signal(VoltageBack(), now)
        if not call.inward:
            self.calls_out += 1
            return news + self._signal(Dial(number="0"), now)  # which number is nobody's business here
        self.calls_in += 1
        number, absence = number_of("P" if call.caller.lower() == "anonymous" else call.caller)
        caller = CallerRead(caller=CallerId(number=number, no_number=absence))
        for event in (Alerted(), caller, Rang()):  # who calls is known before it rings
            news += self._signal(event, now)
        return news

    def _ended(self, now: float) -> list[Outcome]:
        if self.state in INCOMING:
            return self._line.handle_timer(now + 2 * _FOREVER_S)  # nobody took it: the caller gave up
        news = self._signal(LoopBroken(duration_s=_FOREVER_S), now)
        return news or self._signal(HangUp(), now)

    def _signal(self, event: Signal | Request, now: float) -> list[Outcome]:
        """With every step that takes no time."""
        news = self._line.handle(event, now)
        while (due := self._line.next_timer()) is not None and due <= now:
            news += self._line.handle_timer(now)
        return news

    def _noted(self, news: list[Outcome]) -> list[Outcome]:
        for event in news:
            if isinstance(event, CallEnded):
                self.last_end = event.reason.value
        return [event for event in news if isinstance(event, CallArrived | CallEnded)]
