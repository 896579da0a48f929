"""How `say-as` wants a text to be read, put into words that any speech engine reads that way. English and Korean;
other languages get the language-neutral part (digits apart, groups with commas)."""

from __future__ import annotations

import re
from collections.abc import Callable

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CURRENCIES = {
    "USD": ("dollars", "cents", "달러"),
    "EUR": ("euros", "cents", "유로"),
    "GBP": ("pounds", "pence", "파운드"),
    "KRW": ("won", "", "원"),
    "JPY": ("yen", "", "엔"),
}  # fmt: skip
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "₩": "KRW", "¥": "JPY"}
_AMOUNT = re.compile(r"([$€£₩¥]|[A-Z]{3})?\s*(\d[\d,]*)(?:\.(\d{1,2}))?\s*([A-Z]{3})?")


def say_as(text: str, kind: str, form: str, language: str) -> str | None:
    """The words for `text` read as `kind` (format `form`, for dates), None for a kind nobody knows."""
    make = _KINDS.get(kind.lower())
    return None if make is None else make(" ".join(text.split()), form.lower(), language.partition("-")[0].lower())


def _apart(text: str, _form: str, _language: str) -> str:
    """Every letter and digit on its own."""
    return " ".join(char for char in text if not char.isspace())


def _telephone(text: str, _form: str, _language: str) -> str:
    """Digits apart, groups separated as they were written, the last four of a long run on their own."""
    groups = re.findall(r"\d+", text)
    if len(groups) == 1 and len(groups[0]) > 6:
        run = groups[0]
        groups = [run[:-7], run[-7:-4], run[-4:]]
    return ", ".join(" ".join(group) for group in groups if group) or text


def _date(text: str, form: str, language: str) -> str:
    """mdy, dmy, ymd and their parts; an unclear date is left to the engine."""
    numbers = [int(part) for part in re.findall(r"\d+", text)[:3]]
    order = form if form and set(form) <= set("ymd") else ("ymd" if re.match(r"\d{4}", text) else "mdy")
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if compact is not None:
        numbers, order = [int(part) for part in compact.groups()], "ymd"
    parts = dict(zip(order, numbers, strict=False))
    month = parts.get("m", 1)
    if len(numbers) != len(order) or not 1 <= month <= 12 or not 1 <= parts.get("d", 1) <= 31:
        return text
    return _date_words(parts, language)


def _date_words(parts: dict[str, int], language: str) -> str:
    year, month, day = parts.get("y"), parts.get("m"), parts.get("d")
    if language == "ko":
        named = ((year, "년"), (month, "월"), (day, "일"))
        return " ".join(f"{value}{unit}" for value, unit in named if value is not None)
    if language == "en":
        words = [_MONTHS[month - 1] if month is not None else "", str(day) if day is not None else ""]
        spoken = " ".join(word for word in words if word)
        return f"{spoken}, {year}" if year is not None and spoken else spoken or str(year)
    return ".".join(str(value) for value in (day, month, year) if value is not None)


def _currency(text: str, _form: str, language: str) -> str:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return text
    sign, whole, fraction, code = found.groups()
    known = _CURRENCIES.get(_SIGNS.get(sign or "", sign or code or ""))
    if known is None:
        return text
    major, minor, korean = known
    amount = whole.replace(",", "")
    if language == "ko":
        return f"{amount}{'.' + fraction if fraction else ''} {korean}"
    if not fraction or not minor or int(fraction) == 0:
        return f"{amount} {major}"
    return f"{amount} {major} and {int(fraction.ljust(2, '0'))} {minor}"


def _ordinal(text: str, _form: str, language: str) -> str:
    if not text.isdecimal() or len(text) > 15:
        return text
    if language == "ko":
        return f"{int(text)}번째"
    if language != "en":
        return f"{int(text)}."
    number = int(text)
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _as_it_is(text: str, _form: str, _language: str) -> str:
    return text


def _number(text: str, _form: str, _language: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def _bleep(_text: str, _form: str, _language: str) -> str:
    return ""


_KINDS: dict[str, Callable[[str, str, str], str]] = {
    "digits": _apart,
    "characters": _apart,
    "spell-out": _apart,
    "verbatim": _apart,
    "telephone": _telephone,
    "date": _date,
    "currency": _currency,
    "ordinal": _ordinal,
    "cardinal": _number,
    "number": _number,
    "time": _as_it_is,
    "address": _as_it_is,
    "fraction": _as_it_is,
    "unit": _as_it_is,
    "name": _as_it_is,
    "expletive": _bleep,
}
