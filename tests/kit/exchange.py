"""A telephone exchange behind an analog line, in steps of 20 ms: rings, tones, keys decoded from sound, a far end.

It knows nothing of modems: whatever drives the line tells it the hook and what the line said, and gets back what the
line hears and the signs that aren't sound. Hands may come from another thread.
"""

from __future__ import annotations

import enum
import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from kit.caller_sound import CallerStandard, caller_sound

from hw.daa.goertzel import Goertzel
from hw.line.caller_id import CallerId
from hw.line.dtmf import KEYS
from hw.line.g711 import to_mulaw, to_samples
from hw.line.signals import Tone
from hw.line.tones import tones_of

FRAME, RATE = 160, 8000
STEP_S = FRAME / RATE
SILENCE = b"\xff" * FRAME
TALK_HZ = 1004.0  # what the far end says
LONGEST_NUMBER = 7
_REVERSAL_S = 0.2  # from the polarity reversal to who it is
_BEFORE_RING_S = 2.0  # from there to the first ring


class Place(enum.StrEnum):
    IDLE = "idle"
    RINGING = "ringing"
    DIAL_TONE = "dial_tone"
    COLLECTING = "collecting"
    RINGBACK = "ringback"
    CONGESTION = "congestion"
    TALK = "talk"
    HUNG_UP = "hung_up"  # by the far end; the line has not followed


class Sign(enum.StrEnum):
    """What isn't sound."""

    RING = "ring"
    REVERSAL = "reversal"
    BREAK = "break"


class KeyReceiver:
    """DTMF out of frames: a key counts when it was there for two frames and was not before (Q.24: 40 ms)."""

    def __init__(self) -> None:
        low = sorted({pair[0] for pair in KEYS.values()})
        high = sorted({pair[1] for pair in KEYS.values()})
        self._frequencies = [*low, *high]
        self._goertzel = Goertzel(self._frequencies)
        self._keys = {pair: key for key, pair in KEYS.items()}
        self._run: list[str] = []

    def feed(self, mulaw: bytes) -> str:
        key = self._key(mulaw)
        self._run = [*self._run, key][-3:]
        return key if key and self._run[-2:] == [key, key] and self._run[:-2] != [key] else ""

    def _key(self, mulaw: bytes) -> str:
        if max(Counter(mulaw).values()) > FRAME // 2:  # silence, or nearly
            return ""
        shares, power = self._goertzel.powers(to_samples(mulaw))
        low, high = max(range(4), key=shares.__getitem__), max(range(4, 8), key=shares.__getitem__)
        if power < 1e5 or shares[low] + shares[high] < 0.8 or min(shares[low], shares[high]) < 0.1:
            return ""
        return self._keys[self._frequencies[low], self._frequencies[high]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    mulaw: bytes = SILENCE
    signs: tuple[Sign, ...] = ()
    key: str = ""  # of the far end


@dataclass(slots=True, kw_only=True)
class Plan:
    """Times in seconds. caller_standard: how it tells who calls, `caller_after_s` after the first ring began, or with
    `before_ring` behind a polarity reversal, and the ring follows. short_caller: no longer than a receiver needs.
    reverses: an answer is told by the line's polarity; breaks: a hang-up by the loop, else only by busy tone.
    echo: what share of what is said comes back, 20 ms later."""

    country: str = "US"
    subscribers: tuple[str, ...] = ("5550100",)
    ring_s: tuple[float, float] = (2.0, 4.0)
    caller_after_s: float = 2.5
    caller_standard: CallerStandard = CallerStandard.BELL
    before_ring: bool = False
    short_caller: bool = False
    answer_after_s: float = 1.0
    reverses: bool = True
    breaks: bool = True
    echo: float = 0.0


@dataclass(slots=True)
class Exchange:
    plan: Plan = field(default_factory=Plan)
    place: Place = Place.IDLE
    caller: CallerId = field(default_factory=CallerId)
    off_hook: bool = False
    dialled: str = ""  # every key that came, of all calls
    heard: bytearray = field(default_factory=bytearray)  # in talk
    speaking: bool = False
    number: str = ""
    rings: int = 0  # of the call that came last
    words: deque[bytes] = field(default_factory=deque)  # frames that the far end is to say in talk, before all else
    witness: Callable[[bytes, bytes], None] | None = None  # of each step: what was said, and what is heard
    _since: int = 0  # steps in this place
    _clock: int = 0
    _signs: list[Sign] = field(default_factory=list)
    _orders: deque[Callable[[], None]] = field(default_factory=deque)
    _far_keys: deque[str] = field(default_factory=deque)
    _keys: KeyReceiver = field(default_factory=KeyReceiver)
    _said: bytes = SILENCE  # 20 ms ago
    _caller_sound: bytes = b""  # what is still to be heard of it

    # ── hands ────────────────────────────────────────────────────────────────────────────────────────────────────

    def call(self, caller: CallerId) -> None:
        self._orders.append(lambda: self._call(caller))

    def give_up(self) -> None:
        """The caller, while it rings."""
        self._orders.append(lambda: self._enter(Place.IDLE) if self.place is Place.RINGING else None)

    def hang_up(self) -> None:
        """The far end, in talk."""
        self._orders.append(self._hang_up)

    def press(self, key: str) -> None:
        self._far_keys.append(key)

    # ── 20 ms ────────────────────────────────────────────────────────────────────────────────────────────────────

    def step(self, said: bytes, off_hook: bool) -> Step:
        """`said`: 160 bytes of µ-law, silence where the line is on-hook."""
        while self._orders:
            self._orders.popleft()()
        self._hook(off_hook)
        if self.off_hook:
            self._listen(said)
        if (tick := _PLACES.get(self.place)) is not None:
            tick(self)
        self._since += 1
        self._clock += 1
        signs, self._signs = tuple(self._signs), []
        key = self._far_keys.popleft() if self._far_keys and self.place is Place.TALK else ""
        sound = self._with_echo(self._sound()) if self.off_hook else self._on_hook_sound()
        self._said = said
        if self.witness is not None:
            self.witness(said, sound)
        return Step(mulaw=sound, signs=signs, key=key)

    def _with_echo(self, sound: bytes) -> bytes:
        if not self.plan.echo or self._said == SILENCE:
            return sound
        pairs = zip(to_samples(sound), to_samples(self._said), strict=True)
        return to_mulaw(max(-32768, min(32767, round(far + self.plan.echo * ours))) for far, ours in pairs)

    def _hook(self, off_hook: bool) -> None:
        if off_hook and not self.off_hook:
            self._enter(Place.TALK if self.place is Place.RINGING else Place.DIAL_TONE)
        elif self.off_hook and not off_hook:
            self._enter(Place.IDLE)
        self.off_hook = off_hook

    def _listen(self, said: bytes) -> None:
        if self.place is Place.TALK:
            self.heard += said
        key = self._keys.feed(said)
        if not key:
            return
        self.dialled += key
        if self.place in (Place.DIAL_TONE, Place.COLLECTING):
            number = self.number + key
            self._enter(Place.COLLECTING)
            self.number = number
            self._route()

    def _route(self) -> None:
        if self.number in self.plan.subscribers:
            self._enter(Place.RINGBACK)
        elif len(self.number) >= LONGEST_NUMBER and not self._may_follow():
            self._enter(Place.CONGESTION)

    def _may_follow(self) -> bool:
        return any(subscriber.startswith(self.number) for subscriber in self.plan.subscribers)

    def _ring(self) -> None:
        """Rings, and who it is once: after the first, or before it."""
        told_at = round((_REVERSAL_S if self.plan.before_ring else self.plan.caller_after_s) / STEP_S)
        first = round(_BEFORE_RING_S / STEP_S) if self.plan.before_ring else 0
        if self.plan.before_ring and self._since == 0:
            self._signs.append(Sign.REVERSAL)
        if self._since >= first and (self._since - first) % round(sum(self.plan.ring_s) / STEP_S) == 0:
            self._signs.append(Sign.RING)
            self.rings += 1
        if self._since == told_at:
            self._caller_sound = caller_sound(self.caller, self.plan.caller_standard, short=self.plan.short_caller)

    def _ringback(self) -> None:
        if self._since * STEP_S >= self.plan.answer_after_s:
            self._enter(Place.TALK)
            if self.plan.reverses:
                self._signs.append(Sign.REVERSAL)

    def _call(self, caller: CallerId) -> None:
        if self.place is Place.IDLE:
            self.caller, self.rings = caller, 0
            self._enter(Place.RINGING)

    def _hang_up(self) -> None:
        if self.place is Place.TALK:
            self._enter(Place.HUNG_UP)
            if self.plan.breaks:
                self._signs.append(Sign.BREAK)

    def _enter(self, place: Place) -> None:
        self.place, self._since, self.number = place, 0, ""
        self._caller_sound = b""

    # ── sound ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _on_hook_sound(self) -> bytes:
        """What a receiver across the idle line hears."""
        piece, self._caller_sound = self._caller_sound[:FRAME], self._caller_sound[FRAME:]
        return piece + SILENCE[len(piece) :]

    def _sound(self) -> bytes:
        if self.place is Place.TALK and self.words:
            return self.words.popleft()
        if self.place is Place.TALK:
            return self._sines((TALK_HZ,)) if self.speaking else SILENCE
        kind = _TONES.get(self.place)
        spec = next((one for one in tones_of(self.plan.country) if one.tone is kind), None)
        if spec is None:
            return SILENCE
        at = self._since * STEP_S % (sum(spec.cadence_s) or 1.0)
        on = not spec.cadence_s or at < spec.cadence_s[0]
        return self._sines(spec.frequencies_hz) if on else SILENCE

    def _sines(self, frequencies_hz: tuple[float, ...]) -> bytes:
        first = self._clock * FRAME
        turns = [2 * math.pi * hz / RATE for hz in frequencies_hz]
        return to_mulaw(round(sum(3000 * math.sin(turn * (first + n)) for turn in turns)) for n in range(FRAME))


_PLACES: dict[Place, Callable[[Exchange], None]] = {Place.RINGING: Exchange._ring, Place.RINGBACK: Exchange._ringback}
_TONES = {
    Place.DIAL_TONE: Tone.DIAL,
    Place.RINGBACK: Tone.RINGBACK,
    Place.CONGESTION: Tone.CONGESTION,
    Place.HUNG_UP: Tone.BUSY,
}
