"""What somebody means by a button: short, long, very long and confirmed. Pure, the clock passed in.

    UP ── down ──► DOWN ── up within LONG_S: Pressed SHORT;  after it: LONG
    DOWN ── VERY_LONG_S ──► ARMED (told at once, for the confirmation pattern)
    ARMED ── up ──► ASKING ── a short press within CONFIRM_S: Pressed VERY_LONG;  else Forgotten

What can't be undone wants two deeds: holding for very long alone, as by a thing that leans on the button, does nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

BOUNCE_S = 0.03  # contacts chatter; shorter presses are none
LONG_S = 2.0
VERY_LONG_S = 10.0
CONFIRM_S = 5.0


class Gesture(enum.StrEnum):
    SHORT = "short"
    LONG = "long"
    VERY_LONG = "very_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """It has been held long enough for `gesture`; letting go now means that. For lamps and voice."""

    gesture: Gesture


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A gesture is complete."""

    gesture: Gesture


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """A very long press wasn't confirmed."""


ButtonEvent = Held | Pressed | Forgotten


class State(enum.StrEnum):
    UP = "up"
    DOWN = "down"
    ARMED = "armed"
    ASKING = "asking"
    CONFIRMING = "confirming"  # down again, while asking


class Button:
    """One button. Times in seconds on one scale."""

    def __init__(self) -> None:
        self.state = State.UP
        self._since = 0.0
        self._due: float | None = None

    def down(self, now: float) -> list[ButtonEvent]:
        late = self.handle_timer(now)
        if self.state is State.UP:
            self._enter(State.DOWN, now, now + LONG_S)
        elif self.state is State.ASKING:
            self._enter(State.CONFIRMING, now, now + LONG_S)
        return late

    def up(self, now: float) -> list[ButtonEvent]:
        late = self.handle_timer(now)
        held_s = now - self._since
        if self.state is State.DOWN:
            self._enter(State.UP, now)
            gesture = Gesture.SHORT if held_s < LONG_S else Gesture.LONG
            return late if held_s < BOUNCE_S else [*late, Pressed(gesture=gesture)]
        if self.state is State.ARMED:
            self._enter(State.ASKING, now, now + CONFIRM_S)
        elif self.state is State.CONFIRMING:
            return [*late, *self._confirmed(held_s, now)]
        return late

    def next_timer(self) -> float | None:
        return self._due

    def handle_timer(self, now: float) -> list[ButtonEvent]:
        """What follows from time alone."""
        events: list[ButtonEvent] = []
        while self._due is not None and self._due <= now:
            events += self._timed(self._due)
        return events

    def _timed(self, due: float) -> list[ButtonEvent]:
        if self.state is State.DOWN and due < self._since + VERY_LONG_S:
            self._due = self._since + VERY_LONG_S
            return [Held(gesture=Gesture.LONG)]
        if self.state is State.DOWN:
            self._enter(State.ARMED, self._since)
            return [Held(gesture=Gesture.VERY_LONG)]
        self._enter(State.UP, due)  # asked, and nobody has confirmed; or held again, which is no confirmation
        return [Forgotten()]

    def _confirmed(self, held_s: float, now: float) -> list[ButtonEvent]:
        if held_s < BOUNCE_S:
            self._enter(State.ASKING, now, now + CONFIRM_S)
            return []
        self._enter(State.UP, now)
        return [Pressed(gesture=Gesture.VERY_LONG)]

    def _enter(self, state: State, since: float, due: float | None = None) -> None:
        self.state, self._since, self._due = state, since, due
