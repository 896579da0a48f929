"""How much of what we say comes back: a sound to send, and what its echo tells. Pure.

Short sines one after the other, away from the tones of exchanges, so that neither a dial tone nor an unknown delay of
the device spoils the measurement. Echo return loss (ITU-T G.122 in spirit): sent less returned power, in dB.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from hw.line.doctor.captures import RATE_HZ, Samples
from hw.line.doctor.measures import power_at

FREQUENCIES_HZ = (530.0, 810.0, 1110.0, 1530.0, 2030.0, 2570.0, 3070.0)
BURST = 1600  # samples: 0.2 s
AMPLITUDE = 3277  # -20 dBFS
LONGEST_DELAY = 4000  # samples: what modem and exchange may take
_WINDOW = 800
_STEP = 80
_FLOOR = 10.0  # below this power it is the rounding of µ-law


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """return_loss_db: the more, the less comes back; at_hz: by frequency; delay_s: until the first of it came back."""

    return_loss_db: float
    at_hz: dict[float, float]
    delay_s: float


def probe_sound() -> Samples:
    """What is to be sent: about 1.4 s, at -17 dBm0."""
    return array(
        "h",
        (round(AMPLITUDE * math.sin(2 * math.pi * hz * at / RATE_HZ)) for hz in FREQUENCIES_HZ for at in range(BURST)),
    )


def echo_of(heard: Sequence[int]) -> Echo | None:
    """What came back, in what was heard from the sound's first sample on; None where too little was recorded."""
    if len(heard) < len(FREQUENCIES_HZ) * BURST:
        return None
    sent = AMPLITUDE**2 / 2
    found = [_strongest(heard, number, hz) for number, hz in enumerate(FREQUENCIES_HZ)]
    losses = {
        hz: 10 * math.log10(sent / max(power, _FLOOR)) for hz, (power, _) in zip(FREQUENCIES_HZ, found, strict=True)
    }
    mean = sum(max(power, _FLOOR) for power, _ in found) / len(found)
    loudest = max(range(len(found)), key=lambda number: found[number][0])
    delay_s = max(0.0, (found[loudest][1] - loudest * BURST - (BURST - _WINDOW) / 2) / RATE_HZ)
    return Echo(return_loss_db=10 * math.log10(sent / mean), at_hz=losses, delay_s=delay_s)


def _strongest(heard: Sequence[int], number: int, hz: float) -> tuple[float, int]:
    """Power of one burst's echo, and where the middle of its loudest stretch begins."""
    first = number * BURST
    last = min(first + LONGEST_DELAY + BURST, len(heard)) - _WINDOW
    powers = [(power_at(heard[at : at + _WINDOW], hz), at) for at in range(first, last + 1, _STEP)]
    if not powers:
        return 0.0, first
    top = max(power for power, _ in powers)
    full = [at for power, at in powers if power >= 0.9 * top]
    return top, full[len(full) // 2]
