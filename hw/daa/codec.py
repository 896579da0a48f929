"""A DAA's sound card by PyAudio: both directions in one stream at 8 kHz, so that they share one clock.

PortAudio never sees a card that is plugged in later: this is for one process per line, started when the card is there.
"""

from __future__ import annotations

from array import array

import pyaudio

from hw.daa.daa_line import BLOCK
from hw.errors import DeviceAbsentError, DeviceError, DeviceGoneError

RATE_HZ = 8000
AHEAD = 2  # blocks that are played ahead, so that a late turn isn't heard


class SoundCard:
    """name: (part of) the card's name as PortAudio has it, "" for the default. Raises DeviceError."""

    def __init__(self, name: str) -> None:
        self._audio = pyaudio.PyAudio()
        try:
            place = _place(self._audio, name)
            self._stream = self._audio.open(
                format=pyaudio.paInt16, channels=1, rate=RATE_HZ, frames_per_buffer=BLOCK, input=True, output=True,
                input_device_index=place, output_device_index=place,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            self._audio.terminate()
            shown = name or "the default sound card"
            raise DeviceError(
                f"{shown} can't be opened at 8 kHz both ways ({error}); is another program using it?"
            ) from error
        except DeviceAbsentError:
            self._audio.terminate()
            raise
        self._stream.write(bytes(2 * BLOCK * AHEAD))
        self._open = True

    def turn(self, played: array[int]) -> array[int]:
        try:
            self._stream.write(played.tobytes())
            return array("h", self._stream.read(BLOCK, exception_on_overflow=False))
        except OSError as error:
            raise DeviceGoneError(f"the line's sound card failed ({error}); plug it in again") from error

    def close(self) -> None:
        """Twice is safe."""
        if self._open:
            self._open = False
            self._stream.close()
            self._audio.terminate()


def _place(audio: pyaudio.PyAudio, name: str) -> int | None:
    """The card's number, None for the default."""
    if not name:
        return None
    cards = [audio.get_device_info_by_index(number) for number in range(audio.get_device_count())]
    for card in cards:
        if name in str(card["name"]) and card["maxInputChannels"] and card["maxOutputChannels"]:
            return int(card["index"])
    there = ", ".join(str(card["name"]) for card in cards) or "none"
    raise DeviceAbsentError(f"no sound card {name!r} that plays and records; there is: {there}")
