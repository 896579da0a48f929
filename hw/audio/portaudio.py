"""A sound device by PortAudio (PyAudio): capture and playback are two blocking streams, each with a thread.

Two streams, because a duplex one stalls on sound servers (seen on PulseAudio 16 by ALSA's pulse plugin). PortAudio's
list of devices is that of the moment it is initialised, and it can't be refreshed while a stream runs: one process a
device, started when it is plugged in. On a real card ALSA's buffer is two blocks (seen on snd-aloop). The device
converts nothing: it is a PCM of ALSA with conversion (`alsa`).
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

import pyaudio

from hw.audio.exchange import CALL_RATE_HZ
from hw.audio.interface import DeviceSide, SoundStream
from hw.errors import DeviceAbsentError, DeviceBusyError, DeviceError
from hw.holders import holder_of

log = logging.getLogger(__name__)
_BUSY = -9985  # paDeviceUnavailable
_LEAD_BLOCKS = 2  # played ahead, so that the first blocks that are late are not heard
_PRIORITY = 1  # lowest of SCHED_RR: above everything that can wait
_JOIN_S = 2.0


class PortAudioStream(SoundStream):
    """The PCM `name`, mono at 8 kHz both ways."""

    def __init__(self, name: str, exchange: DeviceSide, *, file: str = "", hurry: bool = True) -> None:
        """file: the device file, by which a holder is named. hurry: real-time priority where the system allows it; not
        for a sound server's PCM, whose own threads would starve (seen on PulseAudio). Raises DeviceAbsentError,
        DeviceBusyError (its holder named), DeviceError."""
        self.name = name
        self.exchange = exchange
        self._block = exchange.block_samples
        self._fault = ""
        self._hurry = hurry
        self._file = file
        self._stopping = False
        self._closed = False
        with _quiet():
            self._audio = pyaudio.PyAudio()
        try:
            index = _index(self._audio, name)
            self._capture = self._open(input=True, input_device_index=index)
            self._playback = self._open(output=True, output_device_index=index)
        except BaseException:
            self._audio.terminate()
            raise
        self._threads = [
            threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
            for work in (self._listen, self._play)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def fault(self) -> str:
        return self._fault

    @property
    def latency_s(self) -> float:
        """What PortAudio says of the device's own delay, both ways together."""
        return float(self._capture.get_input_latency() + self._playback.get_output_latency())

    def close(self) -> None:
        if self._closed:
            return
        self._closed = self._stopping = True
        for thread in self._threads:
            thread.join(_JOIN_S)
        if any(thread.is_alive() for thread in self._threads):
            log.warning("%s does not let go; its threads are left behind", self.name)
            return
        with contextlib.suppress(OSError):
            self._capture.close()
            self._playback.close()
        self._audio.terminate()

    def _open(self, **which: Any) -> Any:
        try:
            with _quiet():
                return self._audio.open(
                    rate=CALL_RATE_HZ, channels=1, format=pyaudio.paInt16, frames_per_buffer=self._block, **which
                )
        except OSError as error:
            if error.errno == _BUSY or _BUSY in error.args:
                holder = holder_of(self._file) if self._file else "another program"
                raise DeviceBusyError(self._file or self.name, holder) from error
            raise DeviceError(f"{self.name} can't be opened for sound ({error}); plug it in again") from error

    def _run(self, work: Any) -> None:
        if self._hurry:
            with contextlib.suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_PRIORITY))
        try:
            work()
        except OSError as error:
            if not self._stopping:
                self._fault = f"{self.name} has gone ({error}); plug it in again"

    def _listen(self) -> None:
        while not self._stopping:
            self.exchange.captured(self._capture.read(self._block, exception_on_overflow=False))

    def _play(self) -> None:
        self._playback.write(bytes(2 * self._block * _LEAD_BLOCKS))
        while not self._stopping:
            block = self.exchange.to_play(self._block)
            self._playback.write(block, exception_on_underflow=False)


def _index(audio: Any, name: str) -> int:
    """PortAudio's number of the PCM."""
    names = [str(audio.get_device_info_by_index(number)["name"]) for number in range(audio.get_device_count())]
    if name not in names:
        there = ", ".join(names) or "none"
        raise DeviceAbsentError(f"no sound device {name}; PortAudio sees: {there}")
    return names.index(name)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """ALSA and JACK write pages to standard error about every PCM that this machine hasn't."""
    libc = ctypes.CDLL(None)
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        libc.fflush(None)
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
