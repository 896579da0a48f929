"""Caller-id transmissions as an exchange sends them: messages, start-stop framing, continuous-phase FSK, noise."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

from hw.daa.fsk import BAUD, TonePlan

RATE_HZ = 8000
SEIZURE_BITS, MARK_BITS = 300, 180


def message(kind: int, content: bytes) -> bytes:
    """With length and checksum."""
    body = bytes([kind, len(content)]) + content
    return body + bytes([-sum(body) % 256])


def mdmf(*parameters: tuple[int, bytes]) -> bytes:
    return message(0x80, b"".join(bytes([kind, len(value)]) + value for kind, value in parameters))


def transmission(data: bytes, *, seizure_bits: int = SEIZURE_BITS, mark_bits: int = MARK_BITS) -> Iterator[bool]:
    """Bits, True for mark."""
    yield from (bool(place % 2) for place in range(seizure_bits))
    yield from (True for _ in range(mark_bits))
    for byte in data:
        yield False
        yield from (bool(byte >> place & 1) for place in range(8))
        yield True
    yield from (True for _ in range(10))


def modulate(bits: Iterator[bool], plan: TonePlan, *, amplitude: float = 6000.0, baud: float = BAUD) -> list[float]:
    """Samples at 8 kHz, phase continuous from bit to bit."""
    samples: list[float] = []
    phase = 0.0
    for number, bit in enumerate(bits, 1):
        tone_hz = plan.mark_hz if bit else plan.space_hz
        while len(samples) < number * RATE_HZ / baud:
            samples.append(amplitude * math.sin(phase))
            phase += 2 * math.pi * tone_hz / RATE_HZ
    return samples


def noisy(samples: Sequence[float], snr_db: float, chance: random.Random, *, around: int = 400) -> list[int]:
    """With white noise, also before and after."""
    power = sum(sample * sample for sample in samples) / len(samples)
    sigma = math.sqrt(power / 10 ** (snr_db / 10))
    quiet = [0.0] * around
    heard = [sample + chance.gauss(0.0, sigma) for sample in [*quiet, *samples, *quiet]]
    return [max(-32768, min(32767, round(sample))) for sample in heard]
