"""Make test tones and say what is heard in a recording: tones, loudness, where sound begins.

Plain Python over mono 16-bit samples. Must not judge: tests do.
"""

from __future__ import annotations

import array
import math
import struct
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

SILENCE_RMS = 60.0  # of 32767; codec noise of silence stays below


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Mono samples, 16-bit, at `rate_hz`."""

    rate_hz: int
    samples: array.array[int]

    @classmethod
    def empty(cls, rate_hz: int = 8000) -> Sound:
        return cls(rate_hz=rate_hz, samples=array.array("h"))

    def followed_by(self, other: Sound) -> Sound:
        """Both, one after the other."""
        return Sound(rate_hz=other.rate_hz, samples=self.samples + other.samples)

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz

    def part(self, start_s: float, end_s: float | None = None) -> Sound:
        """The sound from `start_s` to `end_s` (None: the end); negative values count from the end."""
        total = self.duration_s
        first = start_s if start_s >= 0 else total + start_s
        last = total if end_s is None else end_s if end_s >= 0 else total + end_s
        cut = self.samples[max(0, round(first * self.rate_hz)) : max(0, round(last * self.rate_hz))]
        return Sound(rate_hz=self.rate_hz, samples=cut)

    def rms(self) -> float:
        """Root mean square, 0 … 32767; 0 for nothing."""
        if not self.samples:
            return 0.0
        return math.sqrt(sum(value * value for value in self.samples) / len(self.samples))

    def tone_share(self, frequency_hz: float) -> float:
        """Share of the energy that lies at `frequency_hz`, 0 … 1 (Goertzel over 50 ms windows)."""
        window = self.rate_hz // 20
        energy = tone = 0.0
        for start in range(0, len(self.samples) - window + 1, window):
            part = self.samples[start : start + window]
            energy += sum(value * value for value in part)
            tone += _goertzel_energy(part, frequency_hz / self.rate_hz)
        return tone / energy if energy else 0.0

    def has_tone(self, frequency_hz: float, *, share: float = 0.5, rms: float = 300.0) -> bool:
        """Loud enough, and mostly this tone."""
        return self.rms() >= rms and self.tone_share(frequency_hz) >= share

    def tone_seconds(self, frequency_hz: float, *, share: float = 0.3, rms: float = 300.0) -> float:
        """For how long the tone is present, counted in windows of 100 ms."""
        window = self.rate_hz // 10
        parts = [self.samples[at : at + window] for at in range(0, len(self.samples) - window + 1, window)]
        sounds = [Sound(rate_hz=self.rate_hz, samples=part) for part in parts]
        return 0.1 * sum(sound.has_tone(frequency_hz, share=share, rms=rms) for sound in sounds)

    def first_sound_s(self, *, rms: float = SILENCE_RMS) -> float | None:
        """The first instant (10 ms steps) that is not silent; None where all is silent."""
        window = max(1, self.rate_hz // 100)
        for start in range(0, len(self.samples), window):
            part = self.samples[start : start + window]
            if math.sqrt(sum(value * value for value in part) / len(part)) >= rms:
                return start / self.rate_hz
        return None


def write_tone(
    path: Path, *, frequency_hz: float, duration_s: float, rate_hz: int = 8000, amplitude: float = 0.3
) -> Path:
    """A mono 16-bit WAV of a sine. Returns `path`."""
    turn = 2.0 * math.pi * frequency_hz / rate_hz
    peak = amplitude * 32767
    samples = array.array("h", (round(peak * math.sin(turn * at)) for at in range(round(duration_s * rate_hz))))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(samples.tobytes())
    return path


def read_growing_wav(path: Path) -> Sound:
    """A mono 16-bit WAV that may still be written: the header's length is not believed."""
    data = path.read_bytes()
    marker = data.find(b"data")
    if marker < 0 or data[:4] != b"RIFF":
        raise ValueError(f"{path} is no WAV file yet")
    rate_hz = struct.unpack_from("<I", data, 24)[0]
    body = data[marker + 8 :]
    samples = array.array("h")
    samples.frombytes(body[: len(body) // 2 * 2])
    return Sound(rate_hz=rate_hz, samples=samples)


def read_sides(path: Path) -> tuple[Sound, ...]:
    """Every channel of a finished sound file (WAV, FLAC …), really decoded by sox."""
    facts = subprocess.run(["soxi", "-c", str(path)], check=True, capture_output=True, text=True).stdout
    rate = subprocess.run(["soxi", "-r", str(path)], check=True, capture_output=True, text=True).stdout
    return tuple(_read_channel(path, channel, int(rate)) for channel in range(1, int(facts) + 1))


def _read_channel(path: Path, channel: int, rate_hz: int) -> Sound:
    command = ["sox", str(path), "-t", "raw", "-e", "signed", "-b", "16", "-L", "-", "remix", str(channel)]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    samples = array.array("h")
    samples.frombytes(raw)
    return Sound(rate_hz=rate_hz, samples=samples)


def _goertzel_energy(samples: array.array[int], turns_per_sample: float) -> float:
    """Energy of the component, on the scale of the sum of squares (so a pure tone gives the whole sum)."""
    factor = 2.0 * math.cos(2.0 * math.pi * turns_per_sample)
    one = two = 0.0
    for value in samples:
        one, two = value + factor * one - two, one
    power = one * one + two * two - factor * one * two
    return 2.0 * power / len(samples)
