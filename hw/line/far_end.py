"""Who is at the other end of a mock line: words from a terminal or a test become rings, keys and a pulled cable.

Words: `call NUMBER NAME` (both may be left out), `ring` (once more: a caller who stops ringing has given up),
`answer`, `press KEYS`, `hang up`, `cut` and `mend` (the cable), `unplug` (the device). Each word is answered with the
line's state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hw.errors import HwError
from hw.line.caller_id import CallerId
from hw.line.mock import MockLine


class FarEndError(HwError):
    """A word that means nothing."""


class FarEnd:
    """Of one mock."""

    def __init__(self, line: MockLine) -> None:
        self._line = line
        self._words: Mapping[str, Callable[[str], None]] = {
            "call": self._call,
            "answer": lambda _: line.inject_answer(),
            "press": self._press,
            "hang up": lambda _: line.inject_break(),
            "cut": lambda _: line.inject_cable(there=False),
            "mend": lambda _: line.inject_cable(there=True),
            "unplug": lambda _: line.inject_unplug(),
            "ring": lambda _: line.inject_ring(),
        }

    def obey(self, text: str) -> str:
        """The line's state afterwards. Raises FarEndError."""
        text = text.strip()
        word = next((one for one in self._words if text == one or text.startswith(one + " ")), None)
        if word is None:
            raise FarEndError(f"{text!r} means nothing; say one of: {', '.join(sorted(self._words))}")
        self._words[word](text[len(word) :].strip())
        return self._line.state.value

    def _call(self, rest: str) -> None:
        number, _, name = rest.partition(" ")
        self._line.inject_ring()
        self._line.inject_caller(CallerId(number=number, name=name.strip()))

    def _press(self, keys: str) -> None:
        for key in keys:
            self._line.inject_key(key)
