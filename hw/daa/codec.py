"""A DAA's sound: what the line plays and what it hears, between its thread and those of its sound card.

    DaaLine ── play ──► elastic buffer ── to_play ──► the card        what it was given: the reference
    DaaLine ◄── listen ── 20 ms of what was heard, and of the reference ◄── captured ── the card

The line is paced by what the card hears. What is played waits in an elastic buffer, because two threads are late at
different moments; what the canceller is told was played is taken behind that buffer, so that its moves change nothing.
"""

from __future__ import annotations

import queue
import time
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hw.audio.cards import card_named
from hw.audio.elastic import ElasticBuffer
from hw.audio.exchange import BLOCK_SAMPLES
from hw.audio.interface import SoundStream
from hw.audio.reference import Reference
from hw.daa.daa_line import BLOCK
from hw.daa.wiring import Wiring

_MOST_WAITING = 100  # blocks that wait for a thread that has stopped taking them
DEFAULT_PCM = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """20 ms of the line: 16-bit samples at 8 kHz. played: what was given to the card as `heard` was heard."""

    heard: array[int]
    played: array[int]


class Codec:
    """`listen` and `play` are the line's, from one thread; `captured` and `to_play` the card's, from one each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, block_samples: int = BLOCK_SAMPLES) -> None:
        """block_samples: what the card is asked for at a time; more for a machine that is late now and then."""
        self.block_samples = block_samples
        self.reference = Reference(3 * block_samples)  # two that wait to be played, and one that is heard
        self.to_device = ElasticBuffer()
        self._clock = clock
        self._heard: array[int] = array("h")
        self._captured: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._outward: deque[tuple[bytes, float]] = deque(maxlen=_MOST_WAITING)
        self._given: deque[bytes] = deque()

    # ── the line ─────────────────────────────────────────────────────────────────────────────────────────────────

    def listen(self, timeout_s: float) -> Turned | None:
        """The next 20 ms; None where they haven't come by then."""
        until = time.monotonic() + timeout_s
        while len(self._heard) < BLOCK:
            try:
                self._heard.frombytes(self._captured.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                return None
        heard = self._heard[:BLOCK]
        del self._heard[:BLOCK]
        while self._given:
            self.reference.put(self._given.popleft())
        return Turned(heard=heard, played=self.reference.take(BLOCK))

    def play(self, block: array[int]) -> None:
        """20 ms for the line."""
        self._outward.append((block.tobytes(), self._clock()))

    # ── the card ─────────────────────────────────────────────────────────────────────────────────────────────────

    def captured(self, block: bytes) -> None:
        self._captured.put(block)

    def to_play(self, samples: int) -> bytes:
        while self._outward:
            self.to_device.push(*self._outward.popleft())
        block = self.to_device.pull(samples, self._clock())
        self._given.append(block)
        return block


def open_card(wiring: Wiring, codec: Codec) -> SoundStream:
    """The wiring's sound card by PortAudio; without a name ALSA's default one. Raises DeviceAbsentError,
    DeviceBusyError (its holder named), DeviceError. PyAudio is imported only here: looking at pins needs none."""
    from hw.audio.alsa import point_alsa_to
    from hw.audio.portaudio import PortAudioStream

    if not wiring.audio:
        return PortAudioStream(DEFAULT_PCM, codec)
    card = card_named(wiring.audio)
    return PortAudioStream(point_alsa_to(card.id), codec, file=card.capture_file)
