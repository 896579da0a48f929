"""The hook of a modem and the voice stream of its calls: begun, left for a flash or a turn, begun again. Pure.

Off-hook voice goes both ways where the modem can, else one way at a time (`turns`). Must not know what a call is; what
the stream means for the line comes back as a signal of its state machine.
"""

from __future__ import annotations

from hw.line.profile import Profile
from hw.line.signals import Signal, VoiceFailed
from hw.modem.meaning import loop_broken
from hw.modem.replies import Result
from hw.modem.session import Mode, Session
from hw.modem.turns import Turns
from hw.modem.voice import Direction


class Carrier:
    """one_way: it carries voice one way at a time, as the first call has shown. on_hook: as we have ordered it."""

    def __init__(self, session: Session, profile: Profile) -> None:
        self.one_way = False
        self.on_hook = True
        self._session = session
        self._profile = profile
        self._flashing = False
        self._turns = Turns()
        self._turning = False  # the stream was left to begin another one

    @property
    def at_rest(self) -> bool:
        """On-hook, and nothing more to say to the modem."""
        return self.on_hook and self._session.at_rest

    # ── what the line orders ─────────────────────────────────────────────────────────────────────────────────────

    def go_off_hook(self) -> None:
        self.on_hook = False
        self._turns, self._turning = Turns(), False
        self._session.command("AT+VLS=1")
        self._carry_voice()

    def go_on_hook(self, now: float) -> None:
        self.on_hook = True
        self._flashing = False
        if self._session.mode is Mode.STREAM:
            self._session.leave_stream(now)
        else:
            self._session.forget_stream()
            self._session.command("AT+VLS=0")

    def flash(self, now: float) -> None:
        """Which is a command, and none can be given in the stream."""
        self._flashing = True
        self._session.leave_stream(now)

    def say(self, mulaw: bytes, *, whole: bool = False) -> None:
        """`whole`: all of it must be heard."""
        if self.one_way:
            self._turns.said(mulaw)
        else:
            self._session.send(mulaw, whole=whole)

    def begin_anew(self) -> None:
        """The modem is asked who it is once more."""
        self._flashing = False

    def turn_around(self, now: float) -> None:
        """Of a modem that carries voice one way at a time: who speaks now?"""
        if not self.one_way or self.on_hook:
            return
        if self._session.direction is Direction.SPEAK:
            self._session.send(self._turns.take(), whole=True)
            if not self._turns.speak and not self._session.speaks_yet:
                self._turn(now)
        elif self._session.direction is Direction.LISTEN and self._turns.speak:
            self._turn(now)

    # ── what the modem tells ─────────────────────────────────────────────────────────────────────────────────────

    def stream_began(self, direction: Direction, result: Result, now: float) -> Signal | None:
        """Too late, where we hung up meanwhile; never, where the modem can't carry voice or the line broke."""
        if result is Result.CONNECT:
            if self.on_hook or self._flashing:  # which was asked for meanwhile
                self._session.leave_stream(now)
            return None
        if self.on_hook:
            return None
        if direction is not Direction.BOTH:
            return VoiceFailed()
        self.one_way = True
        self._session.stream(Direction.LISTEN)
        return None

    def stream_ended(self) -> Signal | None:
        """By us, when we hung up; else the modem gave up, and so does the call."""
        if self.on_hook:
            self._session.command("AT+VLS=0")
        elif self._flashing:
            self._flashing = self._turning = False
            self._session.command("AT+VTS=!")
            self._carry_voice()
        elif self._turning:
            self._turning = False
            self._session.stream(Direction.SPEAK if self._turns.speak else Direction.LISTEN)
        else:
            return loop_broken(self._profile)
        return None

    def _turn(self, now: float) -> None:
        self._turning = True
        self._session.leave_stream(now)

    def _carry_voice(self) -> None:
        """Both ways, unless this modem has refused that before."""
        self._session.stream(Direction.LISTEN if self.one_way else Direction.BOTH)
