"""What the agent's keys mean during a talk: `*` and two digits are a code, everything else goes to the other party.

A machine without clock or telephony: keys and time in, what to do out. Keys are never logged or stored, not even those
of a code, because a customer's card number may be among what is relayed. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CODE_S = 3.0  # from one key of a code to the next
NUMBER_S = 10.0  # from one key of a number to the next
_LONGEST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkCode:
    """`name`: what to do (see `talk_keys`); `number`: digits and `#` follow."""

    name: str
    number: bool = False


TALK_CODES: Mapping[str, TalkCode] = MappingProxyType(
    {
        "01": TalkCode(name="hold"),  # and back
        "02": TalkCode(name="consult", number=True),
        "03": TalkCode(name="toggle"),
        "04": TalkCode(name="conference"),
        "05": TalkCode(name="complete"),
        "06": TalkCode(name="drop"),
        "07": TalkCode(name="transfer", number=True),
        "08": TalkCode(name="mute"),  # and back
        "09": TalkCode(name="flash"),  # of an analog line's hook
        "40": TalkCode(name="park"),
        "60": TalkCode(name="pause_recording"),
        "61": TalkCode(name="resume_recording"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Press these keys towards whom the agent talks with."""

    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """A code is complete."""

    name: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """A number was begun and not finished."""


Meaning = Relay | Do | Refuse


class KeyReader:
    """One agent's keys. `press` and `handle_timer` say what they mean; times in seconds on one scale."""

    def __init__(self, codes: Mapping[str, TalkCode] = TALK_CODES) -> None:
        self._codes = codes
        self._keys = ""  # of a code that has begun, `*` included
        self._code: TalkCode | None = None  # whose number is being entered
        self._number = ""
        self._due: float | None = None

    def press(self, key: str, now: float) -> tuple[Meaning, ...]:
        """One key of 0-9 * #."""
        late = self.handle_timer(now)
        if self._code is not None:
            return (*late, *self._number_key(self._code, key, now))
        return (*late, *self._code_key(key, now))

    def next_timer(self) -> float | None:
        """When `handle_timer` is due."""
        return self._due

    def handle_timer(self, now: float) -> tuple[Meaning, ...]:
        """A code that goes on no further was none; a number that does is given up."""
        if self._due is None or now < self._due:
            return ()
        keys, numbering = self._keys, self._code is not None
        self._forget()
        return (Refuse(),) if numbering else (Relay(keys=keys),)

    def _code_key(self, key: str, now: float) -> tuple[Meaning, ...]:
        if key == "*":
            before = (Relay(keys=self._keys),) if self._keys else ()
            self._keys, self._due = "*", now + CODE_S
            return before
        keys = self._keys + key
        if not self._keys or key == "#":
            self._forget()
            return (Relay(keys=keys),)
        if len(keys) < len("*00"):
            self._keys, self._due = keys, now + CODE_S
            return ()
        self._forget()
        code = self._codes.get(keys[1:])
        if code is None:
            return (Relay(keys=keys),)
        if not code.number:
            return (Do(name=code.name),)
        self._code, self._due = code, now + NUMBER_S
        return ()

    def _number_key(self, code: TalkCode, key: str, now: float) -> tuple[Meaning, ...]:
        if key.isdigit() and len(self._number) < _LONGEST:
            self._number += key
            self._due = now + NUMBER_S
            return ()
        number = self._number
        self._forget()
        return (Do(name=code.name, number=number),) if key == "#" and number else (Refuse(),)

    def _forget(self) -> None:
        self._keys = self._number = ""
        self._code = self._due = None
