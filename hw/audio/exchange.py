"""Both directions of a device's sound between its own clock and the call's: no lock, two elastic buffers.

The call's thread calls `heard` and `said` every 20 ms, the device's thread `captured` and `to_play`. What one thread
gives the other goes through a deque (appending and popping are atomic); each buffer is touched by one thread only.
"""

from __future__ import annotations

import array
import time
from collections import deque
from collections.abc import Callable

from hw.audio.echo import EchoCanceller
from hw.audio.elastic import ElasticBuffer
from hw.audio.level import SILENT_DB, amplified, level_db

CALL_RATE_HZ = 8000
CALL_SAMPLES = 160  # 20 ms
BLOCK_SAMPLES = 80  # 10 ms
_MOST_WAITING = 100  # blocks that wait for a thread that has stopped taking them


class SoundExchange:
    """A device's sound. canceller: for a loudspeaker; None for a headset, which has none. side_tone: how much of the
    microphone is heard in the own ear, 0 … 1; 0 where the headset does it itself, as most do. Levels are those of the
    last block, in dB of full scale; they are taken while `metered`. block_samples: what a real device is asked for at a
    time, and half of what it holds: more for a machine that is late now and then."""

    def __init__(
        self,
        *,
        side_tone: float = 0.0,
        block_samples: int = BLOCK_SAMPLES,
        canceller: EchoCanceller | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.to_device = ElasticBuffer(rate_hz=CALL_RATE_HZ)
        self.from_device = ElasticBuffer(rate_hz=CALL_RATE_HZ)
        self.microphone_db = self.speaker_db = SILENT_DB
        self.block_samples = block_samples
        self.volume_db = 0.0  # of what is played
        self.metered = False  # whether somebody looks at the levels
        self._side_tone = side_tone
        self._canceller = canceller
        self._far = bytes(2 * CALL_SAMPLES)
        self._clock = clock
        self._outward: deque[tuple[bytes, float]] = deque(maxlen=_MOST_WAITING)
        self._inward: deque[tuple[bytes, float]] = deque(maxlen=_MOST_WAITING)
        self._own = b""

    # ── the call ─────────────────────────────────────────────────────────────────────────────────────────────────

    def heard(self, frame: bytes) -> None:
        """What the other party says: signed 16 bit at CALL_RATE_HZ."""
        self._far = frame
        self._outward.append((frame, self._clock()))

    def said(self) -> bytes:
        """CALL_SAMPLES of what the device heard."""
        _drain(self._inward, self.from_device)
        near = self.from_device.pull(CALL_SAMPLES, self._clock())
        if self._canceller is None:
            return near
        return self._canceller.cancel(array.array("h", near), array.array("h", self._far)).tobytes()

    def begin_anew(self) -> None:
        """What was played so far (a ring) and its timing no longer count."""
        self._outward.clear()
        self.to_device = ElasticBuffer(rate_hz=CALL_RATE_HZ)

    @property
    def ruptures(self) -> str:
        """What could not be heard as it was said, in words; "" where all could."""
        ways = (("the ear", self.to_device), ("the microphone", self.from_device))
        return "; ".join(
            f"{name}: gaps {buffer.underruns} ({1000 * buffer.concealed // buffer.rate_hz} ms made), cuts {buffer.cuts}"
            for name, buffer in ways
            if buffer.underruns or buffer.cuts
        )

    def close(self) -> None:
        """When neither side calls any more. Twice is safe."""
        if self._canceller is not None:
            self._canceller.close()

    # ── the device ───────────────────────────────────────────────────────────────────────────────────────────────

    def captured(self, block: bytes) -> None:
        """What the microphone heard, at CALL_RATE_HZ."""
        self._inward.append((block, self._clock()))
        if self._side_tone:
            self._own = block
        if self.metered:
            self.microphone_db = level_db(block)

    def to_play(self, samples: int) -> bytes:
        """What the device is to play now."""
        _drain(self._outward, self.to_device)
        block = self.to_device.pull(samples, self._clock())
        if self.volume_db:
            block = amplified(block, self.volume_db)
        if self.metered:
            self.speaker_db = level_db(block)
        return mix(block, self._own, self._side_tone) if self._side_tone else block


def mix(block: bytes, other: bytes, share: float) -> bytes:
    """`block` with `share` of `other` on top; what the one is longer stays out."""
    mixed, more = array.array("h", block), array.array("h", other)
    for n in range(min(len(mixed), len(more))):
        mixed[n] = max(-32768, min(32767, mixed[n] + round(share * more[n])))
    return mixed.tobytes()


def _drain(waiting: deque[tuple[bytes, float]], buffer: ElasticBuffer) -> None:
    while waiting:
        buffer.push(*waiting.popleft())
