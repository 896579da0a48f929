"""A device's sound while it is open: it exchanges blocks with whoever stands on its other side, by threads of its own.

`SoundStream` MUST be overridden whole. A stream never raises from its threads: what ends it stands in `fault`.
"""

from __future__ import annotations

import abc
from typing import Protocol


class DeviceSide(Protocol):
    """What a device's threads bring sound to and take it from: signed 16 bit at 8 kHz. Neither may wait."""

    @property
    def block_samples(self) -> int:
        """What a real device is asked for at a time."""

    def captured(self, block: bytes) -> None:
        """What the microphone heard."""

    def to_play(self, samples: int) -> bytes:
        """What the device is to play now."""


class SoundStream(abc.ABC):
    """`exchange`: what it is connected to."""

    exchange: DeviceSide

    @property
    @abc.abstractmethod
    def fault(self) -> str:
        """Why it has ended by itself (unplugged), "" while it runs."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of the device. Twice is safe."""

    def __enter__(self) -> SoundStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
