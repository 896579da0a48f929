"""A line that isn't there: for tests, and for a laptop (LINEKEEPER_HW=mock). Exchange and far end are `inject_*`.

The state machine is the real one, on the real clock: give it a profile with short times to have it quick. `obliging`
lines do by themselves what an exchange with a friendly far end does: dial tone, an answer, and an echo of what is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import RLock

from hw.devices import MOCK, Found, Kind, Probed
from hw.errors import DeviceAbsentError, DeviceBusyError
from hw.line.caller_id import CallerId
from hw.line.g711 import SILENCE
from hw.line.interface import FRAME, Abilities, LineDriver
from hw.line.machine import Line
from hw.line.profile import Profile
from hw.line.signals import (
    Alerted,
    AnswerSeen,
    BreakLoop,
    CallerRead,
    DeviceGone,
    GoOffHook,
    GoOnHook,
    KeyPressed,
    LoopBroken,
    Outcome,
    Rang,
    Request,
    SendDigits,
    Signal,
    Tone,
    ToneHeard,
    VoltageBack,
    VoltageGone,
)
from hw.line.states import LineState

CARRIES = frozenset({LineState.DIALLED, LineState.TALKING})
FRAME_S = 0.02
_LATE_S = 0.1  # who was away for longer can't catch up


class MockLine(LineDriver):
    """`history`: (monotonic seconds, state) whenever it changes. `dialled`: what was sent as keys, one entry each time;
    `played`: what was said, µ-law; `flashes`: how often the loop was broken."""

    def __init__(
        self,
        found: Found | None = None,
        profile: Profile | None = None,
        *,
        obliging: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(found or MockLines.THE_ONE, Abilities(sees_answer=True, sees_break=True, hears_keys=True))
        self.dialled: list[str] = []
        self.played = bytearray()
        self.flashes = 0
        self.off_hook = False
        self.closed = False
        self._profile = profile or Profile()
        self._line = Line(self._profile)
        self._clock = clock
        self._obliging = obliging
        self._lock = RLock()
        self._frame_due = 0.0
        self.history: list[tuple[float, LineState]] = [(clock(), self._line.state)]

    # ── the exchange and the far end ─────────────────────────────────────────────────────────────────────────────

    def inject_ring(self) -> None:
        """One ring begins."""
        self.inject_signal(Rang())

    def inject_alert(self) -> None:
        """Polarity reversal or dual tone on an idle line."""
        self.inject_signal(Alerted())

    def inject_caller(self, caller: CallerId) -> None:
        self.inject_signal(CallerRead(caller=caller))

    def inject_tone(self, tone: Tone, cycles: int = 1) -> None:
        self.inject_signal(ToneHeard(tone=tone, cycles=cycles))

    def inject_answer(self) -> None:
        """The far end picks up."""
        self.inject_signal(AnswerSeen())

    def inject_break(self, duration_s: float = 1.0) -> None:
        """No loop current for so long: the far end has hung up."""
        self.inject_signal(LoopBroken(duration_s=duration_s))

    def inject_cable(self, *, there: bool) -> None:
        """Pull the cable out, or put it back."""
        self.inject_signal(VoltageBack() if there else VoltageGone())

    def oblige(self) -> None:
        """From now on: a dial tone, an answer, an echo."""
        self._obliging = True

    def inject_voice(self, mulaw: bytes) -> None:
        """The far end speaks; nobody hears it unless the line carries voice."""
        if self.state in CARRIES:
            self._heard(mulaw)

    def inject_key(self, key: str) -> None:
        """The far end presses a key."""
        if self.state in CARRIES:
            self._tell(KeyPressed(key=key))

    def inject_unplug(self) -> None:
        """The device itself goes."""
        self._tell(DeviceGone(reason="unplugged"))

    def inject_signal(self, signal: Signal) -> None:
        """Any signal of `hw.line.signals`."""
        with self._lock:
            self._run_timers()
            self._carry_out(self._line.handle(signal, self._clock()))

    # ── the line ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _state(self) -> LineState:
        with self._lock:
            self._run_timers()
            return self._line.state

    def next_event(self, timeout_s: float = 0.0) -> Outcome | None:
        """Waits no longer than until the machine wants to be called."""
        until = time.monotonic() + timeout_s
        while True:
            with self._lock:
                self._run_timers()
                due = self._line.next_timer()
            left = until - time.monotonic()
            wait = left if due is None else min(left, due - self._clock())
            event = super().next_event(max(0.0, wait))
            if event is not None or left <= 0:
                return event

    def next_frame(self, timeout_s: float = 0.0) -> bytes | None:
        """An obliging far end gives a frame every 20 ms, as a real line does: what was said, or silence."""
        if not self._obliging or self.state not in CARRIES:
            return super().next_frame(timeout_s)
        wait_s = self._frame_due - time.monotonic()
        time.sleep(max(0.0, min(wait_s, timeout_s)))
        if wait_s > timeout_s:
            return None
        self._frame_due = max(self._frame_due + FRAME_S, time.monotonic() - _LATE_S)
        return super().next_frame() or bytes([SILENCE]) * FRAME

    def _ask(self, request: Request) -> None:
        with self._lock:
            self._run_timers()
            self._carry_out(self._line.handle(request, self._clock()))

    def _play(self, mulaw: bytes) -> None:
        if self.state not in CARRIES:
            return
        self.played += mulaw
        if self._obliging:
            self._heard(mulaw)

    def _close(self) -> None:
        self.closed = True
        self.off_hook = False

    def _run_timers(self) -> None:
        while (due := self._line.next_timer()) is not None and due <= self._clock():
            self._carry_out(self._line.handle_timer(self._clock()))
        self._note()

    def _carry_out(self, outcomes: list[Outcome]) -> None:
        self._note()
        for outcome in outcomes:
            match outcome:
                case GoOffHook():
                    self.off_hook = True
                case GoOnHook():
                    self.off_hook = False
                case SendDigits(number=number):
                    self.dialled.append(number)
                case BreakLoop():
                    self.flashes += 1
                case _:
                    self._tell(outcome)

    def _note(self) -> None:
        if self._line.state is not self.history[-1][1]:
            self.history.append((self._clock(), self._line.state))
            self._oblige()

    def _oblige(self) -> None:
        if self._obliging and self._line.state is LineState.DIAL_TONE:
            self.inject_tone(Tone.DIAL)
        elif self._obliging and self._line.state is LineState.DIALLED:
            self.inject_answer()


class MockLines:
    """The backend: one line of `kind` that is always there, or those of `plugged`. Its lines oblige."""

    rank = 100
    THE_ONE = Found(kind=Kind.MODEM, driver=MOCK, address="mock:line", name="mock line", stable="mock:line")

    def __init__(self, plugged: Sequence[Found] = (THE_ONE,), *, obliging: bool = True) -> None:
        self.plugged = list(plugged)
        self.opened: dict[str, MockLine] = {}
        self._obliging = obliging

    def check(self) -> None:
        """It works everywhere."""

    def find(self) -> Sequence[Found]:
        return list(self.plugged)

    def probe(self, found: Found) -> Probed:
        self._there(found)
        return Probed(found=found, facts={"voice": "both ways"}, remarks=("It is a mock: it answers itself.",))

    def open(self, found: Found, profile: Profile) -> MockLine:
        self._there(found)
        before = self.opened.get(found.address)
        if before is not None and not before.closed:
            raise DeviceBusyError(found.address, "this process")
        self.opened[found.address] = MockLine(found, profile, obliging=self._obliging)
        return self.opened[found.address]

    def _there(self, found: Found) -> None:
        if found not in self.plugged:
            raise DeviceAbsentError(f"{found.address} isn't plugged in; `python -m hw` lists what is")
