"""Marked RTP payloads: which stream and which frame a received 20 ms of PCMU came from. Pure.

A mark is 20 hexadecimal digits at the start of the payload, one digit a sample: sync, stream, frame, check. A digit
is the sign and the segment of a u-law byte (ITU-T G.711), in the middle of the segment, so it survives u-law →
linear → u-law and small changes of level, but no mixing and no concealment. The rest of the payload is a tone, so
that recordings are not silent.

A bridge may cut frames elsewhere than the sender did: marks are looked for anywhere, across packets too.
"""

from __future__ import annotations

import math

PAYLOAD = 160  # bytes, 20 ms at 8 kHz
_SYNC = b"f0a53c"
MARK = 20  # bytes
_DIGITS = b"0123456789abcdef"


def _ulaw_of_digit(digit: int) -> int:
    sign, segment = digit >> 3, digit & 7
    return ~(sign << 7 | segment << 4 | 8) & 0xFF


def _digit_of_ulaw(byte: int) -> int:
    plain = ~byte & 0xFF
    return plain >> 7 << 3 | plain >> 4 & 7


_TO_ULAW = bytes.maketrans(_DIGITS, bytes(_ulaw_of_digit(digit) for digit in range(16)))
_TO_DIGITS = bytes(_DIGITS[_digit_of_ulaw(byte)] for byte in range(256))


def mark(stream: int, frame: int) -> bytes:
    """20 bytes of u-law for frame `frame` (24 bits) of stream `stream` (16 bits)."""
    value = (stream & 0xFFFF) << 24 | frame & 0xFFFFFF
    return (_SYNC + b"%010x%04x" % (value, _check(value))).translate(_TO_ULAW)


def read_marks(sound: bytes) -> list[tuple[int, int]]:
    """(stream, frame) of every whole mark in a piece of u-law sound, in order."""
    text = sound.translate(_TO_DIGITS)
    found: list[tuple[int, int]] = []
    at = text.find(_SYNC)
    while 0 <= at <= len(text) - MARK:
        value = int(text[at + 6 : at + 16], 16)
        if int(text[at + 16 : at + MARK], 16) == _check(value):
            found.append((value >> 24, value & 0xFFFFFF))
            at += MARK - 1
        at = text.find(_SYNC, at + 1)
    return found


def filler(frequency_hz: float, *, peak: int = 6000) -> bytes:
    """The part of the payload after the mark: a tone in u-law."""
    turn = 2.0 * math.pi * frequency_hz / 8000
    return bytes(ulaw(round(peak * math.sin(turn * at))) for at in range(MARK, PAYLOAD))


def ulaw(sample: int) -> int:
    """A 16-bit sample as a u-law byte (G.711, 14-bit magnitude with bias 33)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample) >> 2, 8158) + 33
    segment = magnitude.bit_length() - 6
    return ~(sign | segment << 4 | magnitude >> segment + 1 & 0x0F) & 0xFF


def linear(byte: int) -> int:
    """A u-law byte as a 16-bit sample."""
    plain = ~byte & 0xFF
    segment, step = plain >> 4 & 7, plain & 0x0F
    magnitude = ((2 * step + 33) << segment) - 33
    return -magnitude * 4 if plain & 0x80 else magnitude * 4


def _check(value: int) -> int:
    return (value * 0x9E3779B1 >> 13 ^ value >> 7 ^ 0x5AC3) & 0xFFFF
