"""The shielded stream of a modem's voice mode: audio with events in it, each behind a DLE. Pure.

Source: ITU-T V.253 (formerly TIA IS-101) §7; codes of single chips by their manuals. Bytes are unshielded before they
are paired to samples, and a DLE may be the last byte of a read.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

DLE, ETX, SUB = 0x10, 0x03, 0x1A


class Code(enum.Enum):
    """What a modem tells behind a DLE. Digits, and codes that only one chip has, come as they are (`Told.raw`)."""

    END = ETX  # of the stream
    RING = ord("R")
    BUSY = ord("b")
    FAST_BUSY = ord("K")
    DIAL_TONE = ord("d")
    STUTTER_DIAL_TONE = ord("i")
    RINGBACK = ord("r")
    ANSWER_TONE = ord("a")
    FAX_CALLING = ord("c")
    FAX_CALLING_V21 = ord("m")
    DATA = ord("e")
    DATA_V8 = ord("f")
    LINE_CURRENT_BREAK = ord("h")
    LINE_CURRENT = ord("H")
    LOOP_INTERRUPTION = ord("l")
    POLARITY_REVERSAL = ord("L")
    EXTENSION_PICKUP = ord("P")
    EXTENSION_HANGUP = ord("p")
    SILENCE = ord("s")
    QUIET = ord("q")
    SPECIAL_INFORMATION = ord("J")
    UNDERRUN = ord("u")
    OVERRUN = ord("o")
    CAS = ord("@")
    DIGIT_BEGINS = ord("/")
    DIGIT_ENDS = ord("~")


DIGITS = frozenset(b"0123456789*#ABCD")
_CODES = {code.value: code for code in Code}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event of the stream. digit: a DTMF key, "" for another event; code None: one that we don't know by `raw`."""

    raw: int
    code: Code | None = None
    digit: str = ""


class Unshield:
    """Takes the stream apart, cut anywhere."""

    def __init__(self) -> None:
        self._after_dle = False
        self._shielded_digit: str | None = None  # between "/" and "~" a key is repeated as long as it is held

    def feed(self, data: bytes) -> list[bytes | Told]:
        """Audio and events in the order in which they came."""
        found: list[bytes | Told] = []
        audio = bytearray()
        for byte in data:
            if self._after_dle:
                self._after_dle = False
                self._behind(byte, audio, found)
            elif byte == DLE:
                self._after_dle = True
            else:
                audio.append(byte)
        if audio:
            found.append(bytes(audio))
        return found

    def _behind(self, byte: int, audio: bytearray, found: list[bytes | Told]) -> None:
        if byte == DLE:
            audio.append(DLE)
        elif byte == SUB:
            audio += bytes([DLE, DLE])
        elif (told := self._told(byte)) is not None:
            if audio:
                found.append(bytes(audio))
                audio.clear()
            found.append(told)

    def _told(self, byte: int) -> Told | None:
        if byte in DIGITS:
            return self._digit(chr(byte))
        if byte == Code.DIGIT_BEGINS.value:
            self._shielded_digit = ""
        elif byte == Code.DIGIT_ENDS.value:
            self._shielded_digit = None
        return Told(raw=byte, code=_CODES.get(byte))

    def _digit(self, digit: str) -> Told | None:
        """A key counts once, however long it is held; some chips don't say where it begins and ends."""
        if self._shielded_digit is None:
            return Told(raw=ord(digit), digit=digit)
        if self._shielded_digit == digit:
            return None
        self._shielded_digit = digit
        return Told(raw=ord(digit), digit=digit)


def shield(audio: bytes) -> bytes:
    """Audio as it goes to the modem."""
    return audio.replace(bytes([DLE]), bytes([DLE, DLE]))


def order(*codes: int) -> bytes:
    """Commands in the stream, such as `order(CANCEL)`."""
    return b"".join(bytes([DLE, code]) for code in codes)


STOP_TRANSMIT = ETX  # after this the modem plays what it has, then answers
CANCEL_TRANSMIT = 0x18  # forget what has not been played
ABORT_RECEIVE = ord("!")
LEAVE_DUPLEX = ord("^")


def digits_of(told: Iterable[bytes | Told]) -> str:
    """The keys among events."""
    return "".join(one.digit for one in told if isinstance(one, Told))
