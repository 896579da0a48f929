"""What is heard on a line that is off-hook: the far end without our own echo, and the tones and silences that mean
something. The same for every device whose sound we hear. Pure but for its canceller; which state the line is in comes
in from outside.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import replace

from hw.audio.echo import EchoCanceller
from hw.daa.call_progress import CallProgress
from hw.line.profile import Profile
from hw.line.signals import Signal, SilenceLasted, Tone, ToneHeard
from hw.line.silence import SilenceWatch

BLOCK = 160  # samples: 20 ms, of the canceller
TALK_S = 0.4  # we said something so lately: what sounds like busy may be talk
DOUBT = 3  # busy has to last so many times as long to be believed over our own sound, which may be music without end
LOUDER = 1.05  # of power: a canceller that adds so much has learnt something wrong
LOUD = (32768 * 10 ** (-30 / 20)) ** 2  # mean power of a block with somebody talking


_RHYTHMIC = frozenset({Tone.BUSY, Tone.CONGESTION})


class Ear:
    """Of one line, from call to call."""

    def __init__(self, profile: Profile, canceller: EchoCanceller) -> None:
        self._profile = profile
        self._canceller = canceller
        self.begin()

    def begin(self) -> None:
        """A call begins."""
        self._progress = CallProgress(self._profile.all_tones())
        self._silence = SilenceWatch(self._profile.silence_s)
        self._we_talk_s = 0.0

    def forget_echo(self) -> None:
        """It comes back another way from now on, or after another time."""
        self._canceller.forget()

    def without_echo(self, heard: array[int], played: array[int]) -> array[int]:
        """The far end, of BLOCK samples that were heard while `played` was given to the device."""
        if _power(played) >= LOUD:
            self._we_talk_s = TALK_S
        far = self._canceller.cancel(heard, played)
        return far if _power(far) <= LOUDER * _power(heard) else heard

    def judge(self, far: array[int], now: float, *, talking: bool) -> list[Signal]:
        """What the far end's sound means. Busy is doubted while we talk: a voice in rhythm would end the call."""
        self._we_talk_s -= len(far) / 8000
        if talking and self._silence.feed(far, now):
            return [SilenceLasted()]
        tones: Iterable[ToneHeard] = self._progress.feed(far)
        if talking and self._we_talk_s > 0:
            tones = map(_doubted, tones)
        return [tone for tone in tones if tone.cycles]


def _doubted(tone: ToneHeard) -> ToneHeard:
    return replace(tone, cycles=tone.cycles // DOUBT) if tone.tone in _RHYTHMIC else tone


def _power(block: array[int]) -> float:
    return sum(sample * sample for sample in block) / (len(block) or 1)
