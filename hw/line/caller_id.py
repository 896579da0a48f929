"""Who calls, as a line tells it: number, name, date, or why there is none. Pure data and the text form of modems."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace


class Absence(enum.StrEnum):
    """Why a number or name is missing (GR-30: O and P)."""

    OUT_OF_AREA = "out of area"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    """number: digits as the exchange sends them, "" where `no_number` says why (or nothing was sent). month, day, hour,
    minute: the exchange's local time, None where it sent none."""

    number: str = ""
    name: str = ""
    no_number: Absence | None = None
    no_name: Absence | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None

    def __bool__(self) -> bool:
        return self != CallerId()


_FIELD = re.compile(r"([A-Z]{4})\s*=\s*(.*)")
_ABSENT = {
    "P": Absence.PRIVATE,
    "PRIVATE": Absence.PRIVATE,
    "O": Absence.OUT_OF_AREA,
    "OUT OF AREA": Absence.OUT_OF_AREA,
}
_NOT_DIGIT = re.compile(r"[^0-9*#+]")
_LONGEST_NAME = 64


def with_text(known: CallerId, line: str) -> CallerId | None:
    """What is known after a line such as `NMBR = 5551234`; None for one that tells nothing of a caller.

    Modems send a caller's fields one by one, in any order, between two RINGs.
    """
    found = _FIELD.fullmatch(line.strip())
    if found is None or found[1] not in _READ:
        return None
    return _READ[found[1]](known, found[2].strip())


def number_of(text: str) -> tuple[str, Absence | None]:
    """Digits, or why there are none."""
    if text.upper() in _ABSENT:
        return "", _ABSENT[text.upper()]
    return _NOT_DIGIT.sub("", text), None


def name_of(text: str) -> tuple[str, Absence | None]:
    """A name without what can't be shown, or why there is none."""
    if text.upper() in _ABSENT:
        return "", _ABSENT[text.upper()]
    return "".join(letter for letter in text if letter.isprintable()).strip()[:_LONGEST_NAME], None


def with_moment(known: CallerId, *, date: str = "", time: str = "") -> CallerId:
    """date: MMDD, time: HHMM; what isn't one changes nothing."""
    if (pair := _pair(date)) is not None and 1 <= pair[0] <= 12 and 1 <= pair[1] <= 31:
        known = replace(known, month=pair[0], day=pair[1])
    if (pair := _pair(time)) is not None and pair[0] < 24 and pair[1] < 60:
        known = replace(known, hour=pair[0], minute=pair[1])
    return known


def _pair(text: str) -> tuple[int, int] | None:
    return (int(text[:2]), int(text[2:])) if re.fullmatch(r"[0-9]{4}", text) else None


def _number(known: CallerId, text: str) -> CallerId:
    number, absence = number_of(text)
    return replace(known, number=number, no_number=absence)


def _name(known: CallerId, text: str) -> CallerId:
    name, absence = name_of(text)
    return replace(known, name=name, no_name=absence)


_READ = {
    "DATE": lambda known, text: with_moment(known, date=text),
    "TIME": lambda known, text: with_moment(known, time=text),
    "NMBR": _number,
    "NAME": _name,
}
