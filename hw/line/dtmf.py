"""Keys as sound (ITU-T Q.23, Q.24): two tones at a time. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hw.errors import SignalError

RATE_HZ = 8000
_LOW_HZ = (697.0, 770.0, 852.0, 941.0)
_HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
_KEYS = ("123A", "456B", "789C", "*0#D")
KEYS = {key: (_LOW_HZ[row], _HIGH_HZ[column]) for row, keys in enumerate(_KEYS) for column, key in enumerate(keys)}
_LOW, _HIGH = 5200.0, 6500.0  # about -16 and -14 dBFS: the higher tone a little louder
_PAUSE_S = 2.0  # of a comma


def dial_tones(number: str, *, key_s: float = 0.1, gap_s: float = 0.1) -> Iterator[int]:
    """Samples at 8 kHz. "," is a pause of two seconds. Raises SignalError for anything that no keypad has."""
    for key in number:
        if key == ",":
            yield from (0 for _ in range(round(_PAUSE_S * RATE_HZ)))
            continue
        if key not in KEYS:
            raise SignalError(f"{key!r} is no key; dial 0-9, *, #, A-D or a comma for a pause")
        low, high = (2 * math.pi * hz / RATE_HZ for hz in KEYS[key])
        for at in range(round(key_s * RATE_HZ)):
            yield round(_LOW * math.sin(low * at) + _HIGH * math.sin(high * at))
        yield from (0 for _ in range(round(gap_s * RATE_HZ)))
