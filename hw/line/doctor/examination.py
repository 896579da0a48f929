"""Records a line in each of its states, through its driver, with a technician beside it. Real time; judges nothing.

Off-hook without a number (a dial without digits), a key to end the dial tone, the probe; then, where wanted, a call
to a telephone that the technician answers and hangs up, and one from a telephone to the line.
"""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from hw.errors import DeviceError
from hw.line.caller_id import CallerId
from hw.line.doctor import captures as c
from hw.line.doctor.captures import RATE_HZ, Captures, Samples
from hw.line.doctor.measures import rhythm_s, tones_in
from hw.line.doctor.probe import LONGEST_DELAY, probe_sound
from hw.line.g711 import SILENCE, to_mulaw, to_samples
from hw.line.interface import FRAME, LineDriver
from hw.line.signals import (
    CallArrived,
    CallConnected,
    CallEnded,
    DeviceGone,
    Dial,
    EndReason,
    HangUp,
    LineLost,
    Outcome,
    SendKeys,
)
from hw.line.states import INCOMING, LineState

READY_S = 20.0  # for a modem to answer, and a line to be free
OFF_HOOK_S = 8.0  # until it carries voice
BREATH_S = 0.6  # from a key to silence
_FRAME_S = FRAME / RATE_HZ
_END_S = 4.0  # of sound before the end of a call that are looked at
_QUIET_FRAME = bytes([SILENCE]) * FRAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """call: a number that the technician can answer, "" for none; wait_call_s: how long to wait for a call to the line;
    talk_s: the longest that a call may take; sound_s: how much of each state."""

    country: str = ""
    call: str = ""
    wait_call_s: float = 0.0
    talk_s: float = 90.0
    sound_s: float = 3.0


@dataclass(slots=True)
class _Notes:
    """What comes to light on the way; `Captures` in the making."""

    sounds: dict[str, Samples] = field(default_factory=dict)
    voice: str = ""
    rings_s: tuple[float, ...] = ()
    caller: CallerId = field(default_factory=CallerId)
    reversal: bool = False
    break_s: float | None = None


class Examination:
    """Of one open line, which it leaves open. say: tells the technician what to do."""

    def __init__(self, line: LineDriver, wishes: Wishes, say: Callable[[str], None]) -> None:
        self._line = line
        self._wishes = wishes
        self._say = say
        self._notes = _Notes()

    def run(self, voltage_v: float | None = None) -> Captures:
        """All of it. Raises DeviceError where the device goes."""
        self._line.monitor()
        if self._free():
            self._idle()
            if self._off_hook():
                self._echo()
            self._hang_up()
            if self._wishes.call and not self._notes.voice:
                self._call()
            if self._wishes.wait_call_s:
                self._ringing()
        notes = self._notes
        return Captures(
            country=self._wishes.country,
            sounds=notes.sounds,
            voltage_v=voltage_v,
            voice=notes.voice,
            rings_s=notes.rings_s,
            caller=notes.caller,
            reversal=notes.reversal,
            break_s=notes.break_s,
        )

    # ── states ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _free(self) -> bool:
        """A modem takes a few seconds to answer; one that doesn't says that the line is lost."""
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            if isinstance(self._event(0.1), LineLost):
                self._notes.voice = "it answers no command"
                return False
            if self._line.state is LineState.IDLE:
                return True
        self._notes.voice = f"the line is {self._line.state.value}"
        return False

    def _idle(self) -> None:
        """Of a device that hears an idle line."""
        sound = self._record(1.0)
        if len(sound) >= RATE_HZ // 2:
            self._notes.sounds[c.IDLE] = sound

    def _off_hook(self) -> bool:
        self._say("Taking the line off-hook and listening for the dial tone.")
        self._line.ask(Dial(number=""))
        event = self._until(CallConnected, CallEnded, LineLost, seconds=OFF_HOOK_S)
        if not isinstance(event, CallConnected):
            self._notes.voice = "" if _is_no_line(event) else "it carries none"
            self._notes.sounds |= {c.OFF_HOOK: array("h", bytes(2 * RATE_HZ))} if _is_no_line(event) else {}
            return False
        self._notes.sounds[c.OFF_HOOK] = self._record(self._wishes.sound_s)
        return True

    def _echo(self) -> None:
        """Nothing for a device that can't speak and listen at once."""
        if not self._line.abilities.duplex:
            return
        self._say("Measuring how much of what is said comes back.")
        self._line.ask(SendKeys(keys="1"))
        self._record(BREATH_S)
        probe = to_mulaw(probe_sound()) + _QUIET_FRAME * (2 * LONGEST_DELAY // FRAME // 2)
        heard = bytearray()
        for at in range(0, len(probe), FRAME):
            self._line.play(probe[at : at + FRAME])
            heard += self._line.next_frame(1.0) or b""
        self._notes.sounds[c.ECHO] = to_samples(bytes(heard))

    def _hang_up(self) -> None:
        """The exchange needs a moment before the next call."""
        if self._line.state not in (LineState.IDLE, LineState.NO_LINE):
            self._line.ask(HangUp())
        until = time.monotonic() + READY_S
        while self._line.state is not LineState.IDLE and time.monotonic() < until:
            self._event(0.05)
        self._record(0.0)

    def _call(self) -> None:
        """What the exchange does when a far end hangs up."""
        self._say("Calling the other telephone: answer it, say something, and hang it up.")
        self._line.ask(Dial(number=self._wishes.call))
        event = self._until(CallConnected, CallEnded, seconds=self._wishes.talk_s)
        if not isinstance(event, CallConnected):
            self._say("The call was not answered; how a hang-up is told stays unknown.")
            self._hang_up()
            return
        self._notes.reversal = event.certain
        last, ended = self._talk()
        self._notes.sounds[c.ENDED] = last
        if ended and not _has_end_tone(last):
            self._notes.break_s = 0.0
        self._hang_up()

    def _talk(self) -> tuple[Samples, bool]:
        """The last of what was heard, and whether the line ended it."""
        frames: deque[bytes] = deque(maxlen=round(_END_S / _FRAME_S))
        until = time.monotonic() + self._wishes.talk_s
        while time.monotonic() < until:
            if (frame := self._line.next_frame(0.1)) is not None:
                frames.append(frame)
                self._line.play(_QUIET_FRAME)
            if isinstance(self._event(0.0), CallEnded):
                return to_samples(b"".join(frames)), True
        return to_samples(b"".join(frames)), False

    def _ringing(self) -> None:
        """Until the caller has given up, or for as long as was wished."""
        self._say("Now call this line from another telephone, let it ring three times, and hang up.")
        sound, began = bytearray(), time.monotonic()
        rings: list[float] = []
        while time.monotonic() < began + self._wishes.wait_call_s:
            sound += self._line.next_frame(0.02) or b""
            if self._line.state in INCOMING and not rings:
                rings.append(len(sound) / RATE_HZ)
            event = self._event(0.0)
            if isinstance(event, CallArrived):
                self._notes.caller = event.caller
            if isinstance(event, CallEnded):
                break
        if not rings:
            self._say("Nobody called; caller id stays unknown.")
            return
        self._notes.rings_s = tuple(rings)
        if sound:
            self._notes.sounds[c.RINGING] = to_samples(bytes(sound))

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _record(self, seconds: float) -> Samples:
        """From now on: what waits already is of the state before."""
        while self._line.next_frame() is not None:
            pass
        heard, until = bytearray(), time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if (frame := self._line.next_frame(left)) is not None:
                heard += frame
                self._line.play(_QUIET_FRAME)
        return to_samples(bytes(heard))

    def _until(self, *kinds: type[Outcome], seconds: float) -> Outcome | None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            event = self._event(0.1)
            if isinstance(event, kinds):
                return event
        return None

    def _event(self, timeout_s: float) -> Outcome | None:
        event = self._line.next_event(timeout_s)
        if isinstance(event, DeviceGone):
            raise DeviceError(f"{self._line.found.address} is {event.reason}; plug it in and begin again")
        return event


def _is_no_line(event: Outcome | None) -> bool:
    return isinstance(event, LineLost) or (isinstance(event, CallEnded) and event.reason is EndReason.NO_LINE)


def _has_end_tone(sound: Samples) -> bool:
    return bool(rhythm_s(sound)) and tones_in(sound).purity > 0.5
