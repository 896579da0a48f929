"""Caller-id messages out of demodulated bytes: SDMF and MDMF, checksum and all. Pure.

Sources: Telcordia GR-30 (SDMF, MDMF), ETSI EN 300 659-3 (parameter types). A damaged message is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from hw.errors import ChecksumError, SignalError
from hw.line.caller_id import Absence, CallerId, name_of, number_of, with_moment

SDMF, MDMF = 0x04, 0x80
_TYPES = frozenset({SDMF, MDMF})
_SEIZURE = 0x55  # the channel seizure's alternating bits, as framed bytes
_LEAST_SEIZURE = 8  # of the 30 that are sent
_MOST_NOISE = 4  # bytes between the seizure and the message's type
_ABSENCES = {b"O": Absence.OUT_OF_AREA, b"P": Absence.PRIVATE}


class Messages:
    """Finds the message behind a channel seizure: type, length, content, checksum."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._seizure = 0
        self._noise = 0

    def feed(self, byte: int) -> CallerId | None:
        """The caller once a message is whole. Raises ChecksumError for a damaged one, SignalError for an impossible."""
        if self._bytes:
            self._bytes.append(byte)
            return self._whole()
        if byte == _SEIZURE:
            self._seizure += 1
        elif self._seizure < _LEAST_SEIZURE:
            self._seizure = 0
        elif byte in _TYPES:
            self._bytes.append(byte)
        else:
            self._noise += 1
            if self._noise > _MOST_NOISE:
                self.finish()
        return None

    def finish(self) -> None:
        """The transmission is over. Raises SignalError where a message had begun that never came whole."""
        began = bool(self._bytes) or self._seizure >= _LEAST_SEIZURE
        self._forget()
        if began:
            raise SignalError("a caller id began and never came whole; the line is noisy, or of another standard")

    def _whole(self) -> CallerId | None:
        if len(self._bytes) < 2 or len(self._bytes) < self._bytes[1] + 3:
            return None
        message = bytes(self._bytes)
        self._forget()
        return read_message(message)

    def _forget(self) -> None:
        self._bytes.clear()
        self._seizure = self._noise = 0


def read_message(message: bytes) -> CallerId:
    """Type, length, content and checksum. Raises ChecksumError, or SignalError for a type or parameter that lies."""
    if len(message) < 3 or len(message) != message[1] + 3:
        raise SignalError(f"caller id of {len(message)} bytes says that it has {message[1:2].hex() or 'no'} of content")
    if sum(message) % 256:
        raise ChecksumError(f"caller id arrived damaged (checksum {message[-1]:#04x} is wrong); nothing of it is used")
    content = message[2:-1]
    if message[0] == SDMF:
        return _single(content)
    if message[0] == MDMF:
        return _multiple(content)
    raise SignalError(f"caller id of type {message[0]:#04x} is not known")


def _single(content: bytes) -> CallerId:
    """MMDDHHMM and the number, or O or P in its place."""
    text = content.decode("latin-1")
    number, absence = number_of(text[8:])
    return with_moment(CallerId(number=number, no_number=absence), date=text[:4], time=text[4:8])


def _multiple(content: bytes) -> CallerId:
    found = CallerId()
    for kind, value in _parameters(content):
        if kind in _READ:
            found = _READ[kind](found, value)
    return found


def _parameters(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        value = content[at + 2 : at + 2 + content[at + 1]] if at + 1 < len(content) else b""
        if at + 1 >= len(content) or len(value) < content[at + 1]:
            raise SignalError(f"parameter {content[at]:#04x} of the caller id is cut off")
        yield content[at], value
        at += 2 + len(value)


def _moment(known: CallerId, value: bytes) -> CallerId:
    text = value.decode("latin-1")
    return with_moment(known, date=text[:4], time=text[4:8])


def _number(known: CallerId, value: bytes) -> CallerId:
    number, absence = number_of(value.decode("latin-1"))
    return replace(known, number=number, no_number=absence)


def _name(known: CallerId, value: bytes) -> CallerId:
    name, absence = name_of(value.decode("latin-1"))
    return replace(known, name=name, no_name=absence)


_READ: dict[int, Callable[[CallerId, bytes], CallerId]] = {
    0x01: _moment,
    0x02: _number,
    0x04: lambda known, value: replace(known, no_number=_ABSENCES.get(value[:1])),
    0x07: _name,
    0x08: lambda known, value: replace(known, no_name=_ABSENCES.get(value[:1])),
}
