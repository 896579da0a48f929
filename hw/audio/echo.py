"""Our own voice, as an analog line's hybrid or a loudspeaker's room sends it back, taken out of what is heard.

Two wires of a line carry both directions; where the hybrid doesn't match the line, 6 to 30 dB of what we play comes
back, tens of milliseconds later. `SpeexCanceller` follows that path with an adaptive filter (libspeexdsp,
MDF). Must be fed every block, also of silence: it learns from time.

Source: libspeexdsp 1.2 (speex/speex_echo.h); ITU-T G.168 for what a canceller has to reach.
"""

from __future__ import annotations

import ctypes
import logging
from array import array
from typing import Protocol

from hw.errors import DriverError

log = logging.getLogger(__name__)
BLOCK = 160  # samples at 8 kHz: 20 ms
TAIL_MS = 128  # of the echo, the sound card's own delay included
_RATE_HZ = 8000
_SET_SAMPLING_RATE = 24  # SPEEX_ECHO_SET_SAMPLING_RATE
_LIBRARY = "libspeexdsp.so.1"
_Block = ctypes.c_int16 * BLOCK


class EchoCanceller(Protocol):
    """One per line or loudspeaker. Blocks are 20 ms of 16-bit samples at 8 kHz."""

    def cancel(self, heard: array[int], played: array[int]) -> array[int]:
        """heard and played of one moment; returns what the far end has said."""

    def forget(self) -> None:
        """Another call: another path."""

    def close(self) -> None:
        """Twice is safe."""


class NoCanceller:
    """Where there is no echo, or no canceller."""

    def cancel(self, heard: array[int], played: array[int]) -> array[int]:
        return heard

    def forget(self) -> None:
        return None

    def close(self) -> None:
        return None


class SpeexCanceller:
    """Raises DriverError where libspeexdsp isn't installed."""

    def __init__(self, tail_ms: int = TAIL_MS) -> None:
        self._library = _library()
        self._state: int | None = self._library.speex_echo_state_init(BLOCK, tail_ms * _RATE_HZ // 1000)
        if not self._state:
            raise DriverError("libspeexdsp gave no echo canceller; is there memory left?")
        rate = ctypes.c_int32(_RATE_HZ)
        self._library.speex_echo_ctl(self._state, _SET_SAMPLING_RATE, ctypes.byref(rate))

    def cancel(self, heard: array[int], played: array[int]) -> array[int]:
        if self._state is None:
            return heard
        far = _Block()
        self._library.speex_echo_cancellation(self._state, _Block(*heard), _Block(*played), far)
        return array("h", bytes(far))

    def forget(self) -> None:
        if self._state is not None:
            self._library.speex_echo_state_reset(self._state)

    def close(self) -> None:
        if self._state is not None:
            state, self._state = self._state, None
            self._library.speex_echo_state_destroy(state)


def line_canceller() -> EchoCanceller:
    """For an analog line. A line without one works, with an echo; that is said."""
    try:
        return SpeexCanceller()
    except DriverError as error:
        log.warning("%s; callers hear an echo meanwhile", error)
        return NoCanceller()


def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        raise DriverError(f"no echo canceller: {error}; install Debian's libspeexdsp1") from error
    library.speex_echo_state_init.restype = ctypes.c_void_p
    library.speex_echo_state_init.argtypes = [ctypes.c_int, ctypes.c_int]
    library.speex_echo_cancellation.argtypes = [ctypes.c_void_p, *[ctypes.POINTER(ctypes.c_int16)] * 3]
    library.speex_echo_cancellation.restype = None
    library.speex_echo_ctl.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    for name in ("speex_echo_state_reset", "speex_echo_state_destroy"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
        getattr(library, name).restype = None
    return library
