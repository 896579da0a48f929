"""A sound device that is open: it exchanges blocks with a call through a `SoundExchange`, by threads of its own.

`SoundStream` MUST be overridden whole. A stream never raises from its threads: what ends it stands in `fault`.
"""

from __future__ import annotations

import abc

from hw.audio.exchange import SoundExchange


class SoundStream(abc.ABC):
    """`exchange`: what it is connected to."""

    exchange: SoundExchange

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
