"""A caller's number as keys, sent before the first ring behind a polarity reversal. Pure.

Source: ETSI EN 300 659-1 (DTMF-based transmission): A number, D redirecting number, B why there is none; the end is C
or #. Denmark sends D number # or C, and D1# … D3# where there is no number. There is no checksum: what isn't framed
just so is an error, and nothing of it is believed.
"""

from __future__ import annotations

import re

from hw.errors import SignalError
from hw.line.caller_id import Absence, CallerId

MOST_KEYS = 48
_MOST_DIGITS = 20
_ENDS = frozenset("C#")
_BEGINS = frozenset("ABD")
_PART = re.compile(r"([ABD])([0-9*]*)")
_NONE_ETSI = {"00": Absence.OUT_OF_AREA, "10": Absence.PRIVATE}
_NONE_DANISH = {"1": Absence.PRIVATE, "2": Absence.OUT_OF_AREA, "3": Absence.OUT_OF_AREA}


class KeyedCallerId:
    """Takes keys in the order in which they come."""

    def __init__(self) -> None:
        self._keys = ""

    def feed(self, key: str) -> CallerId | None:
        """The caller once the message is whole; keys before its beginning are passed over. Raises SignalError."""
        if not self._keys and key not in _BEGINS:
            return None
        self._keys += key
        if key in _ENDS:
            keys, self._keys = self._keys, ""
            return read_keys(keys)
        if len(self._keys) > MOST_KEYS:
            self._keys = ""
            raise SignalError(f"a caller id by keys is longer than {MOST_KEYS}; the line is noisy, or somebody dials")
        return None

    def finish(self) -> None:
        """The time for it is over. Raises SignalError where one had begun that never ended."""
        began, self._keys = bool(self._keys), ""
        if began:
            raise SignalError("a caller id by keys began and never ended; the line is noisy, or of another standard")


def read_keys(keys: str) -> CallerId:
    """A whole message, such as A5551234#. Raises SignalError."""
    body = keys[:-1]
    parts = _PART.findall(body)
    if keys[-1:] not in _ENDS or not parts or "".join(begin + text for begin, text in parts) != body:
        raise SignalError(f"a caller id by keys can't be read ({len(keys)} keys); the line is noisy")
    told = dict(parts)
    if len(told) < len(parts) or any(len(text) > _MOST_DIGITS for text in told.values()):
        raise SignalError("a caller id by keys tells one thing twice, or too much; the line is noisy")
    if told.get("A"):
        return CallerId(number=told["A"])
    if "B" in told:
        return _absent(_NONE_ETSI.get(told["B"]))
    number = told.get("D", "")
    return _absent(_NONE_DANISH.get(number)) if number in _NONE_DANISH else _numbered(number)


def _numbered(number: str) -> CallerId:
    if not number:
        raise SignalError("a caller id by keys has no number and doesn't say why; the line is noisy")
    return CallerId(number=number)


def _absent(why: Absence | None) -> CallerId:
    """A reason that isn't known is no reason."""
    return CallerId(no_number=why or Absence.OUT_OF_AREA)
