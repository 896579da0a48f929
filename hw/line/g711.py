"""µ-law (ITU-T G.711) to samples and back, by tables. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

_BIAS, _CLIP = 0x84, 32635


def _decode(code: int) -> int:
    code = ~code & 0xFF
    magnitude = ((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)
    return _BIAS - magnitude if code & 0x80 else magnitude - _BIAS


def _encode(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


_DECODED = array("h", (_decode(code) for code in range(256)))
_ENCODED = bytes(_encode(sample - 32768) for sample in range(65536))
SILENCE = 0xFF  # a sample of nothing


def to_samples(mulaw: bytes) -> array[int]:
    """16-bit samples."""
    return array("h", (_DECODED[code] for code in mulaw))


def to_mulaw(samples: Iterable[int]) -> bytes:
    """One byte a sample."""
    return bytes(_ENCODED[sample + 32768] for sample in samples)
