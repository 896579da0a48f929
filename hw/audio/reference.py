"""What was played, in step with what is heard: the reference of an echo canceller. Pure.

Playing and hearing go by one crystal, so they are put together by counting samples and never by the clock: a thread
that is late moves nothing, as long as what was played is known before it is needed. Only a device that ran dry, or lost
what it heard, shifts one count against the other. So the lead of what was played is watched, and set right at the end
of a second in which it was too short or too long; each time a canceller has to learn anew.

What was played and comes too late belongs to the past: it is skipped, and silence stands for it.
"""

from __future__ import annotations

from array import array

WATCHED = 50  # takings: one second of 20 ms pieces
SPARE = 40  # samples: 5 ms of lead that is left at the worst moment
MOST_SPARE = 240  # 30 ms; with more of it an echo would come before its cause
MOST_KEPT = 8000  # a device that swallows sound without playing it (seen on PulseAudio that ran dry) fills no memory


class Reference:
    """most_spare: less than the device's own delay, there and back. shifts: how often it was set right, the first time
    apart. Use it from one thread."""

    def __init__(self, most_spare: int = MOST_SPARE) -> None:
        self.shifts = 0
        self._most_spare = most_spare
        self._samples: array[int] = array("h")
        self._debt = 0  # samples that were due before they came
        self._taken = 0
        self._least = 0  # lead in this second
        self._begun = False

    @property
    def lead(self) -> int:
        """Samples that were played and not taken; below nothing where they are late."""
        return len(self._samples) - self._debt

    def put(self, played: bytes) -> None:
        """`played`: signed 16 bit, just given to the device."""
        self._samples.frombytes(played)
        del self._samples[: max(0, len(self._samples) - MOST_KEPT)]
        self._pay()

    def take(self, count: int) -> array[int]:
        """What was given to the device as the next `count` samples came from it."""
        out = self._samples[:count]
        del self._samples[:count]
        self._debt += count - len(out)
        out.extend([0] * (count - len(out)))
        self._watch()
        return out

    def _pay(self) -> None:
        late = min(self._debt, len(self._samples))
        del self._samples[:late]
        self._debt -= late

    def _watch(self) -> None:
        self._least = min(self._least, self.lead) if self._taken else self.lead
        self._taken = (self._taken + 1) % WATCHED
        if self._taken:
            return
        if not self._begun:
            self._begun = True
            self._shift(self._least)
        elif not 0 <= self._least <= self._most_spare:
            self.shifts += 1
            self._shift(self._least - SPARE)

    def _shift(self, by: int) -> None:
        """Above nothing: so much is left out; below: so much silence was played that nobody counted."""
        self._debt += by
        if self._debt < 0:
            self._samples = array("h", bytes(-2 * self._debt)) + self._samples
            self._debt = 0
        self._pay()
