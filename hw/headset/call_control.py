"""Buttons and lamps of a headset during a call: a pure state machine between the device and whoever makes calls.

In: what the caller's side tells (`ringing`, `answered` …) and reports of the device. Out: lamps to set, and what the
wearer wants. Rules that cost others dear (Jabra's call-control guide): a report may only be the device's answer to our
own lamp; an off-hook that nobody confirms by the lamp reverts after two seconds; mute works only while off-hook.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hw.headset.traits import Traits
from hw.headset.usages import (
    FLASH,
    HOOK_SWITCH,
    LED_HOLD,
    LED_MUTE,
    LED_OFF_HOOK,
    LED_RING,
    PHONE_MUTE,
    REDIAL,
    REJECT,
    VOLUME,
    VOLUME_DOWN,
    VOLUME_UP,
    Usage,
)


class CallState(enum.StrEnum):
    IDLE = "idle"
    RINGING = "ringing"  # a call comes in
    TALKING = "talking"  # answered, or dialled by us
    HELD = "held"


class Wish(enum.StrEnum):
    """What the wearer wants."""

    ANSWER = "answer"
    REJECT = "reject"
    HANG_UP = "hang_up"
    HOLD = "hold"
    RESUME = "resume"
    MUTE = "mute"
    UNMUTE = "unmute"
    REDIAL = "redial"
    LIFT = "lift"  # off-hook without a call
    LOUDER = "louder"
    SOFTER = "softer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """`lamps` to set, all of them as they should be now; `wishes` of the wearer in order."""

    lamps: Mapping[Usage, bool]
    wishes: tuple[Wish, ...] = ()


_IN_CALL = frozenset({CallState.TALKING, CallState.HELD})


class CallControl:
    """One headset. The state follows what the call really does: a wish changes nothing until it is told to have worked,
    but for mute, which is the wearer's own."""

    def __init__(self, traits: Traits) -> None:
        self.state = CallState.IDLE
        self.muted = False
        self._traits = traits
        self._last: dict[Usage, int] = {}  # of buttons, to see presses
        self._asked: Wish | None = None  # of the hook, until the call has done it

    # ── what the call does ───────────────────────────────────────────────────────────────────────────────────────

    def ringing(self) -> Reaction:
        return self._be(CallState.RINGING)

    def talking(self) -> Reaction:
        """Answered, resumed, or dialled by the wearer's side."""
        return self._be(CallState.TALKING)

    def held(self) -> Reaction:
        return self._be(CallState.HELD)

    def idle(self) -> Reaction:
        """The call is over, or was never answered."""
        return self._be(CallState.IDLE)

    def set_muted(self, muted: bool) -> Reaction:
        """Muted by other means than the button; only a call can be."""
        self.muted = muted and self.state in _IN_CALL
        return self._reaction()

    # ── what the device reports ──────────────────────────────────────────────────────────────────────────────────

    def reported(self, values: Mapping[Usage, int]) -> Reaction:
        """An input report. Usages that it doesn't hold are as before."""
        wishes: list[Wish] = []
        for usage, read in _BUTTONS.items():
            if usage in values:
                before, self._last[usage] = self._last.get(usage, 0), values[usage]
                wish = read(self, values[usage], before)
                wishes += [wish] if wish is not None else []
        return self._reaction(tuple(wishes))

    # ── one method a button: its value now and before ────────────────────────────────────────────────────────────

    def _hook(self, value: int, before: int) -> Wish | None:
        pressed = bool(value) and not before
        if self._traits.hook_toggles:
            return self._hook_wish(off=self.state not in _IN_CALL) if pressed else None
        if bool(value) == bool(before):
            return None
        return self._hook_wish(off=bool(value))

    def _hook_wish(self, *, off: bool) -> Wish | None:
        wish = self._meaning(off=off)
        if wish is None or wish is self._asked:  # the second press before the call has done the first
            return Wish.REJECT if self._second_no(off) else None
        self._asked = wish
        return wish

    def _meaning(self, *, off: bool) -> Wish | None:
        if self.state is CallState.RINGING:
            return Wish.ANSWER if off else Wish.REJECT if self._traits.hook_rejects else None
        if self.state in _IN_CALL:
            return None if off else Wish.HANG_UP
        return Wish.LIFT if off else None

    def _second_no(self, off: bool) -> bool:
        return off and self._traits.hook_rejects and self.state is CallState.RINGING and self._asked is Wish.ANSWER

    def _reject(self, value: int, before: int) -> Wish | None:
        pressed = bool(value) and not before
        return Wish.REJECT if pressed and self.state is CallState.RINGING else None

    def _mute(self, value: int, before: int) -> Wish | None:
        if self.state not in _IN_CALL:
            return None
        pressed = bool(value) and not before
        wanted = self.muted is not pressed if self._traits.mute_toggles else bool(value)
        if wanted is self.muted:
            return None
        self.muted = wanted
        return Wish.MUTE if wanted else Wish.UNMUTE

    def _flash(self, value: int, before: int) -> Wish | None:
        if not value or before or self.state not in _IN_CALL:
            return None
        return Wish.RESUME if self.state is CallState.HELD else Wish.HOLD

    def _redial(self, value: int, before: int) -> Wish | None:
        return Wish.REDIAL if value and not before and self.state is CallState.IDLE else None

    def _louder(self, value: int, before: int) -> Wish | None:
        return Wish.LOUDER if value and not before else None

    def _softer(self, value: int, before: int) -> Wish | None:
        return Wish.SOFTER if value and not before else None

    def _wheel(self, value: int, before: int) -> Wish | None:
        """Each report is a step of its own."""
        return Wish.LOUDER if value > 0 else Wish.SOFTER if value < 0 else None

    # ── lamps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _be(self, state: CallState) -> Reaction:
        self.state = state
        self.muted = self.muted and state in _IN_CALL
        self._asked = None
        if self._traits.acknowledges and not self._traits.hook_toggles:
            self._last[HOOK_SWITCH] = int(state in _IN_CALL)  # the device will report it so, and means nothing by it
        return self._reaction()

    def _reaction(self, wishes: tuple[Wish, ...] = ()) -> Reaction:
        lamps = {
            LED_OFF_HOOK: self.state in _IN_CALL,
            LED_RING: self.state is CallState.RINGING,
            LED_MUTE: self.muted,
            LED_HOLD: self.state is CallState.HELD,
        }
        return Reaction(lamps=lamps, wishes=wishes)


_BUTTONS: Mapping[Usage, Callable[[CallControl, int, int], Wish | None]] = {
    HOOK_SWITCH: CallControl._hook,
    REJECT: CallControl._reject,
    PHONE_MUTE: CallControl._mute,
    FLASH: CallControl._flash,
    REDIAL: CallControl._redial,
    VOLUME_UP: CallControl._louder,
    VOLUME_DOWN: CallControl._softer,
    VOLUME: CallControl._wheel,
}
