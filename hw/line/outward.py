"""Voice on its way to a line: no more of it waits than its bringer's lateness needs. Pure.

Whoever brings it is late now and then; silence goes out meanwhile, and the voice behind it would be so much later for
good. So what waits is looked at whenever more comes: what there was too much of at every moment of a second is left
out, and both ends of the gap are cross-faded.
"""

from __future__ import annotations

from hw.line.g711 import to_mulaw, to_samples

WATCHED = 8000  # samples brought: one second
LEAST_SURPLUS = 40  # 5 ms
_FADE = 32  # 4 ms


class Outward:
    """µ-law at 8 kHz, one byte a sample. most: what is older than so much comes too late to be of use. grain: what is
    left out is a multiple of it. left_out: so far."""

    def __init__(self, most: int, *, grain: int = 1) -> None:
        self.left_out = 0
        self._most = most
        self._grain = grain
        self._voice = bytearray()
        self._least: int | None = None  # that waited when more came, in this second
        self._brought = 0

    @property
    def waiting(self) -> int:
        """Samples."""
        return len(self._voice)

    def put(self, mulaw: bytes, surplus: int = 0) -> None:
        """surplus: samples that the device has more than it needs; below nothing: less."""
        on_its_way = surplus + self.waiting
        self._least = on_its_way if self._least is None else min(self._least, on_its_way)
        self._voice += mulaw
        del self._voice[: max(0, self.waiting - self._most)]
        self._brought += len(mulaw)
        if self._brought >= WATCHED:
            self._leave_out(self._least)
            self._least, self._brought = None, 0

    def take(self, most: int) -> bytes:
        """What is to go out next, `most` samples at most."""
        out = bytes(self._voice[: max(0, most)])
        del self._voice[: len(out)]
        return out

    def clear(self) -> None:
        self._voice.clear()
        self._least, self._brought = None, 0

    def _leave_out(self, surplus: int) -> None:
        count = min(surplus, self.waiting - _FADE) // self._grain * self._grain
        if count < LEAST_SURPLUS:
            return
        before, after = (to_samples(bytes(self._voice[at : at + _FADE])) for at in (0, count))
        mixed = (round((a * (_FADE - n) + b * n) / _FADE) for n, (a, b) in enumerate(zip(before, after, strict=True)))
        self._voice[: count + _FADE] = to_mulaw(mixed)
        self.left_out += count
