"""The ring that is heard in the ear: two tones, soft, in the cadence of a telephone. Pure."""

from __future__ import annotations

import array
import math

from appliance.devices.agent.settings import FRAME_S, FRAME_SAMPLES, RATE_HZ, SILENCE

_TONES_HZ = (440.0, 554.0)
_LOUD = 1600  # -26 dB of full scale: it is in somebody's ear
_ON_S, _EVERY_S = 0.8, 3.0
_EDGE = 80  # samples over which it swells and fades


def _ring() -> bytes:
    count = round(_ON_S * RATE_HZ)
    turns = [2 * math.pi * hz / RATE_HZ for hz in _TONES_HZ]
    edges = (min(1.0, n / _EDGE, (count - 1 - n) / _EDGE) for n in range(count))
    return array.array(
        "h", (round(_LOUD * edge * sum(math.sin(turn * n) for turn in turns)) for n, edge in enumerate(edges))
    ).tobytes()


_RING = _ring()
_FRAMES = round(_EVERY_S / FRAME_S)


class Ringing:
    """Hands out the frames that are due. `now`: seconds of any clock."""

    def __init__(self, now: float) -> None:
        self._began = now
        self._frames = 0

    def due(self, now: float) -> list[bytes]:
        """Every frame since the last time; after a stall only the newest ones, so that nothing piles up."""
        wanted = int((now - self._began) / FRAME_S)
        first = max(self._frames, wanted - 3)
        self._frames = max(self._frames, wanted)
        return [_frame(number % _FRAMES) for number in range(first, wanted)]


def _frame(number: int) -> bytes:
    part = _RING[2 * FRAME_SAMPLES * number : 2 * FRAME_SAMPLES * (number + 1)]
    return part + SILENCE[len(part) :]
